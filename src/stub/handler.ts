import { type CreateStub, createStub as create } from './create-stub.ts';
import { createLambdaHandler } from './lambda-handler.ts';

/** The module that is deployed, as a host process sees it. */
export type StubModule = { readonly createStub: CreateStub };

export const createStub: CreateStub = create;

/** What Lambda's handler setting names: set up during init, when this module runs in Lambda. */
export const handler: unknown =
  process.env.LLX_HANDLER === undefined ? undefined : await createLambdaHandler(process.env, createStub);
