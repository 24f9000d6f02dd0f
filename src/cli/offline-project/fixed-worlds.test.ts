import { expect, test } from 'vitest';
import { FixedWorlds } from './fixed-worlds.ts';

test('what an invocation fixes goes over what the project does', () => {
  const worlds = new FixedWorlds({ clock: '2026-01-01T00:00:00Z', seed: 1 });
  expect(worlds.of({})).toEqual({ epochMs: 1_767_225_600_000, seed: 1 });
  expect(worlds.of({ seed: 2 })).toEqual({ epochMs: 1_767_225_600_000, seed: 2 });
  expect(worlds.of({ clock: new Date(5) })).toEqual({ epochMs: 5, seed: 1 });
  expect([...worlds.standingClocks]).toEqual([
    ['20260101T000000Z', new Date(1_767_225_600_000)],
    ['19700101T000000Z', new Date(5)],
  ]);
});

test('nothing is fixed unless it is asked for', () => {
  const worlds = new FixedWorlds({});
  expect([worlds.always, worlds.of({}), worlds.of({ seed: 0 })]).toEqual([undefined, undefined, { seed: 0 }]);
});

test.each([
  [{ clock: 'tomorrow' }, 'Expected clock to be a time, found tomorrow.'],
  [{ seed: Number.NaN }, 'Expected seed to be an integer, found NaN.'],
])('%j is refused', (world, message) => {
  expect(() => new FixedWorlds(world)).toThrow(expect.objectContaining({ code: 'LLX_USAGE', message }));
});
