import { InvalidArgumentError } from 'commander';

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
  if (!URL.canParse(text) || !/^(?:mqtt|mqtts|ws|wss):$/.test(new URL(text).protocol)) {
    // Not repeated: it may hold a password.
    throw new InvalidArgumentError('Expected a URL such as mqtts://broker.example:8883.');
  }
  return text;
}

/** Whether a name fits one of the globs, in which `*` stands for anything. */
export function matchesGlobs(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const pattern = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${pattern.join('.*')}$`).test(name);
  });
}
