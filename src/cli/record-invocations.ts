import { FixtureRecorder } from '../fixtures/record/fixture-recorder.ts';
import type { SessionEvent } from '../session/event.ts';
import type { SessionStore } from '../session/store.ts';
import type { Configuration } from './configuration.ts';
import { fixtureFunctionName, recordedInvocation, secretVariables } from './recorded-invocation.ts';

/** Of the five seconds in which everything has to end. */
const FINISH_MS = 3_000;

export type RecordInvocationsOptions = {
  readonly store: SessionStore;
  readonly configuration: Pick<Configuration, 'functions' | 'record'>;
  /** Absolute. */
  readonly directory: string;
};

/** Writes every invocation that ends from now on as a fixture. Nothing of an invocation waits for it. */
export function recordInvocations({ store, configuration, directory }: RecordInvocationsOptions): {
  /** Writes what waits, and says what there is. Idempotent. */
  close(): Promise<void>;
} {
  const { functions, record: rules = {} } = configuration;
  const notice = (level: 'info' | 'warning', text: string): void =>
    store.dispatch({ type: 'notice', level, text });
  const recorder = new FixtureRecorder({
    directory,
    rules,
    secrets: secretVariables(functions),
    ...(rules.maximumBytes === undefined ? {} : { maximumBytes: rules.maximumBytes }),
    onNotice: (text) => notice('warning', text),
  });
  const unsubscribe = store.onEvent((event) => {
    if (!isEnd(event)) return;
    recorder.record(() => {
      const record = store.getState().invocations.find(event.id);
      if (record === undefined) throw new Error('It is no longer kept.');
      return recordedInvocation(record, fixtureFunctionName(record.functionName, functions));
    });
  });
  notice('info', `Recording invocations as fixtures in ${directory}`);
  let closing: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    unsubscribe();
    const { written, known, tooLarge, lost } = await recorder.finish(FINISH_MS);
    const counts = [
      `${written} ${written === 1 ? 'fixture' : 'fixtures'} recorded in ${directory}`,
      ...(known === 0 ? [] : [`${known} known already`]),
      ...(tooLarge === 0 ? [] : [`${tooLarge} too large`]),
      ...(lost === 0 ? [] : [`${lost} not written`]),
    ];
    notice(tooLarge + lost === 0 ? 'info' : 'warning', `${counts.join(', ')}.`);
  };
  return {
    close: () => {
      closing ??= finish();
      return closing;
    },
  };
}

/** What was stopped has no answer, and what was refused or withdrawn did not run. */
function isEnd(event: SessionEvent): event is Extract<SessionEvent, { type: 'ended' | 'observed' }> {
  if (event.type === 'observed') return true;
  return event.type === 'ended' && !(event.result.status === 'failed' && event.result.failure === 'aborted');
}
