import type { Principal } from './identity/principal.ts';

/** Something that a client of the emulator caused, for whoever wants to know what functions do. */
export type CallEvent = CallFacts &
  (
    | { readonly type: 'publish'; readonly topic: string; readonly payload: Uint8Array }
    | {
        readonly type: 'sendMessage';
        /** Its name. */
        readonly queue: string;
        readonly body: string;
        /** Message attributes; bytes as base64. */
        readonly attributes: Readonly<Record<string, string>>;
      }
    | { readonly type: 'invoke'; readonly functionName: string; readonly payload: Uint8Array }
  );

type CallFacts = {
  /** Unknown of a message that came over MQTT. */
  readonly caller?: Principal;
  /** `X-Amzn-Trace-Id`, where the client passed it on: AWS's SDKs do in a function. */
  readonly traceId?: string | undefined;
};

/** Called on the path of what the client asks for: it returns at once and does not throw. */
export type CallListener = (event: CallEvent) => void;
