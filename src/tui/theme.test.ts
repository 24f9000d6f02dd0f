import { expect, test } from 'vitest';
import { createTheme, phaseLook, seriesOf } from './theme.ts';

test('without colour nothing has one, and emphasis stays', () => {
  const styles = Object.values(createTheme(false));
  expect(styles.some((style) => 'color' in style)).toBe(false);
  expect(createTheme(false).accent).toEqual({ bold: true });
  expect(createTheme(true).bad).toEqual({ color: 'red' });
});

test.each([
  ['offered', 'queued', '○ queued'],
  ['offered', 'building', '● building'],
  ['claimed', 'running', '● running'],
  ['succeeded', undefined, '✓ succeeded'],
  ['failed', undefined, '✗ failed'],
  ['timed-out', undefined, '✗ timed out'],
  ['refused', undefined, '- refused'],
  ['withdrawn', undefined, '- withdrawn'],
  ['cancelled', undefined, '- cancelled'],
] as const)('%s with step %s is "%s" without any colour', (phase, step, text) => {
  const { glyph, word } = phaseLook({ phase, step });
  expect(`${glyph} ${word}`).toBe(text);
});

test('the first functions of an app look different each, with and without bold as without colour', () => {
  const functions = ['orders', 'carts', 'bills', 'resize', 'login', 'search', 'mail'].map((name) => ({
    name,
  }));
  const looks = functions.map(({ name }) => createTheme(true)[seriesOf(name, functions)]);
  expect(new Set(looks.slice(0, 6).map((look) => JSON.stringify(look))).size).toBe(6);
  expect(looks[6]).toEqual(looks[0]);
  expect(seriesOf('gone', functions)).toBe('plain');
});
