import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Facts, KEY_TABLE } from './key-table.ts';
import {
  firstLine,
  firstRow,
  INITIAL_VIEW,
  keyContext,
  pressKey,
  selectedIndex,
  type ViewState,
} from './view-state.ts';

const FACTS: Facts = { ids: ['a', 'b', 'c', 'd'], running: 0, page: 2, lines: 10 };

const press = (keys: readonly string[], facts = FACTS, view = INITIAL_VIEW) =>
  keys.reduce((before, key) => pressKey(before, key, facts), view);

describe('in the list', () => {
  test.each([
    [['k'], 'c'],
    [['g'], 'a'],
    [['g', 'j', 'j'], 'c'],
    [['g', 'k'], 'a'],
    [['g', 'pagedown'], 'c'],
    [['g', 'ctrl-d'], 'b'],
    [['g', 'G'], undefined],
    [['f'], 'd'],
    [['f', 'f'], undefined],
  ])('%j selects %s', (keys, selected) => {
    expect(press(keys).selected).toBe(selected);
  });

  test('opening fixes the newest one, which is selected while following', () => {
    expect(press(['enter'])).toEqual({ ...INITIAL_VIEW, screen: 'detail', selected: 'd' });
  });

  test('an invocation that is no longer kept leaves the selection at the oldest', () => {
    expect(selectedIndex({ ...INITIAL_VIEW, selected: 'gone' }, FACTS)).toBe(0);
  });
});

describe('in an invocation', () => {
  const detail = press(['enter']);

  test('scrolling stops at both ends', () => {
    expect(press(['k'], FACTS, detail).scroll).toBe(0);
    expect(press(['pagedown', 'pagedown', 'j'], FACTS, detail).scroll).toBe(5);
    expect(press(['G', 'j', 'k'], FACTS, detail).scroll).toBe(7);
  });

  test('logs open at their end and stay there', () => {
    const logs = press(['3'], FACTS, detail);
    expect(logs.scroll).toBe(Infinity);
    const up = press(['k'], FACTS, logs);
    expect(up.scroll).toBe(7);
    expect(press(['j'], FACTS, up).scroll).toBe(Infinity);
  });

  test('tabs go round', () => {
    const tabs = (keys: readonly string[]) => press(keys, FACTS, detail).tab;
    expect([tabs([']']), tabs([']', ']', ']']), tabs(['['])]).toEqual(['answer', 'event', 'logs']);
  });
});

test('Escape goes one step back: help, then the invocation, then nowhere', () => {
  const help = press(['enter', '?']);
  expect([help.help, help.screen]).toEqual([true, 'detail']);
  const detail = press(['escape'], FACTS, help);
  expect([detail.help, detail.screen]).toEqual([false, 'detail']);
  const list = press(['escape'], FACTS, detail);
  expect(list).toEqual({ ...INITIAL_VIEW, selected: 'd' });
  expect(press(['escape'], FACTS, list)).toEqual(list);
});

const key = fc.constantFrom(...KEY_TABLE.flatMap(({ keys }) => [...keys]), 'x');
const facts: fc.Arbitrary<Facts> = fc.record({
  ids: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
  running: fc.nat(2),
  page: fc.integer({ min: 1, max: 40 }),
  lines: fc.nat(100),
});

test('whatever is typed while whatever comes and goes, the view stays within what there is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, facts)), (steps) => {
      let view: ViewState = INITIAL_VIEW;
      for (const [name, now] of steps) {
        const before = view;
        view = pressKey(before, name, now);
        const index = selectedIndex(view, now);
        expect(index).toBeGreaterThanOrEqual(now.ids.length === 0 ? -1 : 0);
        expect(index).toBeLessThan(now.ids.length);
        expect(firstLine(view, now)).toBeLessThanOrEqual(Math.max(0, now.lines - now.page));
        const row = firstRow(index, now.ids.length, now.page);
        if (index >= 0) expect(index >= row && index < row + now.page).toBe(true);
        if (view.done && !before.done) {
          expect(name === 'ctrl-c' || keyContext(before) === 'quit' || now.running === 0).toBe(true);
        }
      }
    }),
  );
});
