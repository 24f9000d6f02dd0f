import { defaultFixtureName, fixtureNameProblem } from '../../fixtures/fixture-name.ts';
import { parseJson } from '../../fixtures/json-text.ts';
import { EventRedactor } from '../../fixtures/redact/event-redactor.ts';
import { FixtureExistsError } from '../../fixtures/save-fixture.ts';
import { printable } from '../../session/printable.ts';
import { isAnswerCut } from '../../session/record-answer.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { Effect, Message, RunResult, ScreenFacts } from '../screen.ts';
import type { TuiActions } from '../tui-actions.ts';
import { copyTexts } from './copy-texts.ts';
import { failureLocation } from './failure-view.ts';

/** Why nothing can be done with the event of an invocation. */
export function eventProblem(record: InvocationRecord | undefined): string | undefined {
  if (record === undefined) return 'There is no invocation yet.';
  return record.bodiesLeftOut ? 'Its event is no longer kept.' : undefined;
}

function good(text: string): Message {
  return { text, token: 'good' };
}

/** Runs the event again, here, with the code as it is now. */
export function replayEffect<State>(
  record: InvocationRecord,
  update?: (state: State) => State,
): Effect<State> {
  return {
    type: 'run',
    run: async (actions) => {
      await actions.replay(requestOf(record, record.event));
      return {
        message: good(`${printable(record.functionName)} ran again here; no caller waits for its answer.`),
        ...(update === undefined ? {} : { update }),
      };
    },
  };
}

function requestOf(record: InvocationRecord, event: Uint8Array) {
  const clientContext = record.context?.clientContext;
  return {
    functionName: record.functionName,
    event,
    replayOf: record.id,
    ...(clientContext === undefined ? {} : { clientContext }),
  };
}

/** Stands above a text that is no JSON when it comes back to the editor; what is left of it is not part of the event. */
const FAULT = '// ';

/** The event in the editor until it is JSON or is left as it was; then it runs. */
export function editEffect<State>(record: InvocationRecord, update?: (state: State) => State): Effect<State> {
  return {
    type: 'run',
    run: async (actions) => {
      const event = await editedEvent(actions, indented(record.event));
      if (event === undefined) return { message: { text: 'Left as it was: nothing ran.', token: 'plain' } };
      await actions.replay(requestOf(record, new TextEncoder().encode(event)));
      return { message: good('The edited event ran.'), ...(update === undefined ? {} : { update }) };
    },
  };
}

/** The text of the event as JSON; undefined when the editor left what it was given. */
async function editedEvent(actions: Pick<TuiActions, 'edit'>, before: string): Promise<string | undefined> {
  let given = before;
  for (;;) {
    const edited = await actions.edit(given, '.json');
    if (edited === undefined) return undefined;
    const text = withoutFaults(edited);
    const outcome = parseJson(text);
    if (outcome.status === 'parsed') return text;
    const { line, column, reason } = outcome.fault;
    given = `${FAULT}Not JSON: line ${line + 2}, column ${column}: ${reason}\n${FAULT}Mend it, or leave it as it is to run nothing.\n${text}`;
  }
}

function withoutFaults(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !line.startsWith(FAULT));
  return lines.slice(Math.max(0, first)).join('\n');
}

/** Indented for an editor; what is not JSON stays as it is. */
function indented(event: Uint8Array): string {
  const text = new TextDecoder().decode(event);
  const outcome = parseJson(text);
  // Numbers that JavaScript cannot hold would come back as others: such an event is edited as it was written.
  if (outcome.status === 'fault' || /\d{16}/.test(text)) return text;
  return `${JSON.stringify(outcome.value, undefined, 2)}\n`;
}

/** Asks for a name, and before it replaces a fixture. */
export function saveEffect<State>(record: InvocationRecord): Effect<State> {
  return {
    type: 'ask',
    question: {
      type: 'text',
      label: 'Save as fixture: ',
      initial: defaultFixtureName({
        functionName: record.functionName,
        // A path may hold a secret, too.
        event: new EventRedactor().redact(valueOfBytes(record.event)),
        answer: record.answer && valueOfBytes(record.answer),
        errorType: record.errorType,
      }),
      answered: (name) => saveAs(record, name.trim(), false),
    },
  };
}

function saveAs<State>(record: InvocationRecord, name: string, overwrite: boolean): Effect<State> {
  return {
    type: 'run',
    run: async (actions): Promise<RunResult<State>> => {
      const problem = fixtureNameProblem(name);
      if (problem !== undefined) return { message: { text: problem, token: 'bad' } };
      try {
        const { file } = await actions.saveFixture(record, { name, overwrite });
        const without = isAnswerCut(record)
          ? ', and without an expected answer, of which only the beginning is kept'
          : '';
        return { message: good(`Saved without secrets${without}: ${printable(file)}`) };
      } catch (error) {
        if (!(error instanceof FixtureExistsError)) throw error;
        const text = `There is a fixture ${name} already. Replace it?`;
        return {
          effect: { type: 'ask', question: { type: 'confirm', text, yes: saveAs(record, name, true) } },
        };
      }
    },
  };
}

function valueOfBytes(bytes: Uint8Array): unknown {
  const outcome = parseJson(new TextDecoder().decode(bytes));
  return outcome.status === 'parsed' ? outcome.value : undefined;
}

/** What can be taken along. */
export function copyEffect<State>(record: InvocationRecord, facts: ScreenFacts): Effect<State> {
  const choices = copyTexts(record, facts.invocation(record.functionName)).map(({ label, key, text }) => ({
    label,
    key,
    ...(typeof text === 'string' ? {} : { disabled: text.missing }),
    effect: copied<State>(label, typeof text === 'string' ? text : ''),
  }));
  return { type: 'ask', question: { type: 'choose', title: 'Copy', choices } };
}

function copied<State>(label: string, text: string): Effect<State> {
  return {
    type: 'run',
    run: async (actions) => {
      await actions.copy(text);
      return { message: good(`Copied: ${label}.`) };
    },
  };
}

/** The line that failed, else the handler. */
export function sourceEffect<State>(record: InvocationRecord): Effect<State> {
  return {
    type: 'run',
    run: async (actions) => {
      await actions.openSource(record.functionName, failureLocation(record));
      return {};
    },
  };
}
