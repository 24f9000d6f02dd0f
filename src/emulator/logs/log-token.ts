import type { LogPosition } from './log-events.ts';
import { invalidParameter } from './log-input.ts';

export type PageToken = { readonly direction: 'forward' | 'backward'; readonly position: LogPosition };

const TIME_DIGITS = 20;
const ID_DIGITS = 36;

/** 56 digits, as CloudWatch's, whose order is the order of the events. */
export function eventId({ at, id }: LogPosition): string {
  return String(at).padStart(TIME_DIGITS, '0') + String(id).padStart(ID_DIGITS, '0');
}

/** `f/…` or `b/…`: where reading goes on, and in which direction. */
export function pageToken({ direction, position }: PageToken): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${eventId(position)}`;
}

/** @throws AwsError 400 InvalidParameterException */
export function parsePageToken(text: string): PageToken {
  const [, letter, at, id] = /^([fb])\/(\d{20})(\d{36})$/.exec(text) ?? [];
  const position = { at: Number(at), id: Number(id) };
  if (!Number.isSafeInteger(position.at) || !Number.isSafeInteger(position.id)) {
    throw invalidParameter('The specified nextToken is invalid.');
  }
  return { direction: letter === 'f' ? 'forward' : 'backward', position };
}

/** Of listings: what came last, in a form that no caller should read. */
export function listToken(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws AwsError 400 InvalidParameterException */
export function parseListToken<T>(text: string, check: (value: unknown) => value is T): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // What is no JSON is as wrong as what is another token's.
    value = undefined;
  }
  if (!check(value)) throw invalidParameter('The specified nextToken is invalid.');
  return value;
}
