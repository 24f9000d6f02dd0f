import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { keepSecret } from '../../credentials/redact.ts';
import type { CheckedFinding, FindingStatus } from './check.ts';
import { createJsonDoctorWriter, createPlainDoctorWriter, summarise } from './doctor-writer.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const failed: CheckedFinding = {
  id: 'region',
  title: 'Region',
  status: 'fail',
  code: 'LLX_REGION_MISSING',
  detail: 'expected a region,\nfound none',
  mend: 'aws configure set region us-east-1',
  durationMs: 3,
};
const well: CheckedFinding = { id: 'node', title: 'Node.js', status: 'ok', detail: 'v24', durationMs: 1 };

function output(): { readonly stdout: { write(text: string): void }; readonly text: () => string } {
  let text = '';
  return {
    stdout: {
      write(more) {
        text += more;
      },
    },
    text: () => text,
  };
}

describe('the summary', () => {
  test('counts, and ends with 0 when nothing failed', () => {
    expect(summarise([well, { ...well, status: 'warn' }])).toEqual({
      ok: 1,
      warn: 1,
      fail: 0,
      skipped: 0,
      exitCode: 0,
    });
  });

  test('ends with the exit code of the first failure, 1 when it has none', () => {
    const { code: _, ...unexpected } = failed;
    expect(summarise([{ ...failed, code: 'LLX_UNREACHABLE' }, failed]).exitCode).toBe(3);
    expect(summarise([well, failed, unexpected]).exitCode).toBe(2);
    expect(summarise([unexpected]).exitCode).toBe(1);
  });
});

describe('plain output', () => {
  test('shows sign, word, title, detail and mend, and the counts that are not 0', () => {
    const { stdout, text } = output();
    const writer = createPlainDoctorWriter(stdout, { colour: false });
    writer.finding(well);
    writer.finding(failed);
    for (const title of ['Identity', 'DNS']) {
      writer.finding({ ...well, title, status: 'skipped', detail: 'needs "Region"' });
    }
    writer.finding({ ...well, title: 'Clock', status: 'warn', detail: '40 s ahead of AWS', mend: 'Set it' });
    writer.summary(summarise([well, failed]));
    expect(text()).toBe(
      [
        '✓ ok    Node.js  v24',
        '✗ fail  Region  LLX_REGION_MISSING: expected a region,',
        '        found none',
        '        → aws configure set region us-east-1',
        '! warn  Clock  40 s ahead of AWS',
        '        → Set it',
        '- skip  needs "Region": Identity, DNS',
        '',
        '1 ok, 1 failed',
        '',
      ].join('\n'),
    );
  });

  test('never shows what is known to be secret, nor obeys control characters', () => {
    keepSecret('the-secret-of-the-writer');
    const { stdout, text } = output();
    createPlainDoctorWriter(stdout, { colour: false }).finding({
      ...well,
      detail: 'found the-secret-of-the-writer\u001b[2J',
    });
    expect(text()).toBe('✓ ok    Node.js  found [secret]␛[2J\n');
  });
});

test('docs/json.md lists the fields of both types, and no other', () => {
  const { stdout, text } = output();
  const writer = createJsonDoctorWriter(stdout);
  writer.finding(failed);
  writer.summary(summarise([failed]));
  const printed = text()
    .trimEnd()
    .split('\n')
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  const document = readFileSync(join(root, 'docs', 'json.md'), 'utf8');
  const [, section = ''] = /## `llx doctor --json`\n(.*?)\n## /s.exec(document) ?? [];
  const words: Readonly<Record<FindingStatus, true>> = { ok: true, warn: true, fail: true, skipped: true };
  const documented = [...section.matchAll(/^\| `(\w+)` \| (`.*) \|$/gm)].map(([, type = '', fields = '']) => [
    type,
    ...[...fields.matchAll(/`(\w+)`/g)].map(([, word = '']) => word),
  ]);
  expect(documented.map((each) => each.toSorted())).toEqual([
    [
      'finding',
      ...Object.keys(words),
      ...Object.keys(printed[0] ?? {}).filter((key) => key !== 'type'),
    ].sort(),
    ['summary', ...Object.keys(printed[1] ?? {}).filter((key) => key !== 'type')].sort(),
  ]);
});
