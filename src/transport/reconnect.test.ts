import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import type { Connection, OpenConnection, OpenParameters } from './connection.ts';
import { MemoryBroker } from './memory.ts';
import { connectWith } from './reconnect.ts';
import { type ConnectionState, type ConnectOptions, type Transport, TransportError } from './transport.ts';

const OPTIONS: ConnectOptions = {
  clientId: (connection) => `client-${connection}`,
  keepAliveSeconds: 60,
  connectTimeoutMs: 1_000,
};

let transport: Transport | undefined;

beforeEach(() => vi.useFakeTimers());
afterEach(async () => {
  await transport?.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function statesOf(of: Transport): readonly ConnectionState[] {
  const states: ConnectionState[] = [];
  of.onState((state) => states.push(state));
  return states;
}

describe('a broker that drops each connection as soon as it is made', () => {
  it('is asked at once the first time, then after pauses that grow', async () => {
    const broker = new MemoryBroker();
    const backoffMs = vi.fn((attempt: number) => attempt * 1_000);
    transport = await broker.connect({ ...OPTIONS, backoffMs });
    transport.onState((state) => {
      if (state.status === 'connected') broker.drop(`client-${state.connection}`);
    });
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(999);
    expect(broker.clientIds).toEqual([]);
    expect(backoffMs.mock.calls).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1 + 1_999);
    expect(backoffMs.mock.calls).toEqual([[1], [2]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(backoffMs.mock.calls).toEqual([[1], [2], [3]]);
  });

  it('is given up when backoffMs says so', async () => {
    const broker = new MemoryBroker();
    transport = await broker.connect({ ...OPTIONS, backoffMs: () => undefined });
    const states = statesOf(transport);
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(0);
    broker.drop('client-2');
    await vi.advanceTimersByTimeAsync(0);
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'connected', 'closed']);
  });

  it('is forgiven after a connection that lasted', async () => {
    const broker = new MemoryBroker();
    const backoffMs = vi.fn(() => 1_000);
    transport = await broker.connect({ ...OPTIONS, backoffMs });
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(60_000);
    // The one before it was short: this end waits for a pause, the next does not.
    broker.drop('client-2');
    await vi.advanceTimersByTimeAsync(1_000 + 60_000);
    expect(backoffMs).toHaveBeenCalledTimes(1);
    broker.drop('client-3');
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.state).toEqual({ status: 'connected', connection: 4 });
    expect(backoffMs).toHaveBeenCalledTimes(1);
  });
});

/** A connection whose answers to SUBSCRIBE a test decides, and that tells when it is destroyed. */
class ScriptedConnection implements Connection {
  readonly closed: Promise<TransportError>;
  readonly parameters: OpenParameters;
  readonly subscribe: Connection['subscribe'];
  destroyed = false;
  #reject: (reason: TransportError) => void = () => undefined;

  constructor(parameters: OpenParameters, answer: 'grants' | 'refuses' | 'is silent') {
    this.parameters = parameters;
    const ended = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.closed = ended.catch((reason: TransportError) => reason);
    this.subscribe = (filters) =>
      answer === 'is silent' ? ended : Promise.resolve(answer === 'grants' ? [] : filters);
  }

  publish(): Promise<void> {
    return Promise.resolve();
  }

  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  ping(): Promise<boolean> {
    return Promise.resolve(true);
  }

  idleMs(): number {
    return 0;
  }

  end(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  destroy(): void {
    this.destroyed = true;
    this.#reject(new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.'));
  }
}

/** Opens a connection for each answer in turn. */
function scripted(...answers: readonly ('grants' | 'refuses' | 'is silent')[]) {
  const connections: ScriptedConnection[] = [];
  const open: OpenConnection = async (parameters) => {
    const connection = new ScriptedConnection(parameters, answers[connections.length] ?? 'grants');
    connections.push(connection);
    return connection;
  };
  return { connections, open };
}

describe('a renewed connection', () => {
  it('whose subscriptions are refused is dropped, and tried again', async () => {
    const { connections, open } = scripted('grants', 'refuses', 'grants');
    transport = await connectWith(open, { ...OPTIONS, backoffMs: () => 10 });
    await transport.subscribe(['topic']);
    const states = statesOf(transport);
    connections[0]?.destroy();
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual([
      { status: 'connecting', attempt: 1, cause: expect.objectContaining({ code: 'TRANSPORT_LOST' }) },
      {
        status: 'connecting',
        attempt: 2,
        cause: expect.objectContaining({ code: 'TRANSPORT_SUBSCRIBE_REFUSED' }),
      },
      { status: 'connected', connection: 2 },
    ]);
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });

  it('whose subscriptions get no answer within the time of an attempt is dropped, and tried again', async () => {
    const { connections, open } = scripted('grants', 'is silent', 'grants');
    transport = await connectWith(open, { ...OPTIONS, backoffMs: () => 10 });
    await transport.subscribe(['topic']);
    connections[0]?.destroy();
    await vi.advanceTimersByTimeAsync(OPTIONS.connectTimeoutMs - 1);
    expect(transport.state).toMatchObject({ status: 'connecting', attempt: 1 });
    await vi.advanceTimersByTimeAsync(1 + 10);
    expect(transport.state).toEqual({ status: 'connected', connection: 2 });
  });

  it('is dropped when close() comes before its subscriptions are made', async () => {
    const { connections, open } = scripted('grants', 'is silent');
    transport = await connectWith(open, OPTIONS);
    await transport.subscribe(['topic']);
    connections[0]?.destroy();
    await vi.advanceTimersByTimeAsync(0);
    const states = statesOf(transport);
    await transport.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(states).toEqual([{ status: 'closed' }]);
  });

  it('does not deliver what the one before it still brings, and counts it', async () => {
    const drops = new DropCounter();
    const { connections, open } = scripted('grants', 'grants');
    transport = await connectWith(open, { ...OPTIONS, drops });
    const onMessage = vi.fn();
    transport.onMessage(onMessage);
    connections[0]?.destroy();
    await vi.advanceTimersByTimeAsync(0);
    const message = { topic: 'topic', payload: Buffer.of(1), retained: false };
    connections[0]?.parameters.onMessage(message);
    connections[1]?.parameters.onMessage(message);
    expect(onMessage.mock.calls).toEqual([[message]]);
    expect(drops.counts()).toEqual({ 'connection-closed': 1 });
  });
});

it('a connection that opens after close() is dropped', async () => {
  let opened: (connection: Connection) => void = () => undefined;
  let parameters: OpenParameters | undefined;
  const abort = new AbortController();
  const connecting = connectWith(
    (given) => {
      parameters = given;
      return new Promise((resolve) => {
        opened = resolve;
      });
    },
    { ...OPTIONS, signal: abort.signal },
  );
  if (parameters === undefined) throw new Error('expected an attempt');
  const late = new ScriptedConnection(parameters, 'grants');
  abort.abort();
  opened(late);
  await expect(connecting).rejects.toMatchObject({ code: 'TRANSPORT_CLOSED' });
  expect(late.destroyed).toBe(true);
});

it('a listener of states may close the transport', async () => {
  const broker = new MemoryBroker();
  transport = await broker.connect(OPTIONS);
  const states = statesOf(transport);
  const closing = transport;
  transport.onState(() => void closing.close());
  broker.drop('client-1');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'closed']);
  expect(broker.clientIds).toEqual([]);
});
