import { positionOfToken } from '../page-token.ts';
import type { LogPosition } from './log-events.ts';
import { invalidParameter } from './log-input.ts';

export type EventToken = { readonly direction: 'forward' | 'backward'; readonly position: LogPosition };

const TIME_DIGITS = 20;
const ID_DIGITS = 36;

/** 56 digits, as CloudWatch's, whose order is the order of the events. */
export function eventId({ at, id }: LogPosition): string {
  return String(at).padStart(TIME_DIGITS, '0') + String(id).padStart(ID_DIGITS, '0');
}

/** `f/…` or `b/…`: where reading goes on, and in which direction. */
export function eventToken({ direction, position }: EventToken): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${eventId(position)}`;
}

/** @throws AwsError 400 InvalidParameterException */
export function parseEventToken(text: string): EventToken {
  const [, letter, at, id] = /^([fb])\/(\d{20})(\d{36})$/.exec(text) ?? [];
  const position = { at: Number(at), id: Number(id) };
  if (!Number.isSafeInteger(position.at) || !Number.isSafeInteger(position.id)) {
    throw invalidParameter('The specified nextToken is invalid.');
  }
  return { direction: letter === 'f' ? 'forward' : 'backward', position };
}

/** Of listings. @throws AwsError 400 InvalidParameterException */
export function parseListToken<T>(text: string, check: (value: unknown) => value is T): T {
  const value = positionOfToken(text);
  if (!check(value)) throw invalidParameter('The specified nextToken is invalid.');
  return value;
}
