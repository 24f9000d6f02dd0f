import { type Check, integer, list, object, type Problems, record, text } from '../checks/check.ts';
import { checkApis } from './check-apis.ts';
import { type FoundBy, MANIFEST_VERSION, type Manifest } from './manifest.ts';

const FOUND_BY: Readonly<Record<FoundBy, true>> = {
  given: true,
  asset: true,
  metafile: true,
  comment: true,
  'source-map': true,
  default: true,
};

const texts = list(text('a text'), 'a list of texts');

const anything: Check<unknown> = (written) => written;

const yesOrNo: Check<boolean> = (written, path, problems) => {
  if (typeof written === 'boolean') return written;
  problems.push(`${path}: expected true or false, found neither.`);
  return undefined;
};

/** No message repeats a value: it may be a secret. */
const environment: Check<Readonly<Record<string, string>>> = (written, path, problems) => {
  const entries = record(anything, 'an object of texts')(written, path, problems);
  if (entries?.some(([, value]) => typeof value !== 'string')) {
    problems.push(`${path}: expected texts only, found another value.`);
  }
  return entries && Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
};

const EVENT_SOURCE = {
  type: text('a kind of event source'),
  api: text("'http' or 'rest'", (written) => written === 'http' || written === 'rest'),
  method: text('a method'),
  path: text('a path'),
  route: text('a route'),
  expression: text('an expression'),
  pattern: anything,
  name: text('a name'),
  events: texts,
  sql: text('a statement'),
  stateMachine: text('a name'),
  state: text('a name'),
};

const stackPlace = object(
  {
    name: text('the name of a stack'),
    path: text('the path of a stack'),
    artifact: text('the id of an artifact'),
    region: text('a region'),
    account: text('an account'),
    nested: texts,
  },
  'an object',
  ['name', 'path', 'artifact'],
);

const entry = object(
  {
    file: text('a file'),
    exportName: text('the name of an export'),
    foundBy: text(`one of ${Object.keys(FOUND_BY).join(', ')}`, (written) =>
      Object.hasOwn(FOUND_BY, written),
    ),
  },
  'an object',
  ['file', 'exportName', 'foundBy'],
);

const manifestFunction = object(
  {
    path: text('a construct path'),
    logicalId: text('a logical id'),
    stack: stackPlace,
    physicalName: text('the name of a function'),
    name: text('a name of 1 to 64 letters, digits, - or _', (written) =>
      /^[A-Za-z0-9_-]{1,64}$/.test(written),
    ),
    handler: text('a handler'),
    runtime: text('a runtime of Lambda'),
    timeout: integer(1, 900, ' (seconds)'),
    memory: integer(128, 10_240, ' (MiB)'),
    environment,
    unresolved: texts,
    entry,
    problem: text('a text'),
    bundling: object(
      { external: texts, define: environment, loader: environment, tsconfig: text('a file') },
      'an object',
    ),
    asset: text('a folder'),
    layers: texts,
    sources: list(object(EVENT_SOURCE, 'an event source', ['type']), 'a list of event sources'),
    live: yesOrNo,
  },
  'an object',
  [
    'path',
    'logicalId',
    'stack',
    'name',
    'handler',
    'runtime',
    'timeout',
    'memory',
    'environment',
    'unresolved',
    'layers',
    'sources',
    'live',
  ],
);

const manifest = object(
  {
    version: integer(MANIFEST_VERSION, MANIFEST_VERSION, ''),
    root: text('a folder'),
    app: text('a file'),
    withoutCdk: yesOrNo,
    lane: text('a lane'),
    stacks: list(
      object({ path: text('the path of a stack'), template: text('a file') }, 'an object', [
        'path',
        'template',
      ]),
      'a list of stacks',
    ),
    functions: list(manifestFunction, 'a list of functions'),
    apis: checkApis,
  },
  'an object',
  ['version', 'root', 'stacks', 'functions'],
);

/** Looks at all of a manifest: says every problem with its path, or gives what was written. */
export function checkManifest(
  written: unknown,
): { readonly manifest: Manifest } | { readonly problems: readonly string[] } {
  const problems: Problems = [];
  const checked = manifest(written, '', problems);
  // Every key that must be there was checked, and none was left out: that is the type.
  return checked === undefined || problems.length > 0 ? { problems } : { manifest: checked as Manifest };
}
