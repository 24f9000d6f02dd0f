import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../child.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const ROUNDS = 5;
const FUNCTIONS = ['create', 'read', 'update', 'remove'];
const FIXTURES = 1_000;

/** `llx smoke`, from the start of its process to its end: many fixtures, and the sample app as a clone has it. */
export async function smoke(): Promise<readonly Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-bench-smoke-'));
  try {
    await writeProject(directory);
    const manyMs = await rounds(directory, FIXTURES);
    const sample = join(root, 'examples', 'sample-app');
    const sampleMs = await rounds(sample, 50, () =>
      rm(join(sample, 'cdk.out'), { recursive: true, force: true }),
    );
    return [
      {
        name: 'llx smoke: 1,000 fixtures of four functions',
        value: FIXTURES / (manyMs / 1000),
        unit: '/s',
        floor: 300,
        floorName: 'asked for',
        bar: { ratio: 1, better: 'higher' },
      },
      {
        name: 'llx smoke: the 50 fixtures of the sample app in a clean checkout, cdk synth included',
        value: sampleMs,
        unit: 'ms',
        bar: { atMost: 5_000 },
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Milliseconds of a run, the median. */
async function rounds(directory: string, least: number, prepare = async () => {}): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await prepare();
    const began = performance.now();
    const report = await run(directory);
    times.push(performance.now() - began);
    const { total, passed } = report.totals;
    if (total < least || passed !== total) throw new Error(`${directory}: ${passed} of ${total} passed`);
  }
  return median(times);
}

async function run(directory: string): Promise<{ readonly totals: { total: number; passed: number } }> {
  const args = [join(root, 'bin', 'llx.js'), 'smoke', '--reporter', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

async function writeProject(directory: string): Promise<void> {
  const functions = Object.fromEntries(
    FUNCTIONS.map((name) => [name, { handler: `src/${name}.handler`, timeout: 30 }]),
  );
  await write(join(directory, 'llx.config.json'), JSON.stringify({ functions }));
  for (const name of FUNCTIONS) {
    await write(
      join(directory, 'src', `${name}.ts`),
      `export const handler = async ({ n }: { n: number }) => {
  console.log('number', n);
  return { statusCode: 200, body: JSON.stringify({ n, double: 2 * n }) };
};
`,
    );
    for (let n = 0; n < FIXTURES / FUNCTIONS.length; n++) {
      const expect = { answer: { statusCode: 200, body: { $json: { n, double: 2 * n } } } };
      const file = join(directory, 'fixtures', 'events', name, `${String(n).padStart(3, '0')}.json`);
      await write(file, JSON.stringify({ event: { n }, expect }));
    }
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
