import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planReports, type ReportFlags } from './report-plan.ts';

function planned(flags: ReportFlags, githubActions = false): readonly string[] {
  return planReports(flags, { githubActions }).map(({ name, to }) =>
    typeof to === 'string' ? `${name} → ${to}` : `${name} → file ${to.file}`,
  );
}

describe('who writes where', () => {
  test.each<readonly [string, ReportFlags, readonly string[]]>([
    ['nothing said: lines for people', {}, ['pretty → stdout']],
    ['a format for programs has stdout for itself', { reporter: ['json'] }, ['json → stdout']],
    [
      'beside a report in a file people have stdout',
      { reporter: ['junit'], out: ['report.xml'] },
      ['junit → file report.xml', 'pretty → stdout'],
    ],
    [
      'a file without a name is that of the format for programs',
      { reporter: ['pretty', 'junit'], out: ['report.xml'] },
      ['pretty → stdout', 'junit → file report.xml'],
    ],
    ['or people’s, where there is no other', { out: ['log.txt'] }, ['pretty → file log.txt']],
    [
      'a file with a name asks for its reporter',
      { out: ['junit=a.xml', 'tap=b.tap'] },
      ['pretty → stdout', 'junit → file a.xml', 'tap → file b.tap'],
    ],
    [
      'a file may have an equals sign in its name',
      { reporter: ['json'], out: ['a=b.json'] },
      ['json → file a=b.json', 'pretty → stdout'],
    ],
    [
      'one format on stdout, others in files',
      { reporter: ['tap', 'junit'], out: ['junit=a.xml'] },
      ['tap → stdout', 'junit → file a.xml'],
    ],
    [
      'people’s lines in a file leave stdout to a program',
      { reporter: ['pretty', 'json'], out: ['pretty=log.txt'] },
      ['pretty → file log.txt', 'json → stdout'],
    ],
    [
      'annotations stand beside people’s lines',
      { reporter: ['github'] },
      ['github → stdout', 'pretty → stdout'],
    ],
  ])('%s', (_what, flags, plan) => {
    expect(planned(flags)).toEqual(plan);
  });

  test('in GitHub Actions its annotations are added, on stderr where a program reads stdout', () => {
    expect(planned({}, true)).toEqual(['pretty → stdout', 'github → stdout']);
    expect(planned({ reporter: ['github'] }, true)).toEqual(['github → stdout', 'pretty → stdout']);
    expect(planned({ reporter: ['json'] }, true)).toEqual(['json → stdout', 'github → stderr']);
  });
});

describe('what is refused', () => {
  test.each<readonly [string, ReportFlags, string]>([
    [
      'two formats on stdout',
      { reporter: ['json', 'tap'] },
      'Expected at most one reporter to write to stdout, found json and tap.',
    ],
    [
      'people and a program on stdout',
      { reporter: ['pretty', 'junit'] },
      'Expected at most one reporter to write to stdout, found pretty and junit.',
    ],
    [
      'a file of which nobody knows whose it is',
      { reporter: ['json', 'tap'], out: ['a'] },
      'Expected --out NAME=FILE with one of json, tap, found "a", and do not know whose it is.',
    ],
    [
      'a second file without a reporter',
      { reporter: ['json'], out: ['a', 'b'] },
      'Expected --out NAME=FILE with one of json, found "b", and do not know whose it is.',
    ],
    ['two files for one', { out: ['tap=a', 'tap=b'] }, 'Expected one --out for tap, found several.'],
    [
      'one file for two',
      { out: ['tap=a', 'json=a'] },
      `Expected a file for each reporter, found "${resolve('a')}" for two.`,
    ],
    [
      'one file for two, written in two ways',
      { out: ['tap=a', 'json=./a'] },
      `Expected a file for each reporter, found "${resolve('a')}" for two.`,
    ],
    ['a reporter misspelt', { out: ['juint=a.xml'] }, 'Expected --out junit=FILE, found "juint=a.xml".'],
    ['no file', { out: ['tap='] }, 'Expected a file after --out, found "tap=".'],
  ])('%s', (_what, flags, message) => {
    expect(() => planReports(flags, { githubActions: false })).toThrow(
      expect.objectContaining({ code: 'LLX_USAGE', message }),
    );
  });
});
