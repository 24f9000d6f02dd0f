import { getCACertificates } from 'node:tls';
import type { auth, http, io, mqtt } from 'aws-iot-device-sdk-v2';

/** What is used of `aws-iot-device-sdk-v2`. */
export type DeviceSdk = {
  readonly auth: typeof auth;
  readonly http: typeof http;
  readonly io: typeof io;
  readonly mqtt: typeof mqtt;
};

/** Undefined where the optional package is not installed, or has no binary for this machine. It takes 200 ms to load. */
export async function loadDeviceSdk(): Promise<DeviceSdk | undefined> {
  try {
    return await import('aws-iot-device-sdk-v2');
  } catch {
    // Absent, or without its binary: both are what `optionalDependencies` means.
    return undefined;
  }
}

/**
 * The authorities that the device SDK is told to trust, or undefined for those of the system, which it knows itself.
 * It has a store of its own, so what Node.js reads from NODE_EXTRA_CA_CERTS has to be given to it; and what it is given
 * stands instead of its own.
 */
export function authoritiesOf(ca: string | undefined): string | undefined {
  if (ca !== undefined) return ca;
  if (getCACertificates('extra').length === 0) return undefined;
  return [...getCACertificates('default'), ...getCACertificates('system')].join('\n');
}
