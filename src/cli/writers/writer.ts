/** What a started session says first: where it can be reached, and what it serves. */
export type Ready = {
  readonly endpoint: string;
  readonly mqtt: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
};

/** Shows a session where there is no screen. Listens to the store from its making on. */
export interface Writer {
  /** Written at once, before everything else. */
  ready(facts: Ready): void;
  /** Stops listening; resolves when what was written has left, or after a second with a reader that does not read. Idempotent. */
  close(): Promise<void>;
}
