import type { FastifyInstance } from 'fastify';

/** What a session needs to know of an emulator in another process. */
export type EmulatorState = {
  readonly endpoint: string;
  readonly mqtt: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
};

export const STATE_PATH = '/_llx/state';

export function addStateRoute(app: FastifyInstance, state: () => EmulatorState): void {
  app.get(STATE_PATH, (_request, reply) => reply.type('application/json').send(JSON.stringify(state())));
}
