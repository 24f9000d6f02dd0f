import { afterAll, describe, expect, it } from 'vitest';
import type { SpawnWorkerOptions } from '../spawn-worker.ts';
import { isRunning } from '../worker.contract.ts';
import { functionSpec, HANDLERS, invoke, REQUEST_ID, stable, TestWorkers } from '../worker.test-support.ts';
import type { LoadOutcome } from '../worker.ts';

/** How processes of Python do not begin, and how they end, in the words of AWS's runtime client. */
export function describePythonProcess(name: string, options: Partial<SpawnWorkerOptions>): void {
  describe(name, () => {
    const workers = new TestWorkers(options);
    afterAll(() => workers.close());

    async function load(
      handler: string,
    ): Promise<{ readonly outcome: LoadOutcome; readonly error: unknown }> {
      const spec = functionSpec({ handler, runtime: 'python3.13' });
      const outcome = await workers.spawn(spec).load(spec, { file: '', exportPath: '' });
      const error: unknown =
        outcome.status === 'failed' ? JSON.parse(String(Buffer.from(outcome.payload))) : undefined;
      return { outcome, error };
    }

    describe('a module that does not load', () => {
      const warning = expect.stringMatching(
        /^stdout: \[WARNING\]\t<time>\t\tLAMBDA_WARNING: Unhandled exception\. /,
      );
      const failed: readonly [string, string, string][] = [
        [
          'absent.handler',
          'Runtime.ImportModuleError',
          "Unable to import module 'absent': No module named 'absent'",
        ],
        [
          'python_import_absent.handler',
          'Runtime.ImportModuleError',
          "Unable to import module 'python_import_absent': No module named 'absent_module_of_llx'",
        ],
        [
          'python_cases.absent',
          'Runtime.HandlerNotFound',
          "Handler 'absent' missing on module 'python_cases'",
        ],
        [
          'nodot',
          'Runtime.MalformedHandlerName',
          "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)",
        ],
        ['sys.exit', 'Runtime.BuiltInModuleConflict', 'Cannot use built-in module sys as a handler module'],
      ];

      it.each(failed)('%s: %s', async (handler, errorType, errorMessage) => {
        const { outcome, error } = await load(handler);
        expect(error).toEqual({ errorMessage, errorType, requestId: '', stackTrace: [] });
        expect(outcome).toMatchObject({ status: 'failed', failure: 'init', errorType });
        const logs = outcome.status === 'failed' ? (outcome.logs ?? []) : [];
        expect(stable(logs)).toEqual([
          warning,
          `stderr: [ERROR] ${errorType}: ${errorMessage}\nTraceback (most recent call last):`,
        ]);
      });

      it('for a slip in it says where', async () => {
        const { error } = await load('python_syntax.handler');
        expect(error).toEqual({
          errorMessage: expect.stringMatching(
            /^Syntax error in module 'python_syntax': .*\(python_syntax\.py, line 2\)$/,
          ),
          errorType: 'Runtime.UserCodeSyntaxError',
          requestId: '',
          stackTrace: [`  File "${HANDLERS}/python_syntax.py" Line 2\n        return (\n`],
        });
      });

      it('because it raises has its frames', async () => {
        const { error } = await load('python_import_raises.handler');
        expect(error).toMatchObject({
          errorMessage: 'Runtime startup fails',
          errorType: 'Exception',
          requestId: '',
        });
        const { stackTrace } = error as { readonly stackTrace: readonly string[] };
        expect(stackTrace.at(0)).toMatch(/importlib\/__init__\.py", line \d+, in import_module\n/);
        expect(stackTrace.at(-1)).toBe(
          `  File "${HANDLERS}/python_import_raises.py", line 1, in <module>\n    raise Exception("Runtime startup fails")\n`,
        );
      });

      it('because it exits is told as an exit, with what it printed', async () => {
        const { outcome, error } = await load('python_exits.handler');
        expect(error).toEqual({
          errorType: 'Runtime.ExitError',
          errorMessage: 'Error: Runtime exited with error: exit status 4',
        });
        expect(outcome).toMatchObject({ failure: 'exit', logs: [{ stream: 'stdout', text: 'bye' }] });
      });
    });

    it.each([
      [0, 'Runtime exited without providing a reason'],
      [9, 'Runtime exited with error: exit status 9'],
    ])('sys.exit(%d) ends the process, and keeps what was printed', async (code, reason) => {
      const worker = await workers.load('python_cases.exits', { runtime: 'python3.13' });
      const outcome = await invoke(worker, { code });
      expect(outcome).toEqual({
        failure: 'exit',
        errorType: 'Runtime.ExitError',
        answer: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${REQUEST_ID} Error: ${reason}` },
        logs: [{ stream: 'stdout', text: 'no line end' }],
      });
    });

    it('a fork that holds the descriptors keeps no invocation waiting, and ends with its worker', async () => {
      const worker = await workers.load('python_cases.forks', { runtime: 'python3.13' });
      const pids = [(await invoke(worker)).answer, (await invoke(worker)).answer].map(Number);
      expect(pids.map(isRunning)).toEqual([true, true]);
      await worker.kill();
      // A signal takes its time.
      await expect.poll(() => pids.map(isRunning)).toEqual([false, false]);
    });
  });
}
