import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { signRequest } from '../../signature/sign-request.ts';
import { Identities } from './identities.ts';
import { KeyFiles } from './key-files.ts';
import { scopePolicy } from './key-scope.ts';
import { ensureMasterKey, readMasterKey, secretHash } from './master-key.ts';
import { StoredKeys } from './stored-keys.ts';

const ACCOUNT = '000000000000';
const NOW = new Date('2026-11-21T09:30:00Z');
const ORDERS = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:orders`;
const INVALID = 'The security token included in the request is invalid.';

let directory: string;
let files: KeyFiles;
let masterFile: string;
let damaged: string[];
let now: Date;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-keys-'));
  files = new KeyFiles(directory);
  masterFile = join(directory, 'config', 'master.key');
  damaged = [];
  now = NOW;
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function create(name: string, scope = 'admin', expiresAt?: string): AwsCredentials {
  const id = files.newId();
  const secretAccessKey = ensureMasterKey(masterFile).secretOf(id);
  files.write({
    id,
    name,
    scope,
    policy: scopePolicy([scope]),
    hash: secretHash(secretAccessKey),
    createdAt: NOW.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  return { accessKeyId: id, secretAccessKey };
}

function identities(): Identities {
  const storedKeys = new StoredKeys({
    files,
    readMaster: () => ensureMasterKey(masterFile),
    account: ACCOUNT,
    onDamaged: (error) => damaged.push(String(error)),
  });
  const functions = [{ name: 'orders' }];
  return new Identities({
    account: ACCOUNT,
    region: 'us-east-1',
    developmentKey: false,
    storedKeys,
    functions,
    now: () => now,
  });
}

function verify(known: Identities, credentials: AwsCredentials) {
  const path = '/2015-03-31/functions/orders/invocations';
  const body = Buffer.from('{}');
  const headers = signRequest({
    method: 'POST',
    url: `http://127.0.0.1:4566${path}`,
    headers: {},
    body,
    service: 'lambda',
    region: 'us-east-1',
    credentials,
    now,
  });
  return known.verify({
    method: 'POST',
    path,
    headers: { host: '127.0.0.1:4566', ...headers },
    body,
    service: 'lambda',
  });
}

test('who may deploy one function has no more with the keys of its environment: on a server they call, and change nothing', () => {
  const scope = { account: ACCOUNT, region: 'us-east-1', functions: [{ name: 'orders' }], now: () => now };
  const allowed = (isExposed: boolean): readonly boolean[] => {
    const known = new Identities({ ...scope, isExposed });
    const principal = verify(known, known.functionCredentials('orders'));
    const actions = [
      'lambda:InvokeFunction',
      'sqs:SendMessage',
      'lambda:UpdateFunctionCode',
      'sts:AssumeRole',
    ];
    return actions.map((action) => known.allows(principal, action, '*'));
  };
  expect(allowed(true)).toEqual([true, true, false, false]);
  expect(allowed(false)).toEqual([true, true, true, true]);
});

test('a key opens a server that runs already, for what its scope says', () => {
  const known = identities();
  const key = create('ci', 'invoke@orders');
  const principal = verify(known, key);
  expect(principal).toEqual({
    type: 'user',
    arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
    account: ACCOUNT,
    userId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    userName: 'ci',
    storedKeyId: key.accessKeyId,
  });
  const may = (action: string, resource: string): boolean => known.allows(principal, action, resource);
  expect(may('lambda:InvokeFunction', ORDERS)).toBe(true);
  expect(may('lambda:InvokeFunction', `${ORDERS}:live`)).toBe(true);
  expect(may('lambda:InvokeFunction', `${ORDERS}-2`)).toBe(false);
  expect(may('lambda:DeleteFunction', ORDERS)).toBe(false);
  expect(() => verify(known, { ...key, secretAccessKey: 'another' })).toThrow('does not match');
});

