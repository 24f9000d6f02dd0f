import type { Writable } from 'node:stream';
import * as ws from 'ws';

type FrameOptions = {
  readonly opcode: number;
  readonly fin: boolean;
  readonly mask: boolean;
  readonly rsv1: boolean;
  readonly readOnly: boolean;
};

/** The codec of the package `ws`, which its types leave out: another's reading of RFC 6455. */
export const { Receiver, Sender } = ws as unknown as {
  readonly Receiver: new (options: { readonly isServer: boolean }) => Writable;
  readonly Sender: { frame(payload: Buffer, options: FrameOptions): readonly Buffer[] };
};
