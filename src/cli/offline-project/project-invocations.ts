import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LlxError } from '../../errors/llx-error.ts';
import { type ObservedCall, type ObservedError, readAnswer } from '../../fixtures/expect/observed.ts';
import { callLambda, type LambdaAnswer } from '../lambda-call.ts';
import type { OfflineAws } from '../open-offline.ts';
import type { FixedWorlds } from './fixed-worlds.ts';
import type { Invocation, InvokeOptions } from './project.ts';
import type { JournalRun, ProjectJournal } from './project-journal.ts';

// Not by `import`, which loads undici: 30 ms at the start of each process.
const { Agent } = process.getBuiltinModule('node:http');

/**
 * Systems hold a small packet back until the one before it is acknowledged, and that until 40 ms later: an answer, which
 * goes another way, overtakes a message that was published before it. On a busy machine it takes longer.
 */
const ARRIVAL_MS = 200;
const LOOK_MS = 5;

export type ProjectInvocationsOptions = {
  readonly aws: OfflineAws;
  readonly journal: ProjectJournal;
  readonly worlds: FixedWorlds;
};

/** Invokes the functions of a project over Lambda's API, and gathers what became of each invocation. */
export class ProjectInvocations {
  readonly #options: ProjectInvocationsOptions;
  readonly #closing = new AbortController();
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: ProjectInvocationsOptions) {
    this.#options = options;
  }

  /** Ends what runs: those who wait for it are told that the project is closed. */
  async close(): Promise<void> {
    this.#closing.abort(closed());
    this.#agent.destroy();
  }

  async invoke(functionName: string, event: unknown, options: InvokeOptions): Promise<Invocation> {
    const { signal, clientContext, qualifier } = options;
    const { aws, journal, worlds } = this.#options;
    const ended = this.#closing.signal;
    const either = signal === undefined ? ended : AbortSignal.any([signal, ended]);
    either.throwIfAborted();
    const run = journal.begin(newTraceRoot(), worlds.of(options));
    try {
      const answer = await callLambda(
        {
          functionName,
          event: JSON.stringify(event === undefined ? {} : event),
          clientContext,
          qualifier,
          traceId: `Root=${run.root};Sampled=0`,
        },
        { ...aws, signal: either, agent: this.#agent },
      );
      if (answer.status !== 200) throw this.#refused(functionName, answer);
      if (options.until !== undefined) await arrival(run.calls, options.until, either);
      return toInvocation(functionName, answer, run);
    } catch (error) {
      either.throwIfAborted();
      throw error;
    } finally {
      journal.end(run);
    }
  }

  #refused(functionName: string, { status, body }: LambdaAnswer): LlxError {
    const names = this.#options.aws.functions.map(({ name }) => name);
    if (status === 404) {
      return new LlxError('LLX_FUNCTION_UNKNOWN', {
        message: `Expected a function of the project, found '${functionName}'. There are: ${names.join(', ')}.`,
        mend: `Invoke '${names[0] ?? functionName}', or add it to the configuration.`,
      });
    }
    return new LlxError('LLX_AWS_FAILED', {
      message: `Lambda did not invoke ${functionName}: ${status} ${body}`,
      mend: 'Its answer says why: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors',
    });
  }
}

async function arrival(
  calls: readonly ObservedCall[],
  isComplete: (calls: readonly ObservedCall[]) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + ARRIVAL_MS;
  while (!isComplete(calls) && performance.now() < deadline) await delay(LOOK_MS, undefined, { signal });
}

function toInvocation(functionName: string, answer: LambdaAnswer, run: JournalRun): Invocation {
  const { requestId, bytes, failed } = answer;
  const { result, logs, calls } = run;
  const value = readAnswer(bytes);
  return {
    requestId,
    functionName,
    answer: failed ? undefined : value,
    ...(failed ? { error: toError(value) } : {}),
    ...(result?.status === 'failed' ? { failedBecause: result.failure } : {}),
    logs: [...logs],
    calls: [...calls],
    durationMs: result?.durationMs ?? 0,
    coldStart: result?.coldStart ?? false,
  };
}

/** Node's runtime calls the stack `trace`, those of other languages `stackTrace`. */
function toError(value: unknown): ObservedError {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { errorType, errorMessage, trace, stackTrace = trace } = fields;
  return {
    errorType: text(errorType),
    // What is no error object, a runtime of the user's own may have sent.
    errorMessage: typeof value === 'object' ? text(errorMessage) : text(value),
    ...(Array.isArray(stackTrace) ? { stackTrace: stackTrace.map(String) } : {}),
  };
}

function text(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value);
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
function newTraceRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(12).toString('hex')}`;
}

function closed(): LlxError {
  return new LlxError('LLX_UNREACHABLE', {
    message: 'Expected an open project, found that it was closed.',
    mend: 'Close it when its last invocation has ended: await llx.close()',
  });
}
