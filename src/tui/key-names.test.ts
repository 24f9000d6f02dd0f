import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keyNames } from './key-names.ts';

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test.each<[string, string, Partial<Key>, readonly string[]]>([
  ['keys that were typed fast', 'jjG', {}, ['j', 'j', 'G']],
  ['keys with controls between', 'j\u0004\r k', {}, ['j', 'ctrl-d', 'enter', 'space', 'k']],
  ['a control key', 'c', { ctrl: true }, ['ctrl-c']],
  ['an arrow', '', { upArrow: true }, ['up']],
  ['Escape', '', { escape: true }, ['escape']],
  [
    'two Escapes in one read, which Ink marks as meta',
    '',
    { escape: true, meta: true },
    ['escape', 'escape'],
  ],
  ['a letter with Alt', 'q', { meta: true }, ['alt-q']],
  ['a release', 'q', { eventType: 'release' }, []],
])('%s', (_, input, key, names) => {
  expect(keyNames(input, { ...NO_KEY, ...key })).toEqual(names);
});
