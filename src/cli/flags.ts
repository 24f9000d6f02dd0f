import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { ClientAddresses } from '../emulator/server/client-addresses.ts';
import { LlxError } from '../errors/llx-error.ts';
import { QUOTA_PROFILES, type QuotaFactors } from '../protocol/quota-profile.ts';

/** A flag that may be repeated: one that took several values at once would take the command's arguments for them. */
export function appended(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A TCP port; 0 takes a free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError(`Expected a port from 0 to 65535, found "${text}".`);
  }
  return value;
}

/** A positive number. */
export function factor(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError(`Expected a number above 0, found "${text}".`);
  }
  return value;
}

/** A factor for all quotas of throughput, or `publishesPerSecond=0.5,keepAliveSeconds=0.1`. */
export function quotaFactors(text: string): QuotaFactors {
  if (!text.includes('=')) return factor(text);
  const named = text.split(',').map((part) => {
    const [name = '', value = ''] = part.split('=');
    if (name === 'name' || !Object.hasOwn(QUOTA_PROFILES.none, name)) {
      const known = Object.keys(QUOTA_PROFILES.none).filter((one) => one !== 'name');
      throw new InvalidArgumentError(`Expected a quota (${known.join(', ')}), found "${name}".`);
    }
    return [name, factor(value)] as const;
  });
  return Object.fromEntries(named);
}

/** A whole number above 0. */
export function count(text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError(`Expected a whole number above 0, found "${text}".`);
}

/** A whole number; 0 is none. */
export function countOrNone(text: string): number {
  return /^0+$/.test(text) ? 0 : count(text);
}

/** `500k`, `6m`, or a number. */
export function bytes(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})([km]?)$/i.exec(text) ?? [];
  const value = Number(amount) * ({ k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1);
  if (value > 0) return value;
  throw new InvalidArgumentError(`Expected a size such as 500k, 6m or 1000000, found "${text}".`);
}

/** A name that DNS has: https://www.rfc-editor.org/rfc/rfc1123#section-2 */
export function domain(text: string): string {
  const name = text.toLowerCase();
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  const labels = name.split('.');
  const fits = labels.length > 1 && labels.every((one) => label.test(one)) && name.length <= 253;
  if (fits && isIP(name) === 0) return name;
  throw new InvalidArgumentError(`Expected a name such as example.org, found "${text}".`);
}

/** Addresses, or networks such as 10.0.0.0/8: one more of them. */
export function proxy(text: string, others: readonly string[] = []): readonly string[] {
  try {
    new ClientAddresses([text]);
  } catch {
    throw new InvalidArgumentError(`Expected an address or a network such as 10.0.0.0/8, found "${text}".`);
  }
  return [...others, text];
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `15m`, `12h` or `90d`: milliseconds. */
export function duration(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit] ?? 0);
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError(`Expected a time such as 30s, 15m, 12h or 90d, found "${text}".`);
}

export function lane(text: string): string {
  if (!/^[a-z0-9-]{1,32}$/.test(text)) {
    throw new InvalidArgumentError(`Expected 1 to 32 of a-z, 0-9 and -, found "${text}".`);
  }
  return text;
}

export function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError(`Expected a URL such as http://127.0.0.1:4566, found "${text}".`);
  }
  return text.replace(/\/+$/, '');
}

/** Of an MQTT broker. User and password may stand in it; they are never shown. */
export function brokerUrl(text: string): string {
  if (isBrokerUrl(text)) return text;
  // Commander's own error repeats the argument, in which a password may stand.
  throw new LlxError('LLX_USAGE', {
    message: 'Expected a URL such as mqtts://broker.example:8883 after --broker, found something else.',
    mend: 'User and password are percent-encoded in it, or stand in LLX_BROKER_USERNAME and LLX_BROKER_PASSWORD. See llx dev --help',
  });
}

function isBrokerUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(`${username}:${password}`);
    return /^(?:mqtt|mqtts|ws|wss):$/.test(protocol);
  } catch {
    // Its message would repeat the URL.
    return false;
  }
}

/** Whether a name fits one of the globs, in which `*` stands for anything. */
export function matchesGlobs(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const pattern = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${pattern.join('.*')}$`).test(name);
  });
}
