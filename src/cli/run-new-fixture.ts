import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LlxError } from '../errors/llx-error.ts';
import { fixtureNameProblem } from '../fixtures/fixture-name.ts';
import { findFixture, listFixtures } from '../fixtures/load-fixtures.ts';
import { type Assignment, parseAssignment } from '../fixtures/new/assignment.ts';
import { newEvent } from '../fixtures/new/new-event.ts';
import { PathError } from '../fixtures/new/set-value.ts';
import {
  type FixtureContent,
  FixtureExistsError,
  fixtureText,
  saveFixture,
} from '../fixtures/save-fixture.ts';
import { LAMBDA } from '../protocol/limits.ts';
import { withoutProject } from './configuration.ts';
import { findConfiguration } from './fixture-directories.ts';
import { packagePaths } from './package-paths.ts';

export type NewFixtureFlags = {
  readonly set: readonly string[];
  readonly name?: string;
  readonly function?: string;
  readonly force?: boolean;
};

const MEND = "llx fixtures new apigateway/http-get --set rawPath=/orders --set 'headers.x-a=1'";

type Surroundings = {
  readonly directory?: string;
  readonly stdout?: { write(text: string): unknown };
};

/** `llx fixtures new TEMPLATE`: prints the event, or writes it where it has a name. */
export async function newFixtureCommand(
  template: string,
  { set, name, function: functionName, force = false }: NewFixtureFlags,
  { directory = process.cwd(), stdout = process.stdout }: Surroundings = {},
): Promise<void> {
  const configuration = await findConfiguration(directory);
  const { region, account, fixtureDirectory } = configuration ?? withoutProject(directory);
  const problem = name === undefined ? undefined : fixtureNameProblem(name);
  if (problem !== undefined) throw usage(problem);
  const directories = [...(configuration === undefined ? [] : [fixtureDirectory]), packagePaths.fixtures];
  const fixture = await findFixture(await templateName(template, directories), directories);
  const place = configuration === undefined ? {} : { region, account };
  const event = madeEvent(fixture.event, await assignmentsOf(set, directory), place);
  const { clientContext } = fixture;
  const content: FixtureContent = {
    ...(functionName === undefined ? {} : { function: functionName }),
    event,
    ...(clientContext === undefined ? {} : { clientContext }),
  };
  if (name === undefined) {
    stdout.write(
      functionName === undefined ? `${JSON.stringify(event, undefined, 2)}\n` : fixtureText(content),
    );
    return;
  }
  try {
    const file = await saveFixture(
      { name, text: fixtureText(content) },
      { directory: fixtureDirectory, overwrite: force },
    );
    stdout.write(`${file}\n`);
  } catch (cause) {
    if (!(cause instanceof FixtureExistsError)) throw cause;
    throw new LlxError('LLX_USAGE', {
      message: `Expected a name that is free, found a fixture ${name} in ${fixtureDirectory}.`,
      mend: `llx fixtures new ${template} --name ${name} --force`,
      cause,
    });
  }
}

/** `apigateway/http` means `apigateway/http-get`: the plain one of those that go on so. */
async function templateName(template: string, directories: readonly string[]): Promise<string> {
  const names = (await listFixtures(directories)).map(({ name }) => name);
  if (names.includes(template)) return template;
  const longer = names.filter((name) => name.startsWith(`${template}-`));
  return longer.find((name) => name === `${template}-get`) ?? longer[0] ?? template;
}

async function assignmentsOf(set: readonly string[], directory: string): Promise<readonly Assignment[]> {
  return await Promise.all(
    set.map(async (written) => {
      const assignment = await parseAssignment(written, (file) => readAssigned(resolve(directory, file)));
      if (assignment !== undefined) return assignment;
      throw usage(`Expected --set PATH=VALUE, found ${JSON.stringify(written)}.`);
    }),
  );
}

async function readAssigned(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LAMBDA.responseBytes)
      throw usage(`Expected at most ${LAMBDA.responseBytes} bytes in ${file}, found ${size}.`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof LlxError) throw cause;
    throw new LlxError('LLX_EVENT_INVALID', {
      message: `Expected a value in ${file}, but it cannot be read.`,
      mend: 'Name a file that exists, or write @@ for a text that begins with @.',
      cause,
    });
  }
}

function madeEvent(
  template: unknown,
  assignments: readonly Assignment[],
  place: { readonly region?: string; readonly account?: string },
): unknown {
  try {
    const renewal = { now: Date.now(), uuid: randomUUID, random: Math.random };
    return newEvent(template, assignments, { ...renewal, ...place });
  } catch (cause) {
    if (!(cause instanceof PathError)) throw cause;
    throw usage(`--set: ${cause.message}.`, cause);
  }
}

function usage(message: string, cause?: unknown): LlxError {
  return new LlxError('LLX_USAGE', { message, mend: MEND, cause });
}
