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

test('a function looks the same in every session, and most others look different', () => {
  const names = ['orders', 'carts', 'bills', 'resize', 'login', 'search', 'mail', 'reports'];
  expect(names.map(seriesOf)).toEqual(names.map(seriesOf));
  expect(new Set(names.map(seriesOf)).size).toBeGreaterThan(3);
});
