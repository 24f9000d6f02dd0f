import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { LlxError } from '../../errors/llx-error.ts';
import type { AwsTarget } from '../aws-target.ts';
import { openLambda } from '../platform/lambda-calls.ts';
import { AuditTrail } from './audit-trail.ts';
import type { RunningHandler } from './deployed-state.ts';
import { readPackages } from './read-packages.ts';
import { directoryStore } from './store.ts';
import { syncLoop } from './sync-loop.ts';
import { type RoundEvent, syncRound } from './sync-round.ts';
import { openTriggerTables } from './trigger-tables.ts';

let directory: string;
let store: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-round-'));
  store = join(directory, 'store');
  await writePackage('users', 'users/find');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const METADATA = { version: '1.0.0', runtime: 'nodejs24.x', handler: 'index.handler' };

async function writePackage(place: string, control: string, more: object = {}): Promise<void> {
  await mkdir(join(store, place), { recursive: true });
  await writeFile(join(store, place, 'index.mjs'), 'export const handler = () => 1;');
  await writeFile(join(store, place, 'llx.package.json'), JSON.stringify({ control, ...METADATA, ...more }));
}

const RUNNING: RunningHandler = {
  control: 'carts/clean',
  functionName: 'carts-clean',
  version: '1.0.0',
  digest: 'one',
  isLive: true,
  liveVersion: '1',
  triggers: { routes: [], queues: [], topics: [] },
  target: { functionName: 'carts-clean', arn: 'arn', timeout: 3 },
};

/** A round whose changes would all fail: nobody listens there. */
async function round(settle: () => Promise<void>): Promise<readonly RoundEvent[]> {
  const endpoint = 'http://127.0.0.1:1';
  const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' });
  const clientSettings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const target: AwsTarget = {
    endpoint,
    region: 'us-east-1',
    credentials,
    clientSettings,
    describe: () => endpoint,
  };
  const { signal } = new AbortController();
  const lambda = openLambda(target, signal);
  const tables = openTriggerTables(lambda, 'shop', signal);
  const events: RoundEvent[] = [];
  try {
    await syncRound({
      lambda,
      tables,
      settle,
      signal,
      sourceName: 'shop',
      role: undefined,
      store: directoryStore(store, 'shop'),
      state: { read: async () => ({ handlers: [RUNNING], foreign: new Set() }) },
      audit: new AuditTrail(join(directory, 'shop.jsonl')),
      prune: true,
      allowEmpty: false,
      dryRun: false,
      by: undefined,
      now: () => new Date(0),
      onEvent: (event) => events.push(event),
    });
    return events;
  } finally {
    tables.close();
    lambda.close();
  }
}

describe('a round', () => {
  test('leaves a package that is being written to the next one', async () => {
    await writePackage('carts', 'carts/clean');
    const events = await round(async () => {
      await writePackage('users', 'users/find', { version: '1.0.1' });
      await writePackage('carts', 'carts/clean', { version: '1.0.1' });
    });
    expect(events).toEqual([
      { type: 'waiting', control: 'carts/clean' },
      { type: 'waiting', control: 'users/find' },
    ]);
  });

  test('removes nothing where the package comes back at once', async () => {
    const events = await round(async () => {
      await writePackage('carts', 'carts/clean');
      await writePackage('users', 'users/find', { version: '1.0.1' });
    });
    expect(events).toEqual([
      { type: 'waiting', control: 'users/find' },
      { type: 'waiting', control: 'carts/clean' },
    ]);
  });

  test('changes nothing where the store vanishes in the middle of it', async () => {
    const vanish = () => rm(store, { recursive: true });
    await expect(round(vanish)).rejects.toMatchObject({
      code: 'LLX_STORE_UNREADABLE',
      message: `Expected a folder of packages at ${store}, found none.`,
    });
  });

  test('changes nothing where the store is empty all at once', async () => {
    const empty = () => rm(join(store, 'users'), { recursive: true });
    await expect(round(empty)).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
  });

  test('tells of each package that fails, and goes on with the others', async () => {
    const events = await round(async () => undefined);
    expect(events).toMatchObject([
      { type: 'failed', control: 'users/find', reasons: [expect.stringContaining('http://127.0.0.1:1')] },
      { type: 'failed', control: 'carts/clean', reasons: [expect.stringContaining('http://127.0.0.1:1')] },
    ]);
    expect(await new AuditTrail(join(directory, 'shop.jsonl')).read()).toMatchObject([
      { event: 'failed', control: 'users/find' },
      { event: 'failed', control: 'carts/clean' },
    ]);
  });
});

