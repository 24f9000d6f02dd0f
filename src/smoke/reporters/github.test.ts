import { expect, test } from 'vitest';
import { caseTitle } from '../case-result.ts';
import { ALL, HOSTILE_CASE, PASSED, summaryOf, written } from '../results.test-support.ts';
import { createGithubReporter } from './github.ts';

/**
 * Reads as the runner does, and refuses what it would print instead of obeying:
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
function read(output: string) {
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [, name, written = '', data = ''] = /^::([a-z-]+) ([^:]*)::(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no workflow command: ${line}`);
      const properties = written.split(',').map((property) => {
        const [, key, value = ''] = /^([a-z]+)=([^,:\r\n]*)$/i.exec(property) ?? [];
        if (key === undefined) throw new Error(`no property: ${property}`);
        return [key, unescaped(value).replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')];
      });
      return {
        name,
        properties: Object.fromEntries(properties),
        data: unescaped(data).replaceAll('%25', '%'),
      };
    });
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
}

test('a failure is an error at the developer’s own code, or at its fixture', () => {
  const commands = read(written(createGithubReporter, summaryOf(ALL)));
  expect(commands.map(({ name, properties }) => [name, properties])).toEqual([
    ['error', { file: 'src/hello.ts', line: '9', col: '2', title: 'llx smoke: hello/get (hello)' }],
    ['error', { file: 'fixtures/events/hello/bad.json', line: '1', title: 'llx smoke: hello/bad' }],
    [
      'warning',
      { file: 'fixtures/events/orders/create.json', line: '1', title: 'llx smoke: orders/again (orders)' },
    ],
    [
      'error',
      { file: 'fixtures/events/orders/price.json', line: '1', title: 'llx smoke: orders/price (orders)' },
    ],
  ]);
});

test('its message is the reason, and what differs', () => {
  expect(read(written(createGithubReporter, summaryOf(ALL))).at(-1)?.data).toMatchInlineSnapshot(`
    "answer total: expected 82.8, found 28.8

    answer differs at total  - expected  + found
      {
    -   "total": 82.8,
    +   "total": 28.8,
        "items": [
          "MUG",
          "PLATE",
      ⋮"
  `);
});

test('a green run has nothing to say', () => {
  expect(written(createGithubReporter, summaryOf([PASSED]))).toBe('');
});

test('what a function says is part of one command, and is no other', () => {
  const commands = read(written(createGithubReporter, summaryOf([HOSTILE_CASE])));
  expect(commands.map(({ name }) => name)).toEqual(['error']);
  expect(commands[0]?.properties.title).toBe(`llx smoke: ${caseTitle(HOSTILE_CASE)}`);
});
