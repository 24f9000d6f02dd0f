import { createHash, randomUUID } from 'node:crypto';
import { AwsError } from '../../http/aws-error.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html: "invoked approximately 16 times". */
const MOST_IN_A_CHAIN = 16;

/** A header of others may hold anything: more functions than this are no chain of ours. */
const MOST_FUNCTIONS = 64;

export type RecursiveLoop = 'Allow' | 'Terminate';

/**
 * Finds functions that call themselves without end, through others and through queues: `Lineage` in the trace header
 * counts, by a hash of each function, how often it stands in the chain of a request. AWS's SDKs pass the header on.
 */
export class RecursionGuard {
  readonly #allowed = new Set<string>();
  readonly #hashes = new Map<string, string>();
  readonly #now: () => number;
  readonly #uuid: () => string;

  constructor(now: () => number = Date.now, uuid: () => string = randomUUID) {
    this.#now = now;
    this.#uuid = uuid;
  }

  configOf(functionName: string): RecursiveLoop {
    return this.#allowed.has(functionName) ? 'Allow' : 'Terminate';
  }

  configure(functionName: string, loop: RecursiveLoop): void {
    if (loop === 'Allow') this.#allowed.add(functionName);
    else this.#allowed.delete(functionName);
  }

  /**
   * The trace header that the function gets: that of its caller, or a new one, with the function counted in it.
   *
   * @throws AwsError 400 RecursiveInvocationException
   */
  enter(functionName: string, functionArn: string, traceHeader: string | undefined): string {
    // Hardly anybody sends one, and this is on the path of each invocation.
    if (traceHeader === undefined) return this.#begin(this.#hashOf(functionArn));
    const fields = traceFields(traceHeader);
    const lineage = parseLineage(fields.get('Lineage'));
    const hash = this.#hashOf(functionArn);
    const count = (lineage.get(hash) ?? 0) + 1;
    if (count > MOST_IN_A_CHAIN && !this.#allowed.has(functionName)) throw recursiveInvocation();
    lineage.set(hash, count);
    const entries = [...lineage].map(([function_, times]) => `${function_}:${times}`);
    const root = fields.get('Root') ?? this.newRoot();
    const parent = fields.get('Parent') ?? this.#newParent();
    return `Root=${root};Parent=${parent};Sampled=${fields.get('Sampled') ?? '0'};Lineage=1:${entries.join('|')}`;
  }

  #begin(hash: string): string {
    return `Root=${this.newRoot()};Parent=${this.#newParent()};Sampled=0;Lineage=1:${hash}:1`;
  }

  /** 16 hexadecimal digits. */
  #newParent(): string {
    return this.#uuid().replaceAll('-', '').slice(0, 16);
  }

  #hashOf(functionArn: string): string {
    const known = this.#hashes.get(functionArn);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
    this.#hashes.set(functionArn, hash);
    return hash;
  }

  /** Of a new trace: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
  newRoot(): string {
    const seconds = Math.floor(this.#now() / 1000).toString(16);
    return `1-${seconds}-${this.#uuid().replaceAll('-', '').slice(0, 24)}`;
  }
}

function traceFields(header: string): Map<string, string> {
  const fields = header.split(';').map((field): [string, string] => {
    const [name = '', ...value] = field.trim().split('=');
    return [name, value.join('=')];
  });
  return new Map(fields.filter(([name, value]) => name !== '' && value !== ''));
}

/** `1:a87bd80c:2|c512fbe3:1`: how often each function stands in the chain. What is of another form says nothing. */
function parseLineage(text = ''): Map<string, number> {
  const lineage = new Map<string, number>();
  for (const entry of text.replace(/^\d+:(?=[0-9a-f]{8}:)/, '').split('|')) {
    const match = /^([0-9a-f]{8}):(\d{1,6})$/.exec(entry);
    if (match?.[1] !== undefined && lineage.size < MOST_FUNCTIONS) lineage.set(match[1], Number(match[2]));
  }
  return lineage;
}

function recursiveInvocation(): AwsError {
  return new AwsError(400, 'RecursiveInvocationException', {
    Type: 'User',
    Message:
      'Lambda has detected your function being invoked in a recursive loop and has terminated the invocation.',
  });
}
