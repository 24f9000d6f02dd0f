import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseMetadata } from './package-metadata.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const fits = new Ajv().compile(JSON.parse(readFileSync(join(root, 'schema', 'package.schema.json'), 'utf8')));

const LEAST = { control: 'users/find', version: '1.0.0', runtime: 'nodejs24.x', handler: 'index.handler' };

function parse(written: unknown) {
  const problems: string[] = [];
  return { metadata: parseMetadata(JSON.stringify(written), problems), problems };
}

describe('the metadata of a package', () => {
  test('have Lambda’s defaults, and triggers without doubles, sorted', () => {
    const triggers = {
      http: [
        { method: 'POST', path: '/users' },
        { method: 'GET', path: '/files/{rest+}' },
      ],
      queues: ['b', 'a.fifo', 'b'],
      topics: ['users/+/find', '#'],
    };
    expect(parse({ ...LEAST, sha256: 'A'.repeat(64), triggers })).toEqual({
      problems: [],
      metadata: {
        ...LEAST,
        timeout: 3,
        memory: 128,
        environment: {},
        sha256: 'a'.repeat(64),
        triggers: {
          routes: ['GET /files/{rest+}', 'POST /users'],
          queues: ['a.fifo', 'b'],
          topics: ['#', 'users/+/find'],
        },
      },
    });
  });

  test.each<[string, object]>([
    ['control', { control: 'users//find' }],
    ['control', { control: '../users' }],
    ['version', { version: '' }],
    ['version', { version: '1 0' }],
    ['runtime', { runtime: 'ruby3.4' }],
    ['handler', { handler: 'a b' }],
    ['timeout', { timeout: 901 }],
    ['memory', { memory: 64 }],
    ['environment.AWS_REGION', { environment: { AWS_REGION: 'x' } }],
    ['sha256', { sha256: 'abc' }],
    ['triggers.http[0].method', { triggers: { http: [{ method: 'get', path: '/' }] } }],
    ['triggers.http[0].path', { triggers: { http: [{ method: 'GET', path: 'users' }] } }],
    ['triggers.http[0].path', { triggers: { http: [{ method: 'GET', path: '/{rest+}/more' }] } }],
    ['triggers.queues[0]', { triggers: { queues: ['a b'] } }],
    ['triggers.topics[0]', { triggers: { topics: ['a/#/b'] } }],
    ['triggers.topics[0]', { triggers: { topics: ["' OR 1"] } }],
    ['triggers.topics[0]', { triggers: { topics: ['1/2/3/4/5/6/7/8/9'] } }],
    ['trigger', { trigger: {} }],
  ])('are refused for %s: %j', (path, difference) => {
    const { metadata, problems } = parse({ ...LEAST, ...difference });
    expect(metadata).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(`llx.package.json.${path}: expected `)]);
  });

  test('that are no JSON, or no object, are refused', () => {
    const problems: string[] = [];
    expect(parseMetadata('{', problems)).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^expected JSON, found: /)]);
    expect(parse([]).problems).toEqual(['llx.package.json: expected an object, found a list.']);
  });

  test.each(['users-find', 'orders-take'])('of the example %s are taken, and fit the schema', (name) => {
    const json = readFileSync(join(root, 'examples', 'handlers', name, 'llx.package.json'), 'utf8');
    expect(parse(JSON.parse(json)).problems).toEqual([]);
    expect(fits(JSON.parse(json))).toBe(true);
  });

  test.each<[boolean, object]>([
    [true, LEAST],
    [
      true,
      {
        ...LEAST,
        triggers: { http: [{ method: 'ANY', path: '/{rest+}' }], queues: ['a.fifo'], topics: ['+/a'] },
      },
    ],
    [false, { ...LEAST, timeout: 0 }],
    [false, { ...LEAST, trigger: {} }],
    [false, { ...LEAST, triggers: { http: [{ path: '/' }] } }],
    [false, { control: 'users/find' }],
  ])('are %j by the schema as by llx: %j', (taken, written) => {
    expect([fits(written), parse(written).metadata !== undefined]).toEqual([taken, taken]);
  });
});