test('a key that is revoked opens nothing from that moment on, neither do its connections and sessions', () => {
  const known = identities();
  const key = create('ci');
  const principal = verify(known, key);
  const session = verify(known, known.sessionToken(principal, 900));
  const role = verify(
    known,
    known.assumeRole({
      principal,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/orders-role`,
      sessionName: 'ci',
    }).credentials,
  );
  const may = () =>
    [principal, session, role].map((one) => known.allows(one, 'lambda:InvokeFunction', ORDERS));
  expect(may()).toEqual([true, true, true]);
  expect(files.remove(key.accessKeyId)).toBe(true);
  expect(may()).toEqual([false, false, false]);
  expect(() => verify(known, key)).toThrow(INVALID);
  expect(files.remove(key.accessKeyId)).toBe(false);
});

test('a key ends at its time, and so does what is open with it', () => {
  const known = identities();
  const key = create('ci', 'admin', '2026-11-21T10:00:00Z');
  const principal = verify(known, key);
  now = new Date('2026-11-21T10:00:00Z');
  expect(() => verify(known, key)).toThrow('The security token included in the request is expired');
  expect(known.allows(principal, 'lambda:InvokeFunction', ORDERS)).toBe(false);
});

test('neither a secret nor the master key is where the keys are', async () => {
  const { accessKeyId, secretAccessKey } = create('ci');
  const master = (await readFile(masterFile, 'utf8')).trim();
  const names = await readdir(join(directory, 'keys'));
  expect(names.sort()).toEqual(['.gitignore', `${accessKeyId}.json`]);
  const text = await readFile(join(directory, 'keys', `${accessKeyId}.json`), 'utf8');
  expect([text.includes(secretAccessKey), text.includes(master)]).toEqual([false, false]);
  expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
  for (const path of [masterFile, join(directory, 'keys', `${accessKeyId}.json`)]) {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
});

test('a key of another master key, or whose file is damaged, opens nothing, and that is told', async () => {
  const known = identities();
  const [one, other] = [create('one'), create('other')];
  await rm(masterFile);
  const later = identities();
  expect(() => verify(later, one)).toThrow(INVALID);
  await writeFile(join(directory, 'keys', `${other.accessKeyId}.json`), '{"id":1}');
  expect(() => verify(known, other)).toThrow(INVALID);
  expect(damaged).toEqual([
    `Error: expected the access key ${one.accessKeyId} (one) to be made with this master key, it was not`,
    `Error: expected an access key in ${join(directory, 'keys', `${other.accessKeyId}.json`)}, found something else`,
  ]);
});

test('an id that leads out of the directory names no key', () => {
  expect(files.stamp('../config/master.key')).toBe(undefined);
  expect(files.read('AKIALLX/../../../etc')).toBe(undefined);
});

test('a master key that others may read, or that is none, is refused with what to do', async () => {
  ensureMasterKey(masterFile);
  await chmod(masterFile, 0o640);
  expect(() => readMasterKey(masterFile)).toThrow(
    expect.objectContaining({
      code: 'LLX_MASTER_KEY',
      mend: `If nobody has read it: chmod 600 ${masterFile}`,
    }),
  );
  await chmod(masterFile, 0o600);
  await writeFile(masterFile, 'c2hvcnQ=');
  expect(() => ensureMasterKey(masterFile)).toThrow(
    expect.objectContaining({
      message: `Expected 32 bytes in base64 in ${masterFile}, found something else.`,
    }),
  );
  expect(() => readMasterKey(join(directory, 'none'))).toThrow(
    expect.objectContaining({ code: 'LLX_MASTER_KEY' }),
  );
});

test('a master key that two make at once is one, whole, and nothing is left beside it', async () => {
  const other = Buffer.alloc(32, 2);
  const late = ensureMasterKey(masterFile, () => {
    ensureMasterKey(masterFile, () => other);
    return Buffer.alloc(32, 1);
  });
  expect(late.secretOf('AKIA')).toBe(readMasterKey(masterFile).secretOf('AKIA'));
  expect(await readFile(masterFile, 'utf8')).toBe(`${other.toString('base64')}\n`);
  expect(await readdir(join(directory, 'config'))).toEqual(['master.key']);
});
