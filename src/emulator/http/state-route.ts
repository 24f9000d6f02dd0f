import type { FastifyInstance } from 'fastify';

/** What a session needs to know of an emulator in another process. */
export type EmulatorState = {
  readonly endpoint: string;
  readonly mqtt: string;
  /** `wss://localhost:8443`, as an IoT Core endpoint: MQTT over WebSocket with SigV4, and the data plane. Absent: not opened. */
  readonly wss?: string;
  /** `mqtts://localhost:8883`: MQTT with a client certificate. Absent: not opened. */
  readonly mtls?: string;
  /** Absolute path of the PEM file of the CA that signed both ports' certificate. */
  readonly ca?: string;
  readonly account: string;
  readonly region: string;
  /** `open`: the development key opens it. `closed`: keys of its users are needed. */
  readonly access: 'open' | 'closed';
  /** `example.org`: functions are at `https://greet.example.org`. */
  readonly domain?: string;
  /** Of an emulator that others than this machine can reach: none, its keys say who may know them. */
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
};

export const STATE_PATH = '/_llx/state';

export function addStateRoute(app: FastifyInstance, state: () => EmulatorState): void {
  app.get(STATE_PATH, (_request, reply) => reply.type('application/json').send(JSON.stringify(state())));
}
