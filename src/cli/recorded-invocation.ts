import { isObject, textField } from '../fixtures/event-fields.ts';
import { readAnswer } from '../fixtures/expect/observed.ts';
import { parseJson } from '../fixtures/json-text.ts';
import type { Outcome } from '../fixtures/record/recorded-expectation.ts';
import type { RecordedInvocation } from '../fixtures/record/recorded-fixture.ts';
import { secretNames } from '../fixtures/redact/secret-names.ts';
import { isAnswerCut } from '../session/record-answer.ts';
import type { InvocationRecord } from '../session/store.ts';
import type { ConfiguredFunction } from './configuration.ts';

/** Between two clocks of one machine, and between AWS's and the developer's. */
const SKEW_MS = { here: 2_000, observed: 60_000 };

/**
 * An invocation as it is recorded.
 *
 * @param functionName how fixtures call its function.
 * @throws Error for one whose event is no longer kept, or is no JSON.
 */
export function recordedInvocation(record: InvocationRecord, functionName: string): RecordedInvocation {
  if (record.bodiesLeftOut) throw new Error('Its event is no longer kept.');
  const event = parseJson(textOf(record.event));
  if (event.status === 'fault') throw new Error('Its event is not JSON: it cannot be a fixture.');
  const clientContext = record.context?.clientContext;
  const outcome = outcomeOf(record);
  const skew = record.phase === 'observed' ? SKEW_MS.observed : SKEW_MS.here;
  const ended = record.endedAt ?? record.offeredAt;
  return {
    functionName,
    event: event.value,
    ...(clientContext === undefined ? {} : { clientContext }),
    ...(outcome === undefined ? {} : { outcome }),
    // A copy comes when all is over.
    from: Math.min(record.offeredAt, ended - (record.durationMs ?? 0)) - skew,
    to: ended + skew,
  };
}

/** The beginning of an answer is nothing to expect. */
function outcomeOf(record: InvocationRecord): Outcome | undefined {
  const { answer, errorType } = record;
  if (answer === undefined || isAnswerCut(record)) return undefined;
  const value = readAnswer(answer);
  if (errorType === undefined) return { answer: value };
  // Of an error that was cut only its type is known.
  if (!isObject(value)) return undefined;
  return { error: { errorType, errorMessage: textField(value, 'errorMessage') ?? '' } };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** How a fixture calls a function: of a CDK app by the path of its construct, which is the same wherever it is deployed. */
export function fixtureFunctionName(name: string, functions: readonly ConfiguredFunction[]): string {
  return functions.find((one) => one.name === name)?.deployment?.path ?? name;
}

/** What a handler knows by its environment it may answer with. */
export function secretVariables(functions: readonly ConfiguredFunction[]): readonly string[] {
  const names = secretNames();
  return functions.flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) => (names.isSecret(name) ? [value] : [])),
  );
}
