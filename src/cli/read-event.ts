import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { LlxError } from '../errors/llx-error.ts';
import { findFixture } from '../fixtures/load-fixtures.ts';
import { fixtureDirectories } from './fixture-directories.ts';

export type EventFlags = { readonly event?: string; readonly data?: string; readonly fixture?: string };

/** What a function is invoked with. */
export type InvokedEvent = {
  readonly json: Uint8Array;
  /** Of a fixture that has one. */
  readonly clientContext?: unknown;
};

/** The event that the flags name; `{}` when they name none. Rejects with LLX_EVENT_INVALID or LLX_USAGE. */
export async function readEvent(flags: EventFlags, directory = process.cwd()): Promise<InvokedEvent> {
  const given = [flags.event, flags.data, flags.fixture].filter((value) => value !== undefined);
  if (given.length > 1) {
    throw new LlxError('LLX_USAGE', {
      message: 'Expected one of --event, --data and --fixture, found more.',
      mend: 'llx invoke FN --event FILE',
    });
  }
  if (flags.fixture !== undefined) {
    const fixture = await findFixture(flags.fixture, await fixtureDirectories(directory));
    const { event, clientContext } = fixture;
    const json = Buffer.from(JSON.stringify(event));
    return clientContext === undefined ? { json } : { json, clientContext };
  }
  // As with curl, the AWS CLI and --set: no JSON begins with @.
  const file = flags.data?.startsWith('@') === true ? flags.data.slice(1) : flags.event;
  if (file !== undefined) return { json: checked(await readText(file), file === '-' ? 'stdin' : file) };
  return { json: flags.data === undefined ? Buffer.from('{}') : checked(flags.data, '--data') };
}

async function readText(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new LlxError('LLX_EVENT_INVALID', {
      message: `Expected an event in ${file}, but it cannot be read.`,
      mend: 'Name a file that exists: llx invoke FN --event FILE',
      cause,
    });
  }
}

function checked(json: string, from: string): Uint8Array {
  try {
    JSON.parse(json);
  } catch (cause) {
    throw new LlxError('LLX_EVENT_INVALID', {
      message: `Expected JSON in ${from}, found ${JSON.stringify(json.length > 60 ? `${json.slice(0, 60)}…` : json)}.`,
      mend: `llx invoke FN --data '{"name":"Ada"}'`,
      cause,
    });
  }
  return Buffer.from(json);
}
