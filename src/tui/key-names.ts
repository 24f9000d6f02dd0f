import type { Key } from 'ink';

const SPECIAL = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/**
 * The keys of what Ink hands over at once: it delivers what one read of the terminal returned, so that `jj` typed fast
 * is one input. Names are those of the key table: `j`, `G`, `up`, `enter`, `ctrl-d`.
 */
export function keyNames(input: string, key: Key): readonly string[] {
  if (key.eventType === 'release') return [];
  // Two in one read, as over a slow connection: Ink takes them for one with Alt.
  if (key.escape && key.meta) return ['escape', 'escape'];
  const special = SPECIAL.find(([property]) => key[property] === true);
  if (special !== undefined) return [special[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  if (key.meta) return [`alt-${input}`];
  return Array.from(input, nameOf);
}

function nameOf(character: string): string {
  if (character === '\r' || character === '\n') return 'enter';
  if (character === '\t') return 'tab';
  if (character === ' ') return 'space';
  const code = character.charCodeAt(0);
  // Ctrl and a letter is the letter's place in the alphabet.
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(0x60 + code)}` : character;
}
