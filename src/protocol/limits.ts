/** Numbers that both sides and the broker hold to. Sizes are bytes. */

/** https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
export const IOT_CORE = {
  payloadBytes: 128 * 1024,
  topicBytes: 256,
  topicSlashes: 7,
  clientIdBytes: 128,
  filtersPerSubscribe: 8,
  subscriptionsPerConnection: 50,
  publishesPerSecond: 100,
  bytesPerSecond: 512 * 1024,
  unacknowledged: 100,
  keepAliveSeconds: { min: 30, max: 1200 },
} as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA = {
  requestBytes: 6 * 1024 * 1024,
  /** A response may be 100 bytes larger than a request. */
  responseBytes: 6 * 1024 * 1024 + 100,
  asyncRequestBytes: 1024 * 1024,
  streamedResponseBytes: 200 * 1024 * 1024,
  timeoutMs: 900_000,
  clientContextBytes: 3583,
} as const;

export const PROTOCOL_VERSION = 1;

/** A frame with its header: IoT Core's payload limit less room for what MQTT adds. */
export const FRAME_BYTES = 120 * 1024;

/** Bodies larger than this are compressed when that makes them smaller. */
export const COMPRESS_ABOVE_BYTES = 1024;

/** What one message may inflate to: Lambda's response, its meta and log lines. */
export const MESSAGE_BYTES = LAMBDA.responseBytes + 512 * 1024;

/** How much of a streamed answer the session may send before the stub has passed anything on. Both sides count on it. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;

/** Log lines that travel back with an answer; the oldest are left out above this. */
export const LOG_BYTES = 256 * 1024;

/** Event and answer of an observed invocation in one copy, before compression: a second of IoT Core's bytes. */
export const OBSERVE_BYTES = 512 * 1024;

/** Unfinished messages that a receiver holds, together. */
export const REASSEMBLY = { messages: 256, bytes: 64 * 1024 * 1024, expiryMs: 30_000 } as const;
