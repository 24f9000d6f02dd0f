import { describe, expect, test } from 'vitest';
import { deployChanges, nextAlias, sameAlias, type WantedFunction } from './deploy-changes.ts';
import type { DeployedFunction } from './deployed-function.ts';
import { liveAddress } from './live-address.ts';

const WANTED: WantedFunction = {
  codeSha256: 'new',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  environment: {},
  removedVariables: [],
  firstUrl: 'public',
};

const DEPLOYED: DeployedFunction = {
  codeSha256: 'new',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  memory: 128,
  timeout: 3,
  environment: { STAGE: 'prod', TOKEN: 'kept' },
  role: 'arn:aws:iam::000000000000:role/greet',
  isConfigured: false,
  alias: { version: '3', weights: {}, revisionId: 'a' },
  aliasIsLatest: true,
  url: { address: 'http://x', access: 'public' },
};

describe('what a deployment changes', () => {
  test('everything where there is nothing', () => {
    expect(deployChanges(undefined, { ...WANTED, memory: 256, environment: { STAGE: 'dev' } })).toEqual({
      create: true,
      code: true,
      settings: {
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        memory: 256,
        environment: { STAGE: 'dev' },
      },
      url: { access: 'public', was: undefined },
    });
  });

  test('nothing where all is as wanted', () => {
    const same = { ...WANTED, memory: 128, timeout: 3, environment: { TOKEN: 'kept' } };
    expect(deployChanges(DEPLOYED, same)).toEqual({
      create: false,
      code: false,
      settings: undefined,
      url: undefined,
    });
  });

  test('only what differs', () => {
    const wanted = { ...WANTED, codeSha256: 'newer', handler: 'index.main', timeout: 10 };
    expect(deployChanges(DEPLOYED, wanted)).toEqual({
      create: false,
      code: true,
      settings: { handler: 'index.main', timeout: 10 },
      url: undefined,
    });
  });

  test('variables are set and removed by name, all others stay', () => {
    const wanted = { ...WANTED, environment: { STAGE: 'dev' }, removedVariables: ['OTHER'] };
    expect(deployChanges(DEPLOYED, wanted).settings).toEqual({
      environment: { STAGE: 'dev', TOKEN: 'kept' },
    });
    const removing = { ...WANTED, removedVariables: ['STAGE', 'TOKEN'] };
    expect(deployChanges(DEPLOYED, removing).settings).toEqual({ environment: {} });
  });

  test('a URL that is there keeps its access unless that is said', () => {
    expect(deployChanges(DEPLOYED, { ...WANTED, firstUrl: 'iam' }).url).toBeUndefined();
    expect(deployChanges(DEPLOYED, { ...WANTED, url: 'iam' }).url).toEqual({ access: 'iam', was: 'public' });
    expect(deployChanges(undefined, { ...WANTED, firstUrl: undefined }).url).toBeUndefined();
  });
});

describe('where an alias leads next', () => {
  const alias = { version: '3', weights: {} };

  test('to the new version, for all requests or for a share of them', () => {
    expect(nextAlias(undefined, '4', 0.1)).toEqual({ version: '4', weights: {} });
    expect(nextAlias(alias, '4', undefined)).toEqual({ version: '4', weights: {} });
    expect(nextAlias(alias, '4', 0.1)).toEqual({ version: '3', weights: { 4: 0.1 } });
    expect(nextAlias({ version: '3', weights: { 4: 0.1 } }, '3', 0.5)).toEqual(alias);
  });

  test('is the same only with the same shares', () => {
    expect(sameAlias(alias, { version: '3', weights: {} })).toBe(true);
    expect(sameAlias(alias, { version: '3', weights: { 4: 0.1 } })).toBe(false);
    expect(sameAlias(undefined, alias)).toBe(false);
  });
});

test.each([
  ['http://127.0.0.1:4566', undefined, 'live', 'http://greet.localhost:4566'],
  ['http://[::1]:4566', undefined, 'live', 'http://greet.localhost:4566'],
  ['https://example.org', 'example.org', 'live', 'https://greet.example.org'],
  ['http://127.0.0.1:4566', 'example.org', 'live', 'http://greet.localhost:4566'],
  ['http://10.0.0.7:4566', undefined, 'live', 'http://the-url/'],
  ['http://127.0.0.1:4566', undefined, 'staging', 'http://the-url/'],
  [undefined, undefined, 'live', 'http://the-url/'],
])('at %s (domain %s) the alias %s is called at its address', (endpoint, domain, alias, address) => {
  const target = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(domain === undefined ? {} : { domain }),
  };
  const place = { functionName: 'greet', alias, url: 'http://the-url/', names: [] };
  expect(liveAddress(place, target)).toBe(address);
});

test.each([
  ['greet', undefined, 'http://greet.localhost'],
  ['greet', ['greet', 'Greet'], 'http://greet.localhost'],
  ['Greet', ['Greet', 'other'], 'http://greet.localhost'],
  ['Greet', ['greet', 'Greet'], 'http://the-url/'],
  ['Greet', ['GREET', 'Greet'], 'http://the-url/'],
  ['Greet', undefined, 'http://the-url/'],
])(
  '%s beside %j has a host of its own only where no other name differs in case alone',
  (functionName, names, address) => {
    const place = { functionName, alias: 'live', url: 'http://the-url/', names };
    expect(liveAddress(place, { endpoint: 'http://127.0.0.1' })).toBe(address);
  },
);
