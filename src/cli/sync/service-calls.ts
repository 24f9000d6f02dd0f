import { explainAwsFailure } from '../live/aws-failure.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';

/** A client of an AWS API, whose failures are LlxErrors that say what was tried. */
export type ServiceCalls<Client> = {
  /** @param operation with its service, as a policy names it: `sqs:CreateQueue` */
  call<Output>(
    operation: string,
    resource: string,
    send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  ): Promise<Output>;
  close(): void;
};

export function openService<Client extends { destroy(): void }>(
  client: Client,
  { target }: Pick<LambdaCalls, 'target'>,
  signal: AbortSignal,
): ServiceCalls<Client> {
  return {
    async call(action, resource, send) {
      signal.throwIfAborted();
      try {
        return await send(client, { abortSignal: signal });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const asked = { emulator: target.endpoint !== undefined, mayAbort: false };
        throw explainAwsFailure(error, { action, resource }, asked);
      }
    },
    close: () => client.destroy(),
  };
}

/** Whether an API has answered so; what `call` explained has it as its cause. */
export function isAnswer(error: unknown, ...names: readonly string[]): boolean {
  const answer = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return answer instanceof Error && names.includes(answer.name);
}
