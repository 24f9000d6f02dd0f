import type { AwsCredentials } from '../signature/credentials.ts';

/** Shorter values are no keys, and would tear holes into ordinary text. */
const SHORTEST = 12;

/** Keys are renewed every hour, for every function: those that have ended long ago need no watch. */
const REMEMBERED = 512;

const MASK = '[secret]';

/** What authorises a presigned URL, whoever signed it. */
const PRESIGNED = /(X-Amz-(?:Signature|Security-Token)=)[^&\s"'<>]+/gi;

/** Values that no output may show. */
export class Redactor {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  add(...values: readonly (string | undefined)[]): void {
    for (const value of values) {
      if (value === undefined || value.length < SHORTEST || this.#values.has(value)) continue;
      this.#values.add(value);
      const [oldest] = this.#values;
      if (this.#values.size > REMEMBERED && oldest !== undefined) this.#values.delete(oldest);
      this.#pattern = undefined;
    }
  }

  /** The text with every known value replaced, also where it stands URL-encoded. */
  redact(text: string): string {
    const shown = text.includes('X-Amz-') ? text.replace(PRESIGNED, `$1${MASK}`) : text;
    if (this.#values.size === 0) return shown;
    this.#pattern ??= patternOf([...this.#values]);
    return shown.replace(this.#pattern, MASK);
  }
}

function patternOf(values: readonly string[]): RegExp {
  const spellings = new Set(values.flatMap((value) => [value, encodeURIComponent(value)]));
  // The longer first: one may be the beginning of another.
  const sorted = [...spellings].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map(escapePattern).join('|'), 'g');
}

/** `RegExp.escape` is not in Node.js 22. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
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
