import { isLoopback } from '../http/loopback-guard.ts';
import { type CallerLimitOptions, CallerLimits, DEFAULT_CALLER_LIMITS } from './caller-limits.ts';
import { ClientAddresses } from './client-addresses.ts';
import { ServedHosts } from './served-hosts.ts';

export type ExposureOptions = {
  /** What is listened on. */
  readonly host: string;
  /** `example.org`: functions are at `greet.example.org`. */
  readonly domain?: string;
  /** Addresses or networks of reverse proxies, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** What one caller may take. @default DEFAULT_CALLER_LIMITS for others than this machine, else nothing is counted */
  readonly limits?: Partial<CallerLimitOptions>;
};

/** Who can reach an emulator, and how far he is trusted. */
export type Exposure = {
  /** Others than this machine can. */
  readonly isExposed: boolean;
  readonly hosts: ServedHosts;
  readonly addresses: ClientAddresses;
  /** Absent: nobody is counted. */
  readonly limits?: CallerLimits;
};

/** A name of its own, or a proxy in front, means that others can, whatever the address is. */
export function isExposed({ host, domain, trustedProxies }: ExposureOptions): boolean {
  return !isLoopback(host) || domain !== undefined || trustedProxies !== undefined;
}

/** @throws RangeError for a proxy that is neither an address nor a network. */
export function createExposure(options: ExposureOptions): Exposure {
  const exposed = isExposed(options);
  const { host, domain, limits } = options;
  // Behind a proxy on this machine all connections come from it.
  const proxies = options.trustedProxies ?? (exposed && isLoopback(host) ? ['127.0.0.0/8', '::1'] : []);
  return {
    isExposed: exposed,
    hosts: new ServedHosts({ host, domain: domain?.toLowerCase(), isExposed: exposed }),
    addresses: new ClientAddresses(proxies),
    ...(exposed || limits !== undefined
      ? { limits: new CallerLimits({ ...DEFAULT_CALLER_LIMITS, ...limits }) }
      : {}),
  };
}
