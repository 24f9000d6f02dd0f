/**
 * `npm run bench [-- --only loop,start] [-- --write] [-- --invocations N]`: measures every line of docs/performance.md against floors that are
 * measured in the same run. `--write` puts the table into that file, and the numbers into bench/results.json.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from '../scripts/build.ts';
import { root } from './child.ts';
import { type Line, meets, table } from './line.ts';
import { container } from './lines/container.ts';
import { deploy } from './lines/deploy.ts';
import { fullState } from './lines/full-state.ts';
import { gateway } from './lines/gateway.ts';
import { idleStub } from './lines/idle-stub.ts';
import { large } from './lines/large.ts';
import { live } from './lines/live.ts';
import { memory } from './lines/memory.ts';
import { schedules } from './lines/schedules.ts';
import { smoke } from './lines/smoke.ts';
import { reload, start } from './lines/start.ts';
import { stub } from './lines/stub.ts';
import { tui } from './lines/tui.ts';
import { tuiLoop } from './lines/tui-loop.ts';
import { warmLoop } from './lines/warm-loop.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    invocations: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
});

const project = join(root, 'bench', 'project');
const measures: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
  loop: () => warmLoop(project),
  start: () => start(project),
  reload: () => reload(project),
  large: () => large(project),
  live: () => live(project),
  idle: () => idleStub(project),
  schedules,
  smoke,
  stub,
  tui: () => tui(Number(values.invocations)),
  'tui-loop': () => tuiLoop(project),
  'full-state': fullState,
  gateway,
  deploy,
  container,
  memory: () => memory(project, Number(values.invocations)),
};

const only = values.only?.split(',');
const resultsFile = join(root, 'bench', 'results.json');

await buildAll();
const lines: Line[] = [];
for (const [name, measure] of Object.entries(measures)) {
  if (only !== undefined && !only.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  lines.push(...(await measure()));
}

const machine = `Node.js ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform}`;
process.stdout.write(`${machine}\n\n${table(lines)}\n\n`);

if (values.write) {
  // Of some lines: the others stay as the last run found them.
  const kept: readonly Line[] =
    only === undefined ? [] : JSON.parse(await readFile(resultsFile, 'utf8')).lines;
  const written = [
    ...kept.map((line) => lines.find(({ name }) => name === line.name) ?? line),
    ...lines.filter(({ name }) => !kept.some((line) => line.name === name)),
  ];
  const text = `${machine}\n\n${table(written)}\n`;
  const file = join(root, 'docs', 'performance.md');
  const document = await readFile(file, 'utf8');
  const markers = /(<!-- results -->\n)[\s\S]*(<!-- \/results -->)/;
  await writeFile(
    file,
    document.replace(markers, (_all, open, close) => `${open}\n${text}\n${close}`),
  );
  const results = {
    at: new Date().toISOString(),
    machine,
    lines: written.map((line) => ({ ...line, met: meets(line) })),
  };
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
}
