import { textField } from '../fixtures/event-fields.ts';
import { checkExpectation } from '../fixtures/expect/check-expectation.ts';
import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { Mismatch } from '../fixtures/expect/mismatch.ts';
import { mismatchSentence } from '../fixtures/expect/mismatch-text.ts';
import { type Observed, readAnswer } from '../fixtures/expect/observed.ts';
import type { Fixture } from '../fixtures/fixture.ts';
import { runPaced } from '../fixtures/paced-run.ts';
import { callLambda, type LambdaApi } from './lambda-call.ts';

/** A fixture, and a function that it is sent to. */
export type SendingCase = {
  readonly name: string;
  readonly functionName: string;
  readonly fixture: Pick<Fixture, 'event' | 'clientContext' | 'expect' | 'clock' | 'seed'>;
};

export type SentCase = {
  readonly case: SendingCase;
  /** From the request to the answer. */
  readonly durationMs: number;
  /** Why it is a failure. */
  readonly problem?: string;
};

export type SendingOptions = {
  readonly api: LambdaApi;
  readonly concurrency: number;
  /** In a second, at most. */
  readonly rate?: number;
  /** How often all of them are sent. */
  readonly repeat: number;
  readonly onSent: (sent: SentCase) => void;
};

/** Sends all cases over Lambda's API. Rejects with the reason of the API's signal. */
export async function sendCases(
  cases: readonly SendingCase[],
  { api, concurrency, rate, repeat, onSent }: SendingOptions,
): Promise<void> {
  const send = async (one: SendingCase): Promise<void> => {
    const begun = performance.now();
    const problem = await sendCase(one, api);
    const durationMs = performance.now() - begun;
    onSent({ case: one, durationMs, ...(problem === undefined ? {} : { problem }) });
  };
  await runPaced(repeated(cases, repeat), send, {
    concurrency,
    signal: api.signal,
    ...(rate === undefined ? {} : { rate }),
  });
}

/** Each time anew, so that a million of them take no memory. */
function* repeated(cases: readonly SendingCase[], times: number): Generator<SendingCase> {
  for (let time = 0; time < times; time += 1) yield* cases;
}

/** Why it failed: not run, or not as its caller should see it; undefined: as expected. */
async function sendCase({ functionName, fixture }: SendingCase, api: LambdaApi): Promise<string | undefined> {
  const { event, clientContext } = fixture;
  const context = clientContext === undefined ? {} : { clientContext };
  try {
    const { status, body, bytes, failed } = await callLambda(
      { functionName, event: JSON.stringify(event), ...context },
      api,
    );
    if (status !== 200) return `${status} ${body.slice(0, REPEATED_CHARACTERS)}`;
    if (failed && fixture.expect?.error === undefined) {
      return `the function failed: ${body.slice(0, REPEATED_CHARACTERS)}`;
    }
    const [first, ...more] = callerMismatches(fixture, bytes, failed);
    if (first === undefined) return undefined;
    return `${mismatchSentence(first)}${more.length === 0 ? '' : ` And ${more.length} more.`}`;
  } catch (error) {
    api.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

/** Of an answer that says what went wrong, so much is repeated. */
const REPEATED_CHARACTERS = 300;

/** What a caller can tell: the answer, unless it depends on a clock or chance that were to be fixed, and the error. */
function callerMismatches(
  { expect: expectation = {}, clock, seed }: SendingCase['fixture'],
  bytes: Uint8Array,
  failed: boolean,
): readonly Mismatch[] {
  const { answer, match, ignore, error } = expectation;
  const isFixed = clock !== undefined || seed !== undefined;
  const seen: Expectation = {
    ...(answer === undefined || isFixed ? {} : { answer }),
    ...(match === undefined ? {} : { match }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(error === undefined ? {} : { error }),
  };
  const found = readAnswer(bytes);
  const observed: Observed = {
    ...(failed ? { answer: undefined, error: errorOf(found) } : { answer: found }),
    logs: [],
    durationMs: 0,
    calls: [],
  };
  return checkExpectation(seen, observed);
}

function errorOf(body: unknown): NonNullable<Observed['error']> {
  return {
    errorType: textField(body, 'errorType') ?? '',
    errorMessage: textField(body, 'errorMessage') ?? '',
  };
}
