import { type ApiProtocol, unreadable } from './api-protocol.ts';
import { MOST_VALUES } from './json-values.ts';
import { type XmlContent, xml } from './xml.ts';

/** What the query protocol does not say by itself: a form has nothing but texts. */
export type QueryShape = {
  /** Of the API, by which a request names its service: `2010-08-01`. */
  readonly version: string;
  readonly namespace: string;
  /** Members of requests, with the name of what has them: `Period`, `MetricStat.Period`. Items are as their list. */
  readonly numbers: ReadonlySet<string>;
  readonly booleans: ReadonlySet<string>;
  readonly times: ReadonlySet<string>;
  /** Names of members of answers that have entries. */
  readonly maps: ReadonlySet<string>;
};

type Node = Map<string, Node | string>;
type Member = { readonly holder: string; readonly name: string };

const DEEPEST = 16;
const AMPERSAND = 0x26;

/** What a form asks for; undefined for one that is no call. */
export function queryAction(
  body: Uint8Array,
): { readonly action: string; readonly version: string } | undefined {
  const form = formOf(body);
  const [action, version] = [form.get('Action'), form.get('Version')];
  return action === null || version === null ? undefined : { action, version };
}

/** A form comes in, XML goes out: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function awsQuery(shape: QueryShape, action: string): ApiProtocol {
  const answer = (status: number, name: string, content: XmlContent) => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: xml(name, content, shape.namespace),
  });
  return {
    decode(body) {
      const root: Node = new Map();
      for (const [path, text] of formOf(body)) {
        // An empty list is sent as an empty text.
        if (path !== 'Action' && path !== 'Version' && text !== '') put(root, path.split('.'), text);
      }
      return membersOf(root, '', shape);
    },
    encode: ({ status = 200, output }) =>
      answer(status, `${action}Response`, {
        [`${action}Result`]: output === undefined ? undefined : contentOf(output, shape),
        ResponseMetadata: { RequestId: crypto.randomUUID() },
      }),
    encodeError({ statusCode, type, body, headers }) {
      // Services that changed to another protocol kept the codes of this one.
      const [code = type] = headers?.['x-amzn-query-error']?.split(';') ?? [];
      const Type = statusCode < 500 ? 'Sender' : 'Receiver';
      const Message = String(body.message ?? body.Message ?? '');
      const RequestId = crypto.randomUUID();
      return answer(statusCode, 'ErrorResponse', { Error: { Type, Code: code, Message }, RequestId });
    },
  };
}

function formOf(body: Uint8Array): URLSearchParams {
  let count = 0;
  for (let at = body.indexOf(AMPERSAND); at !== -1; at = body.indexOf(AMPERSAND, at + 1)) count += 1;
  if (count > MOST_VALUES) throw malformed(`expected at most ${MOST_VALUES} parameters`);
  return new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
}

function put(root: Node, path: readonly string[], text: string): void {
  if (path.length > DEEPEST) throw malformed(`expected a depth of at most ${DEEPEST}`);
  let node = root;
  for (const name of path.slice(0, -1)) {
    const next: Node | string = node.get(name) ?? new Map();
    if (typeof next === 'string') throw malformed(`${path.join('.')} is in a text`);
    node.set(name, next);
    node = next;
  }
  const last = path.at(-1) ?? '';
  if (node.has(last)) throw malformed(`${path.join('.')} is there twice`);
  node.set(last, text);
}

/** @param holder name of the member that has these; empty for the request's own */
function membersOf(node: Node, holder: string, shape: QueryShape): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...node].map(([name, value]) => [name, memberOf({ holder, name }, value, shape)]),
  );
}

function memberOf(member: Member, value: Node | string, shape: QueryShape): unknown {
  if (typeof value === 'string') return typed(member, value, shape);
  const items = value.get('member');
  if (items === undefined || typeof items === 'string') return membersOf(value, member.name, shape);
  return [...items]
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([, item]) => memberOf(member, item, shape));
}

/** What is not of its type stays a text, which the operation refuses. Times are epoch seconds. */
function typed(
  { holder, name: own }: Member,
  text: string,
  { numbers, booleans, times }: QueryShape,
): unknown {
  const name = holder === '' ? own : `${holder}.${own}`;
  if (booleans.has(name)) return text === 'true' ? true : text === 'false' ? false : text;
  const value = times.has(name) ? Date.parse(text) / 1000 : numbers.has(name) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? text : value;
}

function contentOf(value: unknown, shape: QueryShape): XmlContent {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return { member: value.map((item) => contentOf(item, shape)) };
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      shape.maps.has(name) ? entriesOf(member, shape) : contentOf(member, shape),
    ]),
  );
}

function entriesOf(map: object, shape: QueryShape): XmlContent {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value: contentOf(value, shape) })) };
}

function malformed(message: string) {
  return unreadable('MalformedQueryString', `Could not parse request body: ${message}`);
}
