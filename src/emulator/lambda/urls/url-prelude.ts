import { isObject } from '../../json-object.ts';
import { type UrlAnswerHead, urlAnswerHead } from './url-answer.ts';

/** A stream of this type begins with the head of an HTTP answer as JSON, then eight zero bytes, then its body. */
export const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';

const DELIMITER = Buffer.alloc(8);

/** As much as API Gateway takes of it; status and headers are no larger. */
const MOST_BYTES = 16 * 1024;

export type ReadPrelude =
  | { readonly type: 'incomplete' }
  /** What no head of an answer can be made of. */
  | { readonly type: 'malformed' }
  | { readonly type: 'read'; readonly head: UrlAnswerHead; readonly rest: Uint8Array };

/** Reads the prelude of a streamed answer, however it is cut into pieces. */
export class PreludeReader {
  #bytes = Buffer.alloc(0);

  /** Until it is not `incomplete` any more. */
  push(chunk: Uint8Array): ReadPrelude {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const end = this.#bytes.indexOf(DELIMITER);
    if (end < 0) return { type: this.#bytes.length > MOST_BYTES ? 'malformed' : 'incomplete' };
    const head = headOf(this.#bytes.toString('utf8', 0, end));
    if (head === undefined || end > MOST_BYTES) return { type: 'malformed' };
    return { type: 'read', head, rest: this.#bytes.subarray(end + DELIMITER.length) };
  }
}

function headOf(json: string): UrlAnswerHead | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? urlAnswerHead(value) : undefined;
  } catch {
    return undefined;
  }
}
