import type { HolderIdentity } from '../protocol/presence.ts';
import { printable } from './printable.ts';

/** Names in one line; the rest is a number. */
const NAMED = 5;

/** `anna@laptop (session 3kf0…)`, or `session 3kf0…` when it does not say whose it is. */
export function holderText({ sessionId, name }: Pick<HolderIdentity, 'sessionId' | 'name'>): string {
  return printable(name === undefined ? `session ${sessionId}` : `${name} (session ${sessionId})`);
}

/** `bills, carts, orders`, or `20 functions: bills, carts, … and 15 more`. */
export function functionsText(names: readonly string[]): string {
  const sorted = [...names].sort();
  if (sorted.length <= NAMED) return sorted.join(', ');
  return `${sorted.length} functions: ${sorted.slice(0, NAMED).join(', ')} and ${sorted.length - NAMED} more`;
}
