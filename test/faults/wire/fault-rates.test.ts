import { expect, test } from 'vitest';
import { SeededRandom } from '../seeded-random.ts';
import { chooseFault, type FaultRates } from './fault-rates.ts';
import type { RawPublish } from './packet-cutter.ts';

const publish = (qos: number): RawPublish => ({ qos, retain: false, topic: 't', payload: Buffer.alloc(0) });

function countFaults(rates: FaultRates, unit: RawPublish | undefined): Record<string, number> {
  const random = new SeededRandom(5);
  const counts: Record<string, number> = {};
  for (let n = 0; n < 10_000; n++) {
    const fault = chooseFault(rates, unit, random) ?? 'none';
    counts[fault] = (counts[fault] ?? 0) + 1;
  }
  return counts;
}

const ALL: FaultRates = { drop: 0.2, duplicate: 0.2, reorder: 0.2, delay: 0.2, cut: 0.2 };

test('each fault comes as often as its rate says', () => {
  const counts = countFaults(ALL, publish(0));
  expect(Object.keys(counts).sort()).toEqual(['cut', 'delay', 'drop', 'duplicate', 'reorder']);
  for (const count of Object.values(counts)) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test('a message of QoS 1 is neither dropped nor overtaken', () => {
  expect(Object.keys(countFaults(ALL, publish(1))).sort()).toEqual(['cut', 'delay', 'duplicate', 'none']);
});

test('bytes that are no message are only late or cut', () => {
  expect(Object.keys(countFaults(ALL, undefined)).sort()).toEqual(['cut', 'delay', 'none']);
});

test('no rates, no faults', () => {
  expect(countFaults({}, publish(0))).toEqual({ none: 10_000 });
});
