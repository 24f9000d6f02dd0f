import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TemporaryProject } from '../../src/runtime/test-support/temporary-project.ts';
import { bin, runLlx } from '../support/llx-process.ts';

// Several runs of llx each.
vi.setConfig({ testTimeout: 90_000 });

const ORDERS = `import { priceOf } from './prices.ts';
export const handler = async ({ sku, quantity }: { sku: string; quantity: number }) => {
  console.log('order of', sku);
  return { sku, total: quantity * priceOf(sku) };
};
`;

const PRICES = `const prices: Record<string, number> = { MUG: 12.5, PLATE: 9 };
export function priceOf(sku: string): number {
  const price = prices[sku];
  if (price === undefined) throw new RangeError('no price of ' + sku);
  return price;
}
`;

/** Tells who listens at PORT that it runs, and does not end. */
const SLOW = `import { connect } from 'node:net';
export const handler = () => new Promise(() => connect(Number(process.env.PORT), '127.0.0.1'));
`;

const fixture = (event: unknown, expect?: unknown) => JSON.stringify({ event, expect });

let project: TemporaryProject;
/** What the slow function connects to. */
let bell: Server;

beforeAll(async () => {
  bell = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(bell, 'listening');
  const environment = { PORT: String((bell.address() as AddressInfo).port) };
  project = new TemporaryProject({
    'llx.config.json': JSON.stringify({
      functions: {
        orders: { handler: 'src/orders.handler', timeout: 30 },
        chance: { handler: 'src/chance.handler', timeout: 30 },
        slow: { handler: 'src/slow.handler', timeout: 900, environment },
      },
    }),
    'src/orders.ts': ORDERS,
    'src/prices.ts': PRICES,
    'src/chance.ts': 'export const handler = async () => [Date.now(), Math.random()];\n',
    'src/slow.ts': SLOW,
    'fixtures/events/orders/mug.json': fixture(
      { sku: 'MUG', quantity: 2 },
      { answer: { sku: 'MUG', total: 25 } },
    ),
    'fixtures/events/orders/plate.json': fixture(
      { sku: 'PLATE', quantity: 1 },
      { answer: { sku: 'PLATE', total: 9 } },
    ),
    'fixtures/events/orders/unknown.json': fixture(
      { sku: 'CUP', quantity: 1 },
      { error: { errorType: 'RangeError' } },
    ),
  });
});

afterAll(() => {
  bell.close();
  project.remove();
});

function smoke(...args: readonly string[]) {
  return runLlx(['smoke', ...args], { cwd: project.root, env: { GITHUB_ACTIONS: '', NO_COLOR: '1' } });
}

function read(path: string): string {
  return readFileSync(project.path(path), 'utf8');
}

type Report = {
  readonly status: string;
  readonly cases: readonly { readonly name: string; readonly status: string; readonly updated: boolean }[];
};

function statuses(report: string): readonly (readonly [string, string])[] {
  const { cases }: Report = JSON.parse(report);
  return cases.map(({ name, status }) => [name, status]);
}

test('a project whose answers are as expected is green, and nothing of the run is left in it', async () => {
  const { code, stdout, stderr } = await smoke('--reporter', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(statuses(stdout)).toEqual([
    ['orders/mug', 'passed'],
    ['orders/plate', 'passed'],
    ['orders/unknown', 'passed'],
  ]);
  expect(existsSync(project.path('.llx'))).toBe(false);
});

describe('a line of a handler that changes', () => {
  test('turns exactly the cases red that it concerns, with a diff, the log and every report', async () => {
    project.write('src/prices.ts', PRICES.replace('PLATE: 9', 'PLATE: 10'));
    const files = ['junit=r.xml', 'json=r.json', 'tap=r.tap'].flatMap((file) => ['--out', file]);
    const { code, stdout } = await smoke(...files);
    expect(code).toBe(1);
    expect(statuses(read('r.json'))).toEqual([
      ['orders/mug', 'passed'],
      ['orders/plate', 'failed'],
      ['orders/unknown', 'passed'],
    ]);
    expect(stdout).toContain(`
 FAILED 1/1 orders/plate (orders)
  fixtures/events/orders/plate.json

  answer differs at total  - expected  + found
    {
      "sku": "PLATE",
  -   "total": 9,
  +   "total": 10,
    }

  what it printed
  │ INFO  order of PLATE
`);
    expect(read('r.xml')).toContain('<testcase name="orders/plate" classname="orders" time="');
    expect(read('r.tap')).toContain('not ok 2 - orders/plate (orders)\n');
  });

  test('is expected after --update, which leaves what still fits as it is', async () => {
    const before = read('fixtures/events/orders/mug.json');
    expect((await smoke('orders/mug', 'orders/plate', '--update')).code).toBe(0);
    expect(JSON.parse(read('fixtures/events/orders/plate.json'))).toEqual({
      event: { sku: 'PLATE', quantity: 1 },
      expect: { answer: { sku: 'PLATE', total: 10 } },
    });
    expect(read('fixtures/events/orders/mug.json')).toBe(before);
    expect((await smoke()).code).toBe(0);
  });

  test('that throws is shown with its code, as a workflow command in GitHub Actions', async () => {
    project.write('src/prices.ts', PRICES.replace('return price;', "throw new TypeError('broken');"));
    const { code, stdout } = await runLlx(['smoke', 'orders/mug'], {
      cwd: project.root,
      env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root, NO_COLOR: '1' },
    });
    project.write('src/prices.ts', PRICES);
    expect(code).toBe(1);
    expect(stdout).toContain("  > 5 │   throw new TypeError('broken');\n");
    expect(stdout).toMatch(
      /^::error file=src\/prices\.ts,line=5,col=9,title=llx smoke%3A orders\/mug \(orders\)::TypeError: broken%0A/m,
    );
  });
});

