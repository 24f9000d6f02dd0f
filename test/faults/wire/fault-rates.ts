import type { SeededRandom } from '../seeded-random.ts';
import type { RawPublish } from './packet-cutter.ts';

/** How often each fault meets one unit: a PUBLISH where MQTT can be read, a chunk of bytes where it cannot. */
export type FaultRates = {
  /** Of messages only: bytes that are missing would break the stream, which is `cut`. */
  readonly drop?: number;
  readonly duplicate?: number;
  /** Messages that come up to 50 ms later than they should are overtaken by those behind them. */
  readonly reorder?: number;
  /** Everything behind it waits as well. */
  readonly delay?: number;
  readonly delayMs?: number;
  /** Half of it passes, then the connection ends. */
  readonly cut?: number;
  readonly bytesPerSecond?: number;
};

export type Fault = 'drop' | 'duplicate' | 'reorder' | 'delay' | 'cut';

/**
 * What happens to one unit. A message of QoS 1 is neither dropped nor overtaken: no broker does that within one
 * connection, and IoT Core's discards above its quotas are a scenario of their own.
 */
export function chooseFault(
  rates: FaultRates,
  publish: RawPublish | undefined,
  random: SeededRandom,
): Fault | undefined {
  // Drawn in every case: a rate that changes must not change the choices after it.
  const drawn = random.next();
  const atMostOnce = publish?.qos === 0;
  let below = 0;
  const table: readonly (readonly [Fault, number | undefined, boolean])[] = [
    ['drop', rates.drop, atMostOnce],
    ['duplicate', rates.duplicate, publish !== undefined],
    ['reorder', rates.reorder, atMostOnce],
    ['delay', rates.delay, true],
    ['cut', rates.cut, true],
  ];
  for (const [fault, rate = 0, applies] of table) {
    below += rate;
    if (drawn < below) return applies ? fault : undefined;
  }
  return undefined;
}
