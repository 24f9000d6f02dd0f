import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import { buildFailure, buildProblems, missingImport, problemLine } from './build-problem.ts';

async function problemsOf(source: string) {
  const thrown = await transform(source, {
    loader: 'ts',
    sourcefile: 'src/hello.ts',
    logLevel: 'silent',
  }).catch((error: unknown) => error);
  return buildProblems(thrown, '/project');
}

test('a syntax error has its place: absolute file, line and column from 1, the line', async () => {
  expect(await problemsOf('const a = 1;\nlet x y;')).toEqual([
    {
      text: 'Expected ";" but found "y"',
      location: { file: '/project/src/hello.ts', line: 2, column: 7, lineText: 'let x y;' },
    },
  ]);
});

test('columns are counted in characters, not in bytes', async () => {
  const [problem] = await problemsOf('const é = "→"; let x y;');
  expect(problem?.location?.column).toBe('const é = "→"; let x y;'.indexOf('y') + 1);
});

test('anything else that is thrown is a problem without a place', () => {
  expect(buildProblems(new Error('The service was stopped'), '/')).toEqual([
    { text: 'The service was stopped' },
  ]);
  expect(buildProblems('no', '/')).toEqual([{ text: 'no' }]);
});

test('the answer to an invocation has a line for each problem, with paths relative to the root', () => {
  const location = { file: '/project/src/hello.ts', line: 3, column: 14, lineText: '' };
  const failure = buildFailure(
    [{ text: 'Expected ";" but found "x"', location }, { text: 'No' }],
    '/project',
  );
  expect({ ...failure, payload: JSON.parse(Buffer.from(failure.payload).toString()) }).toEqual({
    status: 'failed',
    failure: 'build',
    errorType: 'Llx.BuildError',
    payload: {
      errorType: 'Llx.BuildError',
      errorMessage: 'src/hello.ts:3:14: Expected ";" but found "x"\nNo',
      trace: [],
    },
  });
  expect(problemLine({ text: 'No', location }, '/project/src')).toBe('hello.ts:3:14: No');
});

test('knows the import that was not found', () => {
  expect(missingImport({ text: 'Could not resolve "./orders"' })).toBe('./orders');
  expect(missingImport({ text: 'Expected ";"' })).toBeUndefined();
});

const s3 = { file: '/app/src/s3.ts', line: 1, column: 26, lineText: '' };

test('a problem is one line with its place relative to the root', () => {
  expect(problemLine({ text: 'Expected ";" but found "x"', location: s3 }, '/app')).toBe(
    'src/s3.ts:1:26: Expected ";" but found "x"',
  );
});

test('an AWS SDK that is not installed comes with the command that installs it', () => {
  expect(problemLine({ text: 'Could not resolve "@aws-sdk/client-s3"', location: s3 }, '/app')).toBe(
    'src/s3.ts:1:26: Could not resolve "@aws-sdk/client-s3" (Lambda brings it; here: npm install --save-dev @aws-sdk/client-s3)',
  );
});
