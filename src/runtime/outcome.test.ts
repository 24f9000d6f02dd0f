import { describe, expect, it } from 'vitest';
import {
  exitFailure,
  exitText,
  forRequest,
  oversizeFailure,
  timeoutFailure,
  timeoutLogLine,
} from './outcome.ts';

const bodyOf = ({ payload }: { readonly payload: Uint8Array }): unknown => JSON.parse(String(payload));

describe('the reason of an exit', () => {
  it.each([
    [{ code: 0, signal: null }, 'Runtime exited without providing a reason'],
    [{ code: 1, signal: null }, 'Runtime exited with error: exit status 1'],
    [{ code: 129, signal: null }, 'Runtime exited with error: exit status 129'],
    [{ code: null, signal: 'SIGKILL' }, 'Runtime exited with error: signal: killed'],
    [{ code: null, signal: 'SIGABRT' }, 'Runtime exited with error: signal: aborted'],
    [{ code: null, signal: 'SIGUSR1' }, 'Runtime exited with error: signal: SIGUSR1'],
  ] as const)('%j', (status, expected) => {
    expect(exitText(status)).toBe(expected);
  });
});

describe('a failure', () => {
  it('at the deadline has the wording of Lambda, with the function’s own setting', () => {
    expect(bodyOf(timeoutFailure(1_000, 'r-1'))).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds',
    });
    expect(timeoutLogLine(new Date(0), 2_500, 'r-1')).toBe(
      '1970-01-01T00:00:00.000Z r-1 Task timed out after 2.50 seconds\n',
    );
  });

  it('of a load is told to each invocation that waited for it', () => {
    const failure = exitFailure({ code: 3, signal: null });
    expect(bodyOf(failure)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Error: Runtime exited with error: exit status 3',
    });
    expect(forRequest(failure, 'r-2')).toEqual(exitFailure({ code: 3, signal: null }, 'r-2'));
  });

  it('that is the handler’s own text is not rewritten', () => {
    const payload = Buffer.from('{"errorType":"E","errorMessage":"Error: mine","trace":[]}');
    const failure = { status: 'failed', failure: 'init', errorType: 'E', payload } as const;
    expect(forRequest(failure, 'r-2')).toBe(failure);
  });

  it('by size names the limit', () => {
    expect(bodyOf(oversizeFailure())).toEqual({
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });
});
