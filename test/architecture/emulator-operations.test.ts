import { readFileSync } from 'node:fs';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { DOCUMENT, emulatorServices, withOperations } from '../../scripts/emulator-operations.ts';

const services = await emulatorServices();

test('docs/emulator.md lists the operations as the services have them (node scripts/emulator-operations.ts --write)', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  expect(document).toBe(withOperations(document, services));
});

test.each([
  ['lambda', lambda],
  ['sqs', sqs],
  ['logs', logs],
  ['monitoring', cloudwatch],
  ['sts', sts],
])('every operation of AWS’s client of %s is said to be supported, partial or refused', (name, client) => {
  const known = services.find((service) => service.name === name)?.operations.map((one) => one.name);
  const commands = Object.keys(client)
    .filter((exported) => exported.endsWith('Command') && exported !== '$Command')
    .map((exported) => exported.replace(/Command$/, ''));
  expect(commands.filter((command) => !known?.includes(command))).toEqual([]);
});

test('what is done in part says what is missing', () => {
  const silent = services.flatMap(({ operations }) =>
    operations.filter(({ support, note }) => support === 'partial' && note === undefined),
  );
  expect(silent).toEqual([]);
});
