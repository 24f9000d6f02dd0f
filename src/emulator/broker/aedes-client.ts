import type { Duplex } from 'node:stream';
import type { AedesPublishPacket, Client } from 'aedes';
import type { Packet } from 'mqtt-packet';

/** aedes' client with the members that its types leave out; pinned, and guarded by the tests of the rules. */
export type AedesClient = Client & {
  readonly conn: Duplex;
  readonly connackSent: boolean;
  readonly subscriptions: Readonly<Record<string, { readonly qos: number }>>;
  readonly will?: { readonly topic: string; readonly retain: boolean } | null;
  readonly _will?: { readonly topic: string; readonly retain: boolean } | null;
  readonly _parser: { emit(event: string, packet: Packet): boolean };
  deliverQoS(packet: AedesPublishPacket, done: () => void): void;
};

export function nameOf(client: Client): string {
  // null until aedes has handled its CONNECT, whatever the types say.
  const id: string | null = client.id;
  return id === null ? 'a connection without CONNECT' : `client ${id}`;
}
