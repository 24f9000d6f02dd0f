import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../display-width.ts';
import { cutSpans, spansText } from '../lines/span.ts';
import {
  foldAll,
  isFolded,
  type JsonDocument,
  jsonDocument,
  reveal,
  toggleNode,
  unfoldAll,
} from './json-document.ts';
import { gutterOf } from './json-indent.ts';
import { JsonLayout } from './json-layout.ts';
import { jsonLines } from './json-lines.ts';
import { searchJson } from './json-search.ts';
import { scanJson } from './json-tape.ts';

const COLUMNS = 40;

function documentOf(text: string): JsonDocument {
  const tape = scanJson(text);
  if (tape === undefined) throw new Error(`not JSON: ${text}`);
  return jsonDocument(tape);
}

/** Rows as they are read, without the numbers of lines. */
function rowsOf(document: JsonDocument, columns = 1_000): readonly string[] {
  const layout = new JsonLayout(document, columns);
  const lines = jsonLines(layout, columns);
  const gutter = gutterOf(document.tape);
  return Array.from({ length: lines.count }, (_, row) => spansText(lines.row(row)).slice(gutter));
}

const value = fc.jsonValue({ maxDepth: 5 });
/** Rows show controls instead of obeying them, and cut what is very long: only plain text can be compared. */
const plainValue = fc
  .json({ maxDepth: 5, stringUnit: fc.constantFrom('a', 'B', '7', ' ', '\\') })
  .map((text): unknown => JSON.parse(text));

describe('a document', () => {
  test('looks as JSON.stringify indents it', () => {
    fc.assert(
      fc.property(plainValue, (given) => {
        const indented = JSON.stringify(given, undefined, 2).split('\n');
        const rows = rowsOf(documentOf(JSON.stringify(given)));
        expect(rows.map((row) => row.replace(/ {2}JSON$/, ''))).toEqual(indented);
      }),
    );
  });

  test('keeps numbers as they were written', () => {
    expect(rowsOf(documentOf('[12345678901234567890, 1.0, 1e400]'))).toEqual([
      '[',
      '  12345678901234567890,',
      '  1.0,',
      '  1e400',
      ']',
    ]);
  });

  test('has rows that are no wider than the screen and hold no control characters', () => {
    const nasty = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 20, max: 120 }), (given, columns) => {
        const document = documentOf(JSON.stringify(given));
        const lines = jsonLines(new JsonLayout(document, columns), columns);
        for (let row = 0; row < lines.count; row += 1) {
          const text = spansText(cutSpans(lines.row(row), columns));
          expect(displayWidth(text)).toBeLessThanOrEqual(columns);
          expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
        }
      }),
    );
  });

  test.each([
    '',
    'hello',
    '{',
    '[1,]',
    '{"a"}',
    '{"a":1,}',
    '[1 2]',
    '1 2',
    '{a:1}',
    '"open',
    '[1}',
    'truth',
  ])('that is %j is no JSON', (text) => {
    expect(scanJson(text)).toBeUndefined();
  });

  test('whose end is missing is shown as far as it goes', () => {
    const tape = scanJson('{"id":42,"items":[{"name":"a"},{"na', { partial: true });
    expect(tape?.complete).toBe(false);
    expect(tape && rowsOf(jsonDocument(tape))).toEqual([
      '{',
      '  "id": 42,',
      '  "items": [',
      '    {',
      '      "name": "a"',
      '    },',
      '    {}',
      '  ]',
      '}',
    ]);
  });
});

describe('folding', () => {
  test('hides what is inside and says how much that is', () => {
    const document = documentOf('{"a":{"b":1,"c":[1,2]},"d":[]}');
    expect(rowsOf(toggleNode(document, 1))).toEqual(['{', '  "a": {…} 2 keys,', '  "d": []', '}']);
    expect(rowsOf(toggleNode(toggleNode(document, 1), 1))).toEqual(rowsOf(document));
  });

  test('all leaves the outermost values to choose from', () => {
    const document = foldAll(documentOf('{"a":{"b":{"c":1}},"d":2}'));
    expect(rowsOf(document)).toEqual(['{', '  "a": {…} 1 key,', '  "d": 2', '}']);
    expect(rowsOf(unfoldAll(document))).toHaveLength(8);
  });

  test('any containers leaves rows whose lines ascend, and every value in one row', () => {
    fc.assert(
      fc.property(value, fc.array(fc.nat(200)), (given, toggled) => {
        let document = documentOf(JSON.stringify(given));
        for (const node of toggled) document = toggleNode(document, node % document.tape.count);
        const layout = new JsonLayout(document, COLUMNS);
        let before = 0;
        for (let row = 0; row < layout.rows; row += 1) {
          const at = layout.rowAt(row);
          if (at.kind === 'part') expect(at.line).toBe(before);
          else expect(at.line).toBeGreaterThan(before);
          before = at.line;
          if (at.kind === 'open') expect(layout.rowOf(at.node)).toBe(row);
        }
        for (let node = 0; node < document.tape.count; node += 1) {
          expect(layout.rowOf(node)).toBeLessThan(layout.rows);
        }
      }),
    );
  });

  test('is undone around a value that is searched for', () => {
    const document = foldAll(documentOf('{"a":{"b":{"c":"needle"}},"d":2}'));
    const [found = 0] = searchJson(document.tape, /NEEDLE/gi);
    const shown = reveal(document, found);
    expect(rowsOf(shown)).toContain('      "c": "needle"');
    expect(isFolded(shown, 1)).toBe(false);
  });
});

describe('a string', () => {
  const event = documentOf('{"body":"{\\"id\\":42,\\"tags\\":[\\"x\\"]}","after":[1,2]}');

  test('that holds JSON opens as that JSON, and closes as the string that it was', () => {
    const opened = toggleNode(event, 1);
    expect(rowsOf(opened)).toEqual([
      '{',
      '  "body": {  in a string',
      '    "id": 42,',
      '    "tags": [',
      '      "x"',
      '    ]',
      '  },',
      '  "after": [',
      '    1,',
      '    2',
      '  ]',
      '}',
    ]);
    expect(toggleNode(opened, 1).tape.text).toBe(event.tape.text);
  });

  test('that opens leaves what is folded behind it folded', () => {
    const folded = toggleNode(event, 2);
    expect(rowsOf(toggleNode(folded, 1)).at(-2)).toBe('  "after": […] 2 items');
    expect(rowsOf(toggleNode(toggleNode(folded, 1), 1))).toEqual(rowsOf(folded));
  });

  test('that is long is wrapped over as many rows as it needs', () => {
    const document = toggleNode(documentOf(`{"text":"${'abcdefghij'.repeat(8)}","more":1}`), 1);
    expect(rowsOf(document, 47)).toEqual([
      '{',
      '  "text": ',
      '    "abcdefghijabcdefghijabcdefghijabcdefghi',
      '    jabcdefghijabcdefghijabcdefghijabcdefghi',
      '    j",',
      '  "more": 1',
      '}',
    ]);
    const rows = jsonLines(new JsonLayout(document, 47), 47);
    for (let row = 0; row < rows.count; row += 1) {
      expect(displayWidth(spansText(rows.row(row)))).toBeLessThanOrEqual(47);
    }
  });
});

describe('a search', () => {
  test('finds names and scalars in whatever case, and nothing between them', () => {
    const { tape } = documentOf('{"Total":1,"b":["total",{"c":"a:b"}]}');
    expect(searchJson(tape, /total/gi)).toEqual([1, 3]);
    expect(searchJson(tape, /":/gi)).toEqual([]);
  });
});
