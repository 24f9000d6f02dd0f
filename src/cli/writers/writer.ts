import type { ServedApi } from '../served-apis.ts';

/** What a started session says first: where it can be reached, and what it serves. */
export type Ready = {
  readonly mode: 'offline' | 'live' | 'broker' | 'emulator';
  /** Of Lambda's API; absent where nothing is known of it. */
  readonly endpoint?: string;
  /** The broker's address, without credentials. */
  readonly mqtt: string;
  /** Of an emulator: MQTT over WebSocket with SigV4, MQTT with client certificates, and the file of their authority. */
  readonly wss?: string;
  readonly mtls?: string;
  readonly ca?: string;
  readonly account: string;
  readonly region: string;
  /** Who the developer is to AWS. */
  readonly identity?: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
  /** Of the project, where an emulator serves them. @default none */
  readonly apis?: readonly ServedApi[];
};

/** Shows a session where there is no screen. Listens to the store from its making on. */
export interface Writer {
  /** Written at once, before everything else. */
  ready(facts: Ready): void;
  /** Stops listening; resolves when what was written has left, or after a second with a reader that does not read. Idempotent. */
  close(): Promise<void>;
}
