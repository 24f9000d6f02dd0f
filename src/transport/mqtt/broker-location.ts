import { TransportError } from '../transport.ts';
import { unlessAborted } from './attempt.ts';
import { type BrokerAddress, parseBrokerUrl } from './broker-address.ts';

/** PEM texts. TLS is always verified. */
export type TlsMaterial = {
  /** Trusted instead of the system's authorities and NODE_EXTRA_CA_CERTS, as `--cafile` of other clients. */
  readonly ca?: string | undefined;
  /** The client's certificate, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** Where a broker is, and how to get there. */
export type BrokerLocation = {
  /**
   * `mqtt://`, `mqtts://`, `ws://` or `wss://`. A function is asked at every attempt: a presigned URL is signed anew,
   * with fresh credentials; when it rejects, the attempt has failed.
   */
  readonly url: string | (() => string | Promise<string>);
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: TlsMaterial | undefined;
  /** `http://[user:password@]host:port` of the proxy for that URL, or undefined; see `proxyFor`. */
  readonly proxy?: ((url: string) => string | undefined) | undefined;
};

/** What one attempt connects to. */
export type BrokerTarget = {
  readonly address: BrokerAddress;
  readonly tls: TlsMaterial | undefined;
  readonly proxy: string | undefined;
};

/** Rejects with TRANSPORT_UNREACHABLE when the URL cannot be had, or is none of a broker. */
export async function locateBroker(
  { url, tls, proxy }: BrokerLocation,
  signal: AbortSignal,
): Promise<BrokerTarget> {
  const text = typeof url === 'string' ? url : await ask(url, signal);
  try {
    return { address: parseBrokerUrl(text), tls, proxy: proxy?.(text) };
  } catch (error) {
    // Without its cause: the error of a URL holds all of it, a signature too.
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError('TRANSPORT_UNREACHABLE', `The URL of the broker cannot be used: ${reason}.`);
  }
}

async function ask(url: () => string | Promise<string>, signal: AbortSignal): Promise<string> {
  try {
    return await unlessAborted(Promise.resolve(url()), signal);
  } catch (cause) {
    throw new TransportError('TRANSPORT_UNREACHABLE', 'The URL of the broker could not be made.', { cause });
  }
}