describe('packages', () => {
  test('are folders and zips with a metadata file; one in another is a part of it', async () => {
    await writePackage('users/inner', 'inner');
    await writePackage('node_modules/dependency', 'dependency');
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(JSON.stringify({ control: 'zipped', ...METADATA })), 'llx.package.json');
    zip.addBuffer(Buffer.from('export const handler = () => 1;'), 'index.mjs');
    zip.end();
    await writeFile(join(store, 'zipped.zip'), await buffer(zip.outputStream));
    await writeFile(join(store, 'cut.zip'), 'PK');
    const { packages, unreadable } = await readPackages(store);
    expect(packages.map(({ control, place }) => [control, place])).toEqual([
      ['users/find', 'users'],
      ['zipped', 'zipped.zip'],
    ]);
    expect(packages[1]?.files.map(({ path }) => path)).toEqual(['index.mjs']);
    expect(unreadable).toMatchObject([{ place: 'cut.zip', reasons: [expect.any(String)] }]);
  });

  test('change their digest with each byte, and a checksum is that of sha256sum', async () => {
    const [before] = (await readPackages(store)).packages;
    // sha256sum index.mjs | sha256sum
    const sha256 = '102af7219d4632119e2da3810fe9c64e41f168cdc740be75996ad3b9dce29eb9';
    await writePackage('users', 'users/find', { sha256 });
    expect((await readPackages(store)).unreadable).toEqual([]);
    await writeFile(join(store, 'users', 'index.mjs'), 'export const handler = () => 2;');
    expect((await readPackages(store)).unreadable).toMatchObject([{ place: 'users', control: 'users/find' }]);
    await writePackage('users', 'users/find', { timeout: 5 });
    const [after] = (await readPackages(store)).packages;
    expect(after?.digest).not.toBe(before?.digest);
  });
});

describe('the loop', () => {
  test('tells a loss once, backs off, and tells when the store is back', async () => {
    const told: string[] = [];
    const waits: number[] = [];
    const stop = new AbortController();
    const lost = new LlxError('LLX_STORE_UNREADABLE', { message: 'gone', mend: '' });
    const rounds = [lost, lost, lost, undefined, undefined, lost];
    await syncLoop({
      round: async () => {
        const failure = rounds.shift();
        if (rounds.length === 0) stop.abort();
        if (failure !== undefined) throw failure;
      },
      everyMs: 30_000,
      signal: stop.signal,
      random: () => 1,
      wait: async (ms) => waits.push(ms),
      onLost: ({ message }) => told.push(message),
      onBack: () => told.push('back'),
    });
    expect(told).toEqual(['gone', 'back']);
    expect(waits).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  test('never waits longer than its interval, and ends with a defect', async () => {
    const waits: number[] = [];
    const lost = new LlxError('LLX_STORE_UNREADABLE', { message: 'gone', mend: '' });
    const defect = new Error('defect');
    const failures: Error[] = [lost, lost, defect];
    const ended = syncLoop({
      round: () => Promise.reject(failures.shift()),
      everyMs: 1_500,
      signal: new AbortController().signal,
      random: () => 1,
      wait: async (ms) => waits.push(ms),
      onLost: () => undefined,
      onBack: () => undefined,
    });
    await expect(ended).rejects.toBe(defect);
    expect(waits).toEqual([1_000, 1_500]);
  });
});
