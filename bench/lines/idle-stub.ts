import { startLlx } from '../child.ts';
import { event } from '../echo.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const WARM_UP = 300;
const CALLS = 2_000;

/** What a stub adds to a warm invocation while no session holds its lane: the deployed handler runs, with it and without. */
export async function idleStub(project: string): Promise<readonly Line[]> {
  const withStub = await startLlx(['emulator', '--wss-port', '0', '--mtls-port', '0'], project);
  const without = await startLlx(['emulator', '--no-stub', '--data', '.llx/other-emulator'], project);
  const clients = [withStub, without].map(({ ready }) => invoker(ready.endpoint, functionPath('echo')));
  const samples = clients.map((): number[] => []);
  try {
    for (let call = 0; call < WARM_UP + CALLS; call++) {
      // One call of each in turn: whatever else the machine does meets both.
      for (const [index, client] of clients.entries()) {
        const start = performance.now();
        await client.invoke(event);
        if (call >= WARM_UP) samples[index]?.push(performance.now() - start);
      }
    }
  } finally {
    for (const client of clients) client.close();
    await Promise.all([withStub.stop(), without.stop()]);
  }
  const [stubbed = Number.NaN, bare = Number.NaN] = samples.map(median);
  return [
    {
      name: `stub installed, nobody connected: added to a warm invocation (${stubbed.toFixed(2)} less ${bare.toFixed(2)} ms), p50`,
      value: stubbed - bare,
      unit: 'ms',
      bar: { atMost: 1 },
    },
  ];
}
