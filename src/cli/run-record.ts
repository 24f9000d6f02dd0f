import { resolve } from 'node:path';
import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { LlxError } from '../errors/llx-error.ts';
import { textField } from '../fixtures/event-fields.ts';
import { type ObservedError, readAnswer } from '../fixtures/expect/observed.ts';
import { fixtureNameProblem } from '../fixtures/fixture-name.ts';
import { FixtureRecorder, sizeProblem } from '../fixtures/record/fixture-recorder.ts';
import type { Outcome } from '../fixtures/record/recorded-expectation.ts';
import { recordedFixture } from '../fixtures/record/recorded-fixture.ts';
import { FixtureExistsError, fixtureText, saveFixture } from '../fixtures/save-fixture.ts';
import { awsTarget, type TargetFlags } from './aws-target.ts';
import { withoutProject } from './configuration.ts';
import { findConfiguration } from './fixture-directories.ts';
import { explainAwsFailure } from './live/aws-failure.ts';
import { type EventFlags, type InvokedEvent, readEvent } from './read-event.ts';
import { fixtureFunctionName, secretVariables } from './recorded-invocation.ts';

export type RecordFlags = EventFlags &
  TargetFlags & {
    readonly name?: string;
    readonly out?: string;
    readonly force?: boolean;
  };

/** Between the clocks of two machines. */
const SKEW_MS = 60_000;

/** `llx fixtures record FN`: invokes a function once, and writes its event and its answer as a fixture. */
export async function recordFixtureCommand(functionName: string, flags: RecordFlags): Promise<void> {
  const problem = flags.name === undefined ? undefined : fixtureNameProblem(flags.name);
  if (problem !== undefined)
    throw new LlxError('LLX_USAGE', {
      message: problem,
      mend: `llx fixtures record ${functionName} --name orders/create`,
    });
  const configuration = (await findConfiguration(process.cwd())) ?? withoutProject(process.cwd());
  const { functions, record: rules } = configuration;
  const { json, clientContext } = await readEvent(flags);
  const from = Date.now() - SKEW_MS;
  const outcome = await invoke(functionName, { json, clientContext }, flags);
  const fixture = recordedFixture(
    {
      functionName: fixtureFunctionName(functionName, functions),
      event: readAnswer(json),
      ...(clientContext === undefined ? {} : { clientContext }),
      outcome,
      from,
      to: Date.now() + SKEW_MS,
    },
    rules,
    secretVariables(functions),
  );
  const directory = flags.out === undefined ? configuration.fixtureDirectory : resolve(flags.out);
  const limit = rules?.maximumBytes === undefined ? {} : { maximumBytes: rules.maximumBytes };
  if (flags.name === undefined && flags.force !== true) {
    // As `llx dev --record` does it: under a name that is free, and each event once.
    const tell = (text: string): unknown => process.stderr.write(`${text}\n`);
    const recorder = new FixtureRecorder({ directory, ...limit, onNotice: tell });
    const written = await recorder.write(fixture);
    if (written.status === 'too-large') throw tooLarge(written.problem);
    if (written.status === 'known') tell('There is a fixture of this event already; --force writes it anew.');
    process.stdout.write(`${written.file}\n`);
    if (written.status === 'known') return;
  } else {
    const text = fixtureText(fixture.content);
    const large = sizeProblem(fixture.content.function, text, rules?.maximumBytes);
    if (large !== undefined) throw tooLarge(large);
    const named = { name: flags.name ?? fixture.name, text };
    const file = await saveNamed(named, { functionName, directory, overwrite: flags.force === true });
    process.stdout.write(`${file}\n`);
  }
  const { redacted } = fixture;
  if (redacted > 0) process.stderr.write(`${redacted} ${redacted === 1 ? 'secret' : 'secrets'} replaced.\n`);
}

async function saveNamed(
  fixture: { readonly name: string; readonly text: string },
  {
    functionName,
    ...options
  }: { readonly functionName: string; readonly directory: string; readonly overwrite: boolean },
): Promise<string> {
  try {
    return await saveFixture(fixture, options);
  } catch (cause) {
    if (!(cause instanceof FixtureExistsError)) throw cause;
    throw new LlxError('LLX_USAGE', {
      message: `Expected a name that is free, found a fixture ${fixture.name} in ${options.directory}.`,
      mend: `llx fixtures record ${functionName} --name ${fixture.name} --force`,
    });
  }
}

function tooLarge(message: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message,
    mend: 'A larger bound: record.maximumBytes in the configuration',
  });
}

async function invoke(
  functionName: string,
  { json, clientContext }: InvokedEvent,
  flags: RecordFlags,
): Promise<Outcome> {
  const target = await awsTarget(flags);
  const client = new LambdaClient(target.clientSettings);
  try {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        Payload: json,
        ...(clientContext === undefined
          ? {}
          : { ClientContext: Buffer.from(JSON.stringify(clientContext)).toString('base64') }),
      }),
    );
    const value = readAnswer(answer.Payload ?? new Uint8Array(0));
    return answer.FunctionError === undefined ? { answer: value } : { error: errorOf(value) };
  } catch (error) {
    if (!(error instanceof LambdaServiceException)) throw error;
    if (error.name !== 'ResourceNotFoundException') {
      const resource = functionName.startsWith('arn:')
        ? functionName
        : `arn:aws:lambda:*:*:function:${functionName}`;
      const asked = { action: 'lambda:InvokeFunction', resource };
      throw explainAwsFailure(error, asked, { emulator: target.endpoint !== undefined });
    }
    throw new LlxError('LLX_FUNCTION_UNKNOWN', {
      message: `Expected a function named ${functionName} at ${target.describe()}, found none.`,
      mend: 'llx list',
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

function errorOf(value: unknown): ObservedError {
  return {
    errorType: textField(value, 'errorType') ?? 'Error',
    errorMessage: textField(value, 'errorMessage') ?? '',
  };
}
