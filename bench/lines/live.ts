import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { presignWebSocketUrl } from '../../src/signature/presign-websocket-url.ts';
import { type LlxReady, root, startChild } from '../child.ts';
import { event, rawEcho } from '../echo.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { startLiveAws } from '../live-aws.ts';
import { median, percentile, type Samples } from '../samples.ts';

const ROUNDS = 3;
const WARM_UP = 50;
const CALLS = 200;

/** A session in an account keeps to a hundred publishes a second: an invocation is two of them. */
const PAUSE_MS = 25;

/** An invocation over the live path, against floors that are measured in between, at the same pace. */
export async function live(project: string): Promise<readonly Line[]> {
  const aws = await startLiveAws(project, 'none');
  const floor = await startChild([`${root}/bench/floors/runtime-api-server.ts`, '1']);
  const echo = await rawEcho(signedUrl(aws.ready), aws.ready.ca);
  const loop = invoker(aws.ready.endpoint, functionPath('echo'));
  const bare = invoker(`http://127.0.0.1:${floor.firstLine}`, '/');
  const calls = {
    echo: echo.once,
    bare: async () => void (await bare.invoke(event)),
    loop: async () => void (await loop.invoke(event)),
  };
  try {
    for (const call of Object.values(calls)) await paced(WARM_UP, call);
    const rounds: Record<keyof typeof calls, Samples>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        echo: await paced(CALLS, calls.echo),
        bare: await paced(CALLS, calls.bare),
        loop: await paced(CALLS, calls.loop),
      });
    }
    const p50 = (name: keyof typeof calls): number => median(rounds.map((round) => median(round[name])));
    return [
      {
        name: 'warm invocation, live path (WSS with SigV4, emulator held to no quotas), p50',
        value: p50('loop'),
        unit: 'ms',
        floor: p50('echo') + p50('bare'),
        floorName: `raw MQTT-over-WSS echo ${p50('echo').toFixed(2)} + bare Runtime API ${p50('bare').toFixed(2)}`,
      },
      {
        name: 'the same, p99',
        value: median(rounds.map((round) => percentile(round.loop, 0.99))),
        unit: 'ms',
      },
    ];
  } finally {
    for (const client of [loop, bare]) client.close();
    await echo.close();
    await Promise.all([aws.stop(), floor.stop()]);
  }
}

async function paced(count: number, call: () => Promise<void>): Promise<Samples> {
  const samples: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await call();
    samples.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return samples;
}

function signedUrl({ wss, region }: LlxReady): string {
  if (wss === undefined || region === undefined) throw new Error('expected an emulator with a WSS port');
  return presignWebSocketUrl({
    host: new URL(wss).host,
    region,
    credentials: DEVELOPMENT_KEY,
  });
}
