import { QUOTA_PROFILES } from '../protocol/quota-profile.ts';
import type { TlsMaterial } from '../transport/mqtt/broker-location.ts';
import { connectPacket } from '../transport/mqtt/packet-transport.ts';
import { proxyFor } from '../transport/mqtt/proxy-for.ts';
import { connectSharded } from '../transport/sharded-transport.ts';
import { Stub } from './stub.ts';
import type { StubOptions } from './stub-options.ts';

export type CreateStubOptions = Omit<StubOptions, 'connect'> & {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`; a function is asked at every connect. */
  readonly brokerUrl: string | (() => string | Promise<string>);
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: TlsMaterial | undefined;
};

export type CreateStub = (options: CreateStubOptions) => Stub;

/** The stub of one function in one execution environment. Its socket and timers keep no process alive. */
export function createStub({ brokerUrl, username, password, tls, ...options }: CreateStubOptions): Stub {
  const location = {
    url: brokerUrl,
    username,
    password,
    tls,
    proxy: (url: string) => proxyFor(url, process.env),
  };
  return new Stub({
    ...options,
    // Further connections for what is large: an event must not take from the second in which its answer comes back.
    connect: (connect) =>
      connectSharded((one) => connectPacket({ ...one, ...location, unref: true }), connect, {
        profile: options.quotas ?? QUOTA_PROFILES.none,
      }),
  });
}
