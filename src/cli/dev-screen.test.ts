import { expect, test } from 'vitest';
import { whereOf } from './dev-screen.ts';

const ARN = 'arn:aws:sts::123456789012:assumed-role/Developer/anna@example.com';
const AWS = { mode: 'live', place: 'eu-central-1 123456789012', identity: ARN } as const;

test('AWS is LIVE, with region, account and who the developer is there', () => {
  expect(whereOf(AWS)).toEqual({
    label: 'LIVE',
    endpoint: 'eu-central-1 123456789012 assumed-role/Developer/anna@example.com',
  });
});

test('an emulator that plays AWS is told from it', () => {
  const endpoint = 'http://127.0.0.1:4566';
  expect(whereOf({ ...AWS, endpoint })).toEqual({ label: 'EMULATOR', endpoint });
  expect(whereOf({ mode: 'offline', place: endpoint, endpoint })).toEqual({ label: 'OFFLINE', endpoint });
  expect(whereOf({ mode: 'broker', place: 'mqtt://broker' })).toEqual({
    label: 'BROKER',
    endpoint: 'mqtt://broker',
  });
});
