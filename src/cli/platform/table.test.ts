import { expect, test } from 'vitest';
import { createStyle } from '../../session/text-style.ts';
import { terminalWidth } from '../../tui/terminal-width.ts';
import { tableText } from './table.ts';

const plain = createStyle(false);
const COLUMNS = [
  { title: 'NAME', value: ([name]: readonly string[]) => name ?? '', cut: true },
  { title: 'SIZE', value: ([, size]: readonly string[]) => size ?? '', align: 'right' },
] as const;
const ROWS = [
  ['orders', '1 KiB'],
  ['a-function-with-a-long-name', '12 KiB'],
];

test('columns are as wide as what is in them, numbers on the right', () => {
  expect(tableText(COLUMNS, ROWS, { width: undefined, style: plain })).toBe(
    [
      'NAME                           SIZE',
      'orders                        1 KiB',
      'a-function-with-a-long-name  12 KiB',
      '',
    ].join('\n'),
  );
});

test('a narrow terminal cuts what may be cut, and no more than it has to', () => {
  expect(tableText(COLUMNS, ROWS, { width: 20, style: plain })).toBe(
    ['NAME            SIZE', 'orders         1 KiB', 'a-function-…  12 KiB', ''].join('\n'),
  );
  // Nothing is cut to less than what tells rows apart.
  const [, , cut = ''] = tableText(COLUMNS, ROWS, { width: 5, style: plain }).split('\n');
  expect(cut).toBe('a-funct…  12 KiB');
});

test('what is least important is left out where cutting is not enough', () => {
  const [name, size] = COLUMNS;
  const columns = [name, { ...size, importance: 2 }, { ...size, title: 'SAME', importance: 1 }];
  const at = (width: number) => tableText(columns, ROWS, { width, style: plain }).split('\n')[0];
  expect([at(100), at(24), at(23), at(15)]).toEqual([
    'NAME                           SIZE    SAME',
    'NAME        SIZE    SAME',
    'NAME               SIZE',
    'NAME',
  ]);
});

test('wide characters count as what they take, and control characters are shown', () => {
  const rows = [
    ['日本語日本語', '1'],
    ['\u001b[31mred', '2'],
  ];
  const [title = '', first = '', second = ''] = tableText(COLUMNS, rows, {
    width: undefined,
    style: plain,
  }).split('\n');
  expect([title, first, second].map((line) => terminalWidth(line))).toEqual([18, 18, 18]);
  expect(second).toBe('␛[31mred         2');
  const [, narrow = ''] = tableText(COLUMNS, rows, { width: 15, style: plain }).split('\n');
  expect(narrow).toBe('日本語日…     1');
});
