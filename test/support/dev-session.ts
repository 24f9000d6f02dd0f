import { LambdaClient } from '@aws-sdk/client-lambda';
import { type LlxProcess, startLlx } from './llx-process.ts';

/** A session, and what it runs against: in the same process, or in one of its own. */
export type DevSession = {
  readonly endpoint: string;
  readonly session: LlxProcess;
  readonly processes: readonly LlxProcess[];
  stop(): Promise<void>;
};

export type SessionOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Beside those that say what it runs against. */
  readonly flags?: readonly string[];
};

export type StartSession = (options: SessionOptions) => Promise<DevSession>;

/** `llx dev --offline` */
export const startOffline: StartSession = async ({ flags = [], ...options }) => {
  const session = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0', ...flags], options);
  return { endpoint: session.ready.endpoint, session, processes: [session], stop: () => session.stop() };
};

/** `llx emulator`, and `llx dev --endpoint` as against AWS. */
export const startLive: StartSession = async ({ flags = [], ...options }) => {
  const ports = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
  const emulator = await startLlx(['emulator', ...ports], options);
  const { endpoint } = emulator.ready;
  const session = await startLlx(['dev', '--endpoint', endpoint, ...flags], options).catch(
    async (error: unknown) => {
      await emulator.stop();
      throw error;
    },
  );
  const processes = [session, emulator];
  const stop = async (): Promise<void> => {
    for (const each of processes) await each.stop();
  };
  return { endpoint, session, processes, stop };
};

/** The unmodified AWS SDK, with a developer's keys. Retries are off: a test sees the first answer. */
export function developerClient(endpoint: string, env: Readonly<Record<string, string>>): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    },
    maxAttempts: 1,
  });
}
