import { randomBytes } from 'node:crypto';
import { LlxError } from '../../errors/llx-error.ts';
import { type ConnectOptions, type Transport, TransportError } from '../../transport/transport.ts';
import { denied } from '../live/aws-failure.ts';
import { networkFault } from '../live/network-fault.ts';

/** How checks reach the broker: each by a connection of its own, because IoT Core closes one that asks for too much. */
export type BrokerAccess = {
  /** Of the session that this run pretends to be. */
  readonly sessionId: string;
  /** Present on IoT Core, and on what plays it: the rest of an ARN such as `topic/a/b`, made whole. */
  readonly resource?: (rest: string) => string;
  /** The command that runs these checks again. */
  readonly command: string;
  connect(signal: AbortSignal | undefined): Promise<Transport>;
};

export type Connect = (options: ConnectOptions) => Promise<Transport>;

export function createBrokerAccess(
  connect: Connect,
  { command, resource }: Pick<BrokerAccess, 'command' | 'resource'>,
): BrokerAccess {
  const sessionId = `doctor-${randomBytes(8).toString('hex')}`;
  return {
    sessionId,
    command,
    ...(resource === undefined ? {} : { resource }),
    connect: (signal) =>
      connect({
        // IoT Core takes one CONNECT a second for each client id.
        clientId: () => `llx-session-${sessionId}-${randomBytes(4).toString('hex')}`,
        keepAliveSeconds: 30,
        connectTimeoutMs: 10_000,
        // A check wants to know how a connection ends, not to have another one.
        backoffMs: () => undefined,
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

/** Opens a connection for a piece of work, and closes it whatever comes of that. */
export async function withConnection<T>(
  broker: BrokerAccess,
  signal: AbortSignal | undefined,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = await broker.connect(signal);
  try {
    return await work(transport);
  } finally {
    await transport.close();
  }
}

/** What a policy would have to allow. `resource` is the rest of the ARN: `topic/llx/v1/…`. */
export type Right = { readonly action: string; readonly resource: string };

/**
 * What a failed attempt to use a right means. MQTT 3.1.1 has no answer to a forbidden publish: IoT Core ends the
 * connection, so an end at that very moment is taken for a refusal.
 */
export function explainRefusal(error: unknown, { action, resource }: Right, broker: BrokerAccess): unknown {
  if (!(error instanceof TransportError) || error.code === 'TRANSPORT_CLOSED') return error;
  const fault = error.code === 'TRANSPORT_UNREACHABLE' ? networkFault(error, broker.command) : undefined;
  if (fault !== undefined) {
    return new LlxError('LLX_UNREACHABLE', {
      message: `Expected a connection to the broker: ${fault.text}`,
      mend: fault.mend,
      cause: error,
    });
  }
  if (broker.resource !== undefined) return denied({ action, resource: broker.resource(resource) }, error);
  return new LlxError('LLX_BROKER_REFUSED', {
    message: `Expected the broker to allow ${action.replace('iot:', '')} on ${resource}, found: ${error.message}`,
    mend: 'Allow it in the broker’s access rules for this user.',
    cause: error,
  });
}