test('a clock and a seed make an answer the same at every run', async () => {
  project.write('fixtures/events/chance/any.json', fixture({}));
  const fixed = ['chance', '--clock', '2026-01-31T09:00:00Z', '--seed', '7'];
  expect((await smoke(...fixed, '--update')).code).toBe(0);
  const { expect: expected } = JSON.parse(read('fixtures/events/chance/any.json'));
  expect(expected).toEqual({ answer: [Date.parse('2026-01-31T09:00:00Z'), expect.any(Number)] });
  expect((await smoke(...fixed)).code).toBe(0);
  expect((await smoke('chance', '--seed', '8')).code).toBe(1);
  project.delete('fixtures/events/chance');
});

test('what cannot be run is never green', async () => {
  project.write('fixtures/events/orders/bad.json', '{"event": 1, "expect": {"answer": 1, "anser": 2}}');
  project.write('fixtures/events/payments/new.json', '{}');
  const { code, stdout } = await smoke('--reporter', 'json', 'payments', 'orders/bad');
  project.delete('fixtures/events/orders/bad.json');
  project.delete('fixtures/events/payments');
  expect(code).toBe(1);
  expect(statuses(stdout)).toEqual([
    ['orders/bad', 'failed'],
    ['payments/new', 'failed'],
  ]);
});

test.each([
  ['a pattern that nothing fits', ['orders/none'], 'LLX_FIXTURE_UNKNOWN'],
  ['two reports on stdout', ['--reporter', 'tap,json'], 'LLX_USAGE'],
  ['a part that there is not', ['--shard', '4/3'], 'LLX_USAGE'],
  ['a report that cannot be written', ['--out', 'json=src'], 'LLX_REPORT_UNWRITABLE'],
])('%s is wrong usage', async (_what, args, error) => {
  const { code, stdout, stderr } = await smoke(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^${error}: `));
});

test('Ctrl-C ends it in order: the report holds what had ended, and the exit code is 130', async () => {
  project.write('fixtures/events/slow/one.json', '{}');
  const rung = once(bell, 'connection');
  const child = spawn(process.execPath, [bin, 'smoke', '--reporter', 'json'], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text;
  });
  await rung;
  child.kill('SIGINT');
  const [code] = await exited;
  project.delete('fixtures/events/slow');
  expect(code).toBe(130);
  expect(statuses(report)).toContainEqual(['slow/one', 'skipped']);
});

test('with --watch it runs again when a source changes, until Ctrl-C', async () => {
  const child = spawn(process.execPath, [bin, 'smoke', '--watch', 'orders'], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const exited = once(child, 'exit');
  const summaries = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const summary = async (): Promise<string> => {
    for (;;) {
      const { value = '', done } = await summaries.next();
      if (done === true || value.startsWith('Cases')) return value;
    }
  };
  expect(await summary()).toBe('Cases  1 failed, 2 passed of 3');
  project.write('src/prices.ts', PRICES.replace('PLATE: 9', 'PLATE: 10'));
  expect(await summary()).toBe('Cases  3 passed of 3');
  child.kill('SIGINT');
  const [code] = await exited;
  expect(code).toBe(130);
});
