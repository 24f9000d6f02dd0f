export { handle, type LambdaHandler, type Work } from './handle.ts';
export type { HandlerRequest, LambdaContext, Source } from './request.ts';
export { FAIL, type Failure, type HandlerResult, type HttpParts, type MakeResult, OK } from './result.ts';
