import { patternError } from './pattern-error.ts';
import { parsePatternRegex } from './pattern-regex.ts';

const TERM =
  /\s*(?<sign>[?-]?)(?:"(?<quoted>(?:[^"\\]|\\.)*)"|%(?<regex>(?:[^%\\]|\\.)+)%|(?<word>[^\s"]+))(?=\s|$)/y;

type Test = (message: string) => boolean;

/** `ERROR "two words" -excluded ?either ?or %regex%`, upper and lower case told apart. */
export function parseTermPattern(pattern: string): Test {
  const required: Test[] = [];
  const excluded: Test[] = [];
  const optional: Test[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const start = TERM.lastIndex;
    const groups = TERM.exec(pattern)?.groups;
    if (groups === undefined) throw patternError(`unexpected "${pattern.slice(start, start + 50)}"`);
    const { sign, quoted, regex, word } = groups;
    const list = sign === '-' ? excluded : sign === '?' ? optional : required;
    list.push(regex === undefined ? contains(word ?? unescaped(quoted ?? '')) : matches(regex));
  }
  // "CloudWatch Logs ignores ? where there are other terms", says the page on filter patterns.
  const either = required.length === 0 && optional.length > 0 ? optional : undefined;
  return (message) =>
    required.every((test) => test(message)) &&
    !excluded.some((test) => test(message)) &&
    (either === undefined || either.some((test) => test(message)));
}

function contains(text: string): Test {
  return (message) => message.includes(text);
}

function matches(source: string): Test {
  const regex = parsePatternRegex(source);
  return (message) => regex.test(message);
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1');
}
