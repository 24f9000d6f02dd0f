import type { AwsCredentials } from '../signature/credentials.ts';

/** Shorter values are no keys, and would tear holes into ordinary text. */
const SHORTEST = 12;

/** Keys are renewed every hour, for every function: those that nobody has used for long need no watch. */
const REMEMBERED = 1_024;

const MASK = '[secret]';

/** What authorises a presigned URL, whoever signed it. */
const PRESIGNED = /(X-Amz-(?:Signature|Security-Token)=)[^&\s"'<>\\]+/gi;

/**
 * What a session's credential endpoint gives its handlers: told by its beginning, since an emulator that keeps their log
 * is another process.
 */
export const ENDPOINT_TOKEN = 'llx-credentials-';
const ENDPOINT_TOKENS = new RegExp(`${ENDPOINT_TOKEN}[\\w-]+`, 'g');

/** Where keys can be: most text has few of these, so that searching for many keys costs little. */
const RUNS = /[\w+/=%.~-]{12,}/g;
const ONE_RUN = /^[\w+/=%.~-]+$/;

const LARGE = 256 * 1024;

/** Values that no output may show. */
export class Redactor {
  readonly #values = new Set<string>();
  /** As they may be spelled, the longer first: one may be the beginning of another. */
  #inRuns: readonly string[] = [];
  /** Those with other characters, as a key of an emulator's user may have. */
  #anywhere: readonly string[] = [];

  /** Again for each use: what is used is remembered. */
  add(...values: readonly (string | undefined)[]): void {
    let isNew = false;
    for (const value of values) {
      if (value === undefined || value.length < SHORTEST) continue;
      if (!this.#values.delete(value)) isNew = true;
      this.#values.add(value);
    }
    if (!isNew) return;
    for (const oldest of this.#values) {
      if (this.#values.size <= REMEMBERED) break;
      this.#values.delete(oldest);
    }
    const spellings = new Set([...this.#values].flatMap((value) => [value, encoded(value)]));
    const sorted = [...spellings].sort((one, other) => other.length - one.length);
    this.#inRuns = sorted.filter((value) => ONE_RUN.test(value));
    this.#anywhere = sorted.filter((value) => !ONE_RUN.test(value));
  }

  /** The text with every known value replaced, also where it stands URL-encoded. */
  redact(text: string): string {
    const signed = text.includes('X-Amz-') ? text.replace(PRESIGNED, `$1${MASK}`) : text;
    const shown = signed.includes(ENDPOINT_TOKEN) ? signed.replace(ENDPOINT_TOKENS, MASK) : signed;
    if (this.#values.size === 0) return shown;
    // A run of millions of characters is more than a regular expression can hold.
    if (shown.length > LARGE) return masked(masked(shown, this.#anywhere), this.#inRuns);
    return masked(shown, this.#anywhere).replace(RUNS, (run) => masked(run, this.#inRuns));
  }
}

function masked(text: string, values: readonly string[]): string {
  let shown = text;
  for (const value of values) {
    if (value.length <= shown.length && shown.includes(value)) shown = shown.replaceAll(value, MASK);
  }
  return shown;
}

/** Half of a surrogate pair, which no key has, cannot be encoded. */
function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

const known = new Redactor();

/** From now on `redact` replaces these values, for the rest of the process. */
export function keepSecret(...values: readonly (string | undefined)[]): void {
  known.add(...values);
}

export function keepCredentialsSecret({ secretAccessKey, sessionToken }: AwsCredentials): void {
  known.add(secretAccessKey, sessionToken);
}

/** For the last edge, where text leaves the process. Costs next to nothing while there are no secrets. */
export function redact(text: string): string {
  return known.redact(text);
}
