import { IOT_CORE } from './limits.ts';

/** What a broker allows one connection. A rate counts both directions together; sizes are those of MQTT payloads. */
export type QuotaProfile = {
  readonly name: 'iot-core' | 'none';
  /** PUBLISH packets, in and out together. What is above it is discarded, whatever its QoS. */
  readonly publishesPerSecond: number;
  /** Payload bytes, in and out together. What is above it is delayed. */
  readonly bytesPerSecond: number;
  /** QoS 1 publishes without their PUBACK, in each direction. */
  readonly unacknowledged: number;
  /** CONNECTs of one client id. */
  readonly connectsPerSecond: number;
  /** PUBLISHes with RETAIN to one topic, over all connections. What is above it is discarded. */
  readonly retainedPublishesPerSecond: number;
  /** What a CONNECT asks for is brought into these bounds; silence of one and a half times it ends the connection. */
  readonly keepAliveSeconds: { readonly min: number; readonly max: number };
  /** A connection over WebSocket with a SigV4 signature is ended after so long. */
  readonly connectionSeconds: number;
};

/** Quotas belong to the broker, not to the protocol: the one inside `llx dev --offline` has none. */
export const QUOTA_PROFILES: Readonly<Record<QuotaProfile['name'], QuotaProfile>> = {
  /** https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
  'iot-core': {
    name: 'iot-core',
    publishesPerSecond: IOT_CORE.publishesPerSecond,
    bytesPerSecond: IOT_CORE.bytesPerSecond,
    unacknowledged: IOT_CORE.unacknowledged,
    connectsPerSecond: 1,
    retainedPublishesPerSecond: 1,
    keepAliveSeconds: IOT_CORE.keepAliveSeconds,
    connectionSeconds: 24 * 60 * 60,
  },
  none: {
    name: 'none',
    publishesPerSecond: Number.POSITIVE_INFINITY,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    unacknowledged: Number.POSITIVE_INFINITY,
    connectsPerSecond: Number.POSITIVE_INFINITY,
    retainedPublishesPerSecond: Number.POSITIVE_INFINITY,
    keepAliveSeconds: IOT_CORE.keepAliveSeconds,
    connectionSeconds: Number.POSITIVE_INFINITY,
  },
};

export type QuotaName = Exclude<keyof QuotaProfile, 'name'>;

export type QuotaFactors = number | Readonly<Partial<Record<QuotaName, number>>>;

const THROUGHPUT: readonly QuotaName[] = [
  'publishesPerSecond',
  'bytesPerSecond',
  'unacknowledged',
  'connectsPerSecond',
  'retainedPublishesPerSecond',
];

/**
 * The same profile with its quotas multiplied: all of throughput by one factor, or each that is named by its own
 * (the times too). For tests that must not take as long, or need to meet a quota sooner, than on AWS.
 */
export function scaleQuotas(profile: QuotaProfile, factor: QuotaFactors): QuotaProfile {
  const factors: Readonly<Partial<Record<QuotaName, number>>> =
    typeof factor === 'number' ? Object.fromEntries(THROUGHPUT.map((name) => [name, factor])) : factor;
  const scaled = (name: Exclude<QuotaName, 'keepAliveSeconds'>): number =>
    profile[name] * (factors[name] ?? 1);
  const { min, max } = profile.keepAliveSeconds;
  const times = factors.keepAliveSeconds ?? 1;
  return {
    name: profile.name,
    publishesPerSecond: scaled('publishesPerSecond'),
    bytesPerSecond: scaled('bytesPerSecond'),
    // Less than one could never be sent.
    unacknowledged: Math.max(1, Math.floor(scaled('unacknowledged'))),
    connectsPerSecond: scaled('connectsPerSecond'),
    retainedPublishesPerSecond: scaled('retainedPublishesPerSecond'),
    keepAliveSeconds: { min: min * times, max: max * times },
    connectionSeconds: scaled('connectionSeconds'),
  };
}
