import { expect, test } from 'vitest';
import { failureLines } from './failure-lines.ts';

const payload = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('a Node error is its trace, which begins with type and message', () => {
  const error = {
    errorType: 'TypeError',
    errorMessage: 'two\nlines',
    trace: ['TypeError: two', 'lines', '    at handler (src/hello.ts:3:5)'],
  };
  expect(failureLines(payload(error), 'TypeError')).toEqual([
    'TypeError: two',
    'lines',
    '    at handler (src/hello.ts:3:5)',
  ]);
});

test('a Python error keeps its stack under type and message', () => {
  const error = {
    errorMessage: 'no such key',
    errorType: 'KeyError',
    requestId: '',
    stackTrace: ['  File "app.py", line 2, in handler\n    event["x"]\n'],
  };
  expect(failureLines(payload(error), 'KeyError')).toEqual([
    'KeyError: no such key',
    '  File "app.py", line 2, in handler',
    '    event["x"]',
    '',
  ]);
});

test('control characters of a message are shown, not executed', () => {
  const error = { errorType: 'Error', errorMessage: '\u001b[2Jgone', trace: [] };
  expect(failureLines(payload(error), 'Error')).toEqual(['Error: ␛[2Jgone']);
});

test.each([
  ['not JSON', new TextEncoder().encode('oops')],
  ['null', payload(null)],
  ['of other shape', payload({ errorMessage: 3, trace: 'x' })],
  ['too large to read', payload({ errorMessage: 'x'.repeat(300_000) })],
  ['absent', undefined],
])('an error object that is %s still has its type', (_, bytes) => {
  expect(failureLines(bytes, 'Runtime.ExitError')).toEqual(['Runtime.ExitError']);
});
