import type { DropListener } from '../protocol/drops.ts';
import type { Timing } from '../protocol/timing.ts';
import { connectPacket } from '../transport/mqtt/packet-transport.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { Stub } from './stub.ts';

export type CreateStubOptions = {
  readonly arn: string;
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly brokerUrl: string;
  readonly readRetained?: ReadRetained;
  readonly timing?: Timing;
  readonly onDrop?: DropListener;
  readonly onNotice?: (text: string) => void;
};

/** The module that is deployed, as a host process sees it. */
export type StubModule = { createStub(options: CreateStubOptions): Stub };

/** The stub of one function in one execution environment. Its socket and timers keep no process alive. */
export function createStub({ brokerUrl, ...options }: CreateStubOptions): Stub {
  return new Stub({
    ...options,
    connect: (connect) => connectPacket({ ...connect, url: brokerUrl, unref: true }),
  });
}

/** What Lambda's handler setting names: set up during init, when this module runs in Lambda. */
export const handler: unknown =
  process.env.LLX_HANDLER === undefined ? undefined : await createLambdaHandler(process.env, createStub);
