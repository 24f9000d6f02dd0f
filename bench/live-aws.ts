import { type LlxReady, startLlx } from './child.ts';

export type LiveAws = { readonly ready: LlxReady; stop(): Promise<void> };

/**
 * The live path in two processes, as with an account: an emulator whose stubs come through WSS with SigV4, and a session
 * that joins it by the device SDK.
 */
export async function startLiveAws(project: string, quotas: 'none' | 'iot-core'): Promise<LiveAws> {
  const emulator = await startLlx(
    ['emulator', '--wss-port', '0', '--mtls-port', '0', '--broker-quotas', quotas],
    project,
  );
  try {
    const session = await startLlx(['dev', '--endpoint', emulator.ready.endpoint], project);
    return {
      ready: emulator.ready,
      async stop() {
        await session.stop();
        await emulator.stop();
      },
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
