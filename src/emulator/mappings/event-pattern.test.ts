import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEventPattern, EventPatternError } from './event-pattern.ts';

const matches = (pattern: unknown, event: unknown): boolean => compileEventPattern(pattern)(event);

describe('a pattern', () => {
  test.each([
    [{ a: ['x'] }, { a: 'x' }, true],
    [{ a: ['x'] }, { a: 'y' }, false],
    [{ a: ['x'] }, {}, false],
    [{ a: ['x', 'y'] }, { a: 'y', b: 1 }, true],
    [{ a: [1] }, { a: 1.0 }, true],
    [{ a: [1] }, { a: '1' }, false],
    [{ a: [null] }, { a: null }, true],
    [{ a: [null] }, {}, false],
    [{ a: [''] }, { a: '' }, true],
    [{ a: [true] }, { a: true }, true],
    [{ a: ['x'], b: ['y'] }, { a: 'x', b: 'y' }, true],
    [{ a: ['x'], b: ['y'] }, { a: 'x' }, false],
    [{ a: { b: { c: ['x'] } } }, { a: { b: { c: 'x' } } }, true],
    [{ a: { b: ['x'] } }, { a: 'x' }, false],
    [{ a: ['x'] }, { a: ['y', 'x'] }, true],
    [{ a: ['x'] }, { a: { x: 1 } }, false],
    [{ toString: ['x'] }, {}, false],
    [{ a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    [{ a: [{ prefix: 'ab' }] }, { a: 'cab' }, false],
    [{ a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, { a: 'abc' }, true],
    [{ a: [{ suffix: '.png' }] }, { a: 'x.png' }, true],
    [{ a: [{ suffix: '.png' }] }, { a: 7 }, false],
    [{ a: [{ 'equals-ignore-case': 'Ab' }] }, { a: 'aB' }, true],
    [{ a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
    [{ a: [{ 'anything-but': ['x', 1] }] }, { a: 1 }, false],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'y' }, true],
    [{ a: [{ 'anything-but': 'x' }] }, {}, false],
    [{ a: [{ numeric: ['=', 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    [{ a: [{ numeric: ['>=', 0] }] }, { a: '1' }, false],
    [{ a: [{ exists: true }] }, { a: null }, true],
    [{ a: [{ exists: true }] }, {}, false],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: false }] }, { a: 1 }, false],
    [{ a: { b: [{ exists: false }] } }, { a: {} }, true],
    [{ a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
    [{ a: [{ wildcard: 'a*c*e' }] }, { a: 'abcde' }, true],
    [{ a: [{ wildcard: 'a*c' }] }, { a: 'abcd' }, false],
    [{ a: [{ wildcard: 'a*a' }] }, { a: 'a' }, false],
    [{ a: [{ wildcard: '\\*' }] }, { a: '*' }, true],
    [{ a: [{ wildcard: '*' }] }, { a: '' }, true],
    [{ $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
    [{ $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'y' }, false],
    [{ c: ['z'], $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'x' }, false],
    [{ a: { $or: [{ b: ['x'] }, { c: ['x'] }] } }, { a: { c: 'x' } }, true],
  ])('%j on %j: %s', (pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each([
    null,
    'text',
    [],
    {},
    { a: 'x' },
    { a: [] },
    { a: {} },
    { a: [{}] },
    { a: [{ unknown: 1 }] },
    { a: [{ prefix: 1 }] },
    { a: [{ prefix: 'a', suffix: 'b' }] },
    { a: [['x']] },
    { a: [{ numeric: [] }] },
    { a: [{ numeric: ['!', 1] }] },
    { a: [{ numeric: ['<'] }] },
    { a: [{ numeric: ['toString', 1] }] },
    { a: [{ exists: 'yes' }] },
    { a: [{ 'anything-but': [] }] },
    { a: [{ wildcard: 'a**b' }] },
    { $or: [{ a: ['x'] }] },
  ])('%j is refused', (pattern) => {
    expect(() => compileEventPattern(pattern)).toThrow(EventPatternError);
  });

  test('of any form is compiled or refused, and then never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (pattern, event) => {
        try {
          expect(typeof compileEventPattern(pattern)(event)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(EventPatternError);
        }
      }),
    );
  });

  test('that is made of an event’s own values matches it', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.string({ minLength: 1 }).filter((name) => name !== '$or' && name !== '__proto__');
    const event = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 })), {
      minKeys: 1,
    });
    const patternOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, patternOf(member)]))
        : [value];
    fc.assert(fc.property(event, (value) => matches(patternOf(value), value)));
  });

  test('with stars matches what a regular expression of the same meaning does', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 });
    const pattern = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('*'))
      .filter((text) => !text.includes('**'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (wildcard, value) => {
        const expected = new RegExp(`^${wildcard.replaceAll('*', '.*')}$`).test(value);
        expect(matches({ a: [{ wildcard }] }, { a: value })).toBe(expected);
      }),
    );
  });
});
