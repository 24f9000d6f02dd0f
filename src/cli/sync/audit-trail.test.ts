import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { invocationsIn, livePeriods } from './audit-periods.ts';
import { type AuditEntry, AuditTrail } from './audit-trail.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-audit-'));
  file = join(directory, 'deep', 'shop.jsonl');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const at = (minute: number) => `2026-11-02T09:0${minute}:00.000Z`;
const entry = (minute: number, event: AuditEntry['event'], more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: at(minute),
  event,
  control: 'users/find',
  target: 'http://127.0.0.1:4566',
  ...more,
});

test('what was appended is read again, also by the next llx', async () => {
  const entries = [entry(1, 'deployed', { version: '1.0.0' }), entry(2, 'removed')];
  const trail = new AuditTrail(file);
  expect(await trail.read()).toEqual([]);
  for (const each of entries) await trail.append(each);
  expect(await new AuditTrail(file).read()).toEqual(entries);
});

test('a line that a crash has cut is left out, and takes no other one with it', async () => {
  await new AuditTrail(file).append(entry(1, 'deployed'));
  await appendFile(file, '{"at":"2026-11-02T09:0');
  await new AuditTrail(file).append(entry(2, 'replaced'));
  expect(await new AuditTrail(file).read()).toEqual([entry(1, 'deployed'), entry(2, 'replaced')]);
});

test('a refusal is written once for its reasons, until its package has been deployed', async () => {
  const refused = { place: 'users', reasons: ['two packages'] };
  const other = { place: 'others', reasons: ['two packages'] };
  const events = [
    entry(1, 'refused', refused),
    entry(1, 'refused', other),
    entry(2, 'refused', refused),
    entry(2, 'refused', other),
    entry(3, 'refused', { ...refused, reasons: ['three packages'] }),
    entry(4, 'deployed', refused),
    entry(5, 'refused', other),
  ];
  for (const each of events) await new AuditTrail(file).append(each);
  expect(await new AuditTrail(file).read()).toEqual([0, 1, 4, 5, 6].map((index) => events[index]));
});

test('a trail that cannot be written is an error that says so', async () => {
  const trail = new AuditTrail(directory);
  await expect(trail.append(entry(1, 'deployed'))).rejects.toMatchObject({ code: 'LLX_STATE_UNWRITABLE' });
});

test('holds no values of variables', async () => {
  await new AuditTrail(file).append(entry(1, 'deployed', { sha256: 'a', functionVersion: '1' }));
  expect(Object.keys(JSON.parse(await readFile(file, 'utf8'))).sort()).toEqual(
    ['at', 'control', 'event', 'functionVersion', 'sha256', 'target'].sort(),
  );
});

test('what a round after an interrupted one tells again is the same period', () => {
  const told = { version: '1.0.0', functionVersion: '1', function: 'users-find', sha256: 'a' };
  const periods = livePeriods([entry(1, 'deployed', told), entry(2, 'replaced', told)]);
  expect(periods).toMatchObject([{ from: at(1) }]);
  expect(periods[0]?.to).toBeUndefined();
});

test('knows what is live, by its place', async () => {
  const other = entry(1, 'deployed', { target: 'AWS (eu-central-1)' });
  for (const each of [entry(1, 'deployed'), other]) await new AuditTrail(file).append(each);
  const trail = new AuditTrail(file);
  expect(await trail.live('http://127.0.0.1:4566')).toEqual([entry(1, 'deployed')]);
  await trail.append(entry(2, 'removed'));
  expect(await trail.live('http://127.0.0.1:4566')).toEqual([]);
  expect(await trail.live('AWS (eu-central-1)')).toEqual([other]);
});

test('periods go from one deployment to the next, or to the removal', () => {
  const deployed = (minute: number, version: string, functionVersion: string) =>
    entry(minute, minute === 1 ? 'deployed' : 'replaced', {
      version,
      functionVersion,
      function: 'users-find',
    });
  const periods = livePeriods([
    deployed(1, '1.0.0', '1'),
    entry(2, 'refused', { reasons: [] }),
    deployed(3, '1.1.0', '2'),
    entry(4, 'removed'),
    deployed(5, '1.0.0', '1'),
    entry(6, 'failed', { reasons: [] }),
  ]);
  const period = { control: 'users/find', function: 'users-find', sha256: '' };
  expect(periods).toEqual([
    { ...period, version: '1.0.0', functionVersion: '1', from: at(1), to: at(3) },
    { ...period, version: '1.1.0', functionVersion: '2', from: at(3), to: at(4) },
    { ...period, version: '1.0.0', functionVersion: '1', from: at(5) },
  ]);
  const starts = [
    // One that ran on in the old version after the new one was live.
    ...[2, 3].map((minute) => ({ at: Date.parse(at(minute)) + 1, functionVersion: '1' })),
    { at: Date.parse(at(3)), functionVersion: '2' },
    { at: Date.parse(at(5)), functionVersion: '1' },
    { at: Date.parse(at(5)), functionVersion: '$LATEST' },
  ];
  expect([...invocationsIn(periods, starts).values()]).toEqual([2, 1, 1]);
});
