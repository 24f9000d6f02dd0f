import { parseBrokerUrl } from '../../transport/mqtt/broker-address.ts';

/** What the flags of a command say of where it goes. */
export type Destination = {
  readonly endpoint?: string | undefined;
  /** May hold user and password, which are not repeated. */
  readonly broker?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
};

/** The command that examines the same as another one uses: to be pasted. */
export function doctorCommand({ endpoint, broker, profile, region }: Destination = {}): string {
  const flags = {
    endpoint,
    broker: broker === undefined ? undefined : parseBrokerUrl(broker).shown,
    profile,
    region,
  };
  return Object.entries(flags).reduce(
    (command, [name, value]) => (value === undefined ? command : `${command} --${name} ${quoted(value)}`),
    'llx doctor',
  );
}

/** As a POSIX shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
