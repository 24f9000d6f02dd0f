import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CODE_PATH, type CodeLinks } from './code-links.ts';
import type { CodeStore } from './code-store.ts';

type CodeRequest = FastifyRequest<{ Params: { hash: string }; Querystring: Record<string, unknown> }>;

export type CodeDownloads = { readonly links: CodeLinks; readonly code: CodeStore };

/** Where the `Location` of GetFunction and GetLayerVersion leads: the zip as it came. The link is its permission. */
export function addCodeRoute(app: FastifyInstance, load: () => Promise<CodeDownloads>): void {
  app.get(`${CODE_PATH}:hash`, async (request: CodeRequest, reply) => {
    const { links, code } = await load();
    const sha256 = links.follow(request.params.hash, request.query);
    if (sha256 === undefined) return await reply.code(403).send();
    return await reply.type('application/zip').send(code.readZip(sha256));
  });
}
