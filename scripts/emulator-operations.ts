/**
 * Writes the table of docs/emulator.md from the services themselves: what an operation does is said where it is done.
 * `node scripts/emulator-operations.ts --write`; without it, tells whether the table is what it should be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SYSTEM_CLOCK } from '../src/emulator/emulator-clock.ts';
import type { ApiOperation, ApiService } from '../src/emulator/http/api-operation.ts';
import { RequestBodies } from '../src/emulator/http/request-body.ts';
import { Identities } from '../src/emulator/identity/identities.ts';
import { RequestAccess } from '../src/emulator/identity/request-access.ts';
import { FunctionRegistry } from '../src/emulator/lambda/function-registry.ts';
import { InvocationService } from '../src/emulator/lambda/invocation-service.ts';
import { InvocationLogs } from '../src/emulator/logs/invocation-logs.ts';
import { InvocationMetrics } from '../src/emulator/metrics/invocation-metrics.ts';
import { openServices } from '../src/emulator/services.ts';
import { STS_SERVICE } from '../src/emulator/sts/sts-service.ts';
import { DropCounter } from '../src/protocol/drops.ts';

export const DOCUMENT = join(import.meta.dirname, '..', 'docs', 'emulator.md');
const BEGIN = '<!-- operations: made by scripts/emulator-operations.ts -->';
const END = '<!-- end of operations -->';

/** All that the emulator has, in the order of the document. */
export async function emulatorServices(): Promise<readonly ApiService[]> {
  const scope = { account: '000000000000', region: 'us-east-1' };
  const clock = SYSTEM_CLOCK;
  const drops = new DropCounter(() => undefined);
  const identities = new Identities({ ...scope, functions: [] });
  const nobody = (): never => {
    throw new Error('expected no invocation');
  };
  const services = openServices({
    scope,
    place: undefined,
    clock,
    broker: { publish: () => Promise.resolve(), observe: () => () => undefined },
    topicRules: [],
    identities,
    access: new RequestAccess(identities),
    bodies: new RequestBodies(),
    invocations: new InvocationService({
      registry: new FunctionRegistry(scope),
      stubbed: nobody,
      direct: nobody,
    }),
    logs: new InvocationLogs({ clock, drops }),
    metrics: new InvocationMetrics({ clock, drops }),
    drops,
    endpoint: () => '',
    forget: () => undefined,
    onNotice: () => undefined,
    onDefect: () => undefined,
  });
  try {
    return [...services.router.services, STS_SERVICE];
  } finally {
    await services.close();
  }
}

/** The document with its table anew. */
export function withOperations(document: string, services: readonly ApiService[]): string {
  const [head, rest] = document.split(BEGIN);
  const [, tail] = rest?.split(END) ?? [];
  if (head === undefined || tail === undefined)
    throw new Error(`expected ${BEGIN} and ${END} in the document`);
  return `${head}${BEGIN}\n\n${services.map(tableOf).join('\n')}\n${END}${tail}`;
}

function tableOf({ title, operations }: ApiService): string {
  const done = operations.filter(({ support }) => support !== 'refused');
  const refused = operations.filter(({ support }) => support === 'refused');
  const rows = [...done].sort(byName).map((one) => `| ${one.name} | ${one.support} | ${one.note ?? ''} |`);
  return [
    `### ${title}`,
    '',
    `${done.length} of ${operations.length} operations.`,
    '',
    '| operation | | |',
    '| --- | --- | --- |',
    ...rows,
    '',
    ...(refused.length === 0 ? [] : [refusedText(refused), '']),
  ].join('\n');
}

/** Those with a reason of their own have a line each. */
function refusedText(refused: readonly ApiOperation[]): string {
  const sorted = [...refused].sort(byName);
  const plain = sorted.filter(({ note }) => note === undefined).map(({ name }) => name);
  const reasoned = sorted.flatMap(({ name, note }) => (note === undefined ? [] : [`- ${name}: ${note}`]));
  return [
    'Refused (501 `NotImplementedException`, naming the operation):',
    ...(plain.length === 0 ? [] : [`${plain.join(', ')}.`]),
    ...(reasoned.length === 0 ? [] : ['', ...reasoned]),
  ].join('\n');
}

function byName(one: ApiOperation, other: ApiOperation): number {
  return one.name < other.name ? -1 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = await readFile(DOCUMENT, 'utf8');
  const after = withOperations(before, await emulatorServices());
  if (process.argv.includes('--write')) await writeFile(DOCUMENT, after);
  else if (before !== after) {
    console.error('docs/emulator.md is not up to date: node scripts/emulator-operations.ts --write');
    process.exitCode = 1;
  }
}
