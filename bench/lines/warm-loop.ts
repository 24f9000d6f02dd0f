import { root, startChild, startLlx } from '../child.ts';
import { event, rawEcho } from '../echo.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { median, percentile, type Samples, sequential, throughput } from '../samples.ts';

const ROUNDS = 3;
const WARM_UP = 500;
const CALLS = 2_000;

/** The whole loop and direct invokes, each against floors that are measured in between. */
export async function warmLoop(project: string): Promise<readonly Line[]> {
  const llx = await startLlx(['dev', '--offline'], project);
  const plain = await startLlx(['emulator', '--no-stub', '--data', '.llx/other-emulator'], project);
  const floor = await startChild([`${root}/bench/floors/runtime-api-server.ts`, '1']);
  const floor4 = await startChild([`${root}/bench/floors/runtime-api-server.ts`, '4']);
  const echo = await rawEcho(llx.ready.mqtt);
  const loop = invoker(llx.ready.endpoint, functionPath('echo'));
  const direct = invoker(plain.ready.endpoint, functionPath('echo'));
  const bare = invoker(`http://127.0.0.1:${floor.firstLine}`, '/');
  const bare4 = invoker(`http://127.0.0.1:${floor4.firstLine}`, '/');
  const call = (client: { invoke(body: Uint8Array): Promise<Buffer> }) => async () =>
    void (await client.invoke(event));
  try {
    for (const client of [loop, direct, bare, bare4]) await sequential(WARM_UP, call(client));
    await sequential(WARM_UP, echo.once);
    const rounds: { echo: Samples; bare: Samples; loop: Samples; direct: Samples; perSecond: number[][] }[] =
      [];
    for (let round = 0; round < ROUNDS; round++) {
      const samples = {
        echo: await sequential(CALLS, echo.once),
        bare: await sequential(CALLS, call(bare)),
        loop: await sequential(CALLS, call(loop)),
        direct: await sequential(CALLS, call(direct)),
      };
      const perSecond = [
        [await throughput(1, CALLS, call(direct)), await throughput(1, CALLS, call(bare))],
        [await throughput(16, CALLS * 2, call(direct)), await throughput(16, CALLS * 2, call(bare4))],
        [await throughput(16, CALLS * 2, call(loop))],
      ];
      rounds.push({ ...samples, perSecond });
    }
    const of = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
    const p50 = (name: 'echo' | 'bare' | 'loop' | 'direct'): number => of((round) => median(round[name]));
    const rate = (row: number, column: number): number =>
      of((round) => round.perSecond[row]?.[column] ?? Number.NaN);
    const sum = p50('echo') + p50('bare');
    return [
      {
        name: 'warm invocation, whole loop offline, p50',
        value: p50('loop'),
        unit: 'ms',
        floor: sum,
        floorName: `raw MQTT echo ${p50('echo').toFixed(2)} + bare Runtime API ${p50('bare').toFixed(2)}`,
        bar: { ratio: 1.5, better: 'lower' },
      },
      { name: 'the same, p99', value: of((round) => percentile(round.loop, 0.99)), unit: 'ms' },
      { name: 'the same, 16 in flight', value: rate(2, 0), unit: '/s' },
      {
        name: 'direct emulator invoke, p50',
        value: p50('direct'),
        unit: 'ms',
        floor: p50('bare'),
        floorName: 'bare Runtime API',
        bar: { ratio: 1, better: 'lower' },
      },
      {
        name: 'direct emulator invoke, 1 in flight',
        value: rate(0, 0),
        unit: '/s',
        floor: rate(0, 1),
        floorName: 'bare Runtime API',
        bar: { ratio: 1, better: 'higher' },
      },
      {
        name: 'direct emulator invoke, 16 in flight',
        value: rate(1, 0),
        unit: '/s',
        floor: rate(1, 1),
        floorName: 'bare Runtime API, 4 workers',
        bar: { ratio: 1, better: 'higher' },
      },
    ];
  } finally {
    for (const client of [loop, direct, bare, bare4]) client.close();
    await echo.close();
    await Promise.all([llx.stop(), plain.stop(), floor.stop(), floor4.stop()]);
  }
}
