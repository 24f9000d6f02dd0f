import { startLlx } from '../child.ts';
import { incompressible, orders } from '../corpus.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { startLiveAws } from '../live-aws.ts';
import { median } from '../samples.ts';

const LIMIT = 6 * 1024 * 1024;
const ROUNDS = 5;

/** The largest event there and back: offline, and over the live path through a broker held to IoT Core's quotas. */
export async function large(project: string): Promise<readonly Line[]> {
  const ordersName = '6 MB JSON event and answer (orders)';
  const randomName = '6 MB JSON event and answer (random base64)';
  const offline = await startLlx(['dev', '--offline'], project);
  const free = await roundTrips(offline, ROUNDS, [orders(LIMIT), incompressible(LIMIT)]);
  const aws = await startLiveAws(project, 'iot-core');
  // One after the other without a pause: what a burst is allowed has been used up by the one before.
  const [held] = await roundTrips(aws, ROUNDS, [orders(LIMIT)]);
  const again = await startLiveAws(project, 'iot-core');
  const [random] = await roundTrips(again, 1, [incompressible(LIMIT)]);
  const line = (name: string, value: number | undefined): Line => ({
    name,
    value: value ?? Number.NaN,
    unit: 'ms',
  });
  return [
    line(`${ordersName}, no quotas`, free[0]),
    line(`${randomName}, no quotas`, free[1]),
    { ...line(`${ordersName}, live path, IoT Core's quotas`, held), bar: { atMost: 3_000 } },
    line(`${randomName}, live path, IoT Core's quotas`, random),
  ];
}

/** The median of so many rounds for each event, in milliseconds; stops the llx that it was given. */
async function roundTrips(
  llx: { readonly ready: { readonly endpoint: string }; stop(): Promise<void> },
  rounds: number,
  events: readonly Buffer[],
): Promise<readonly number[]> {
  const client = invoker(llx.ready.endpoint, functionPath('echo'));
  try {
    const medians: number[] = [];
    for (const event of events) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const began = performance.now();
        const answer = await client.invoke(event);
        times.push(performance.now() - began);
        if (!answer.equals(event)) throw new Error('expected the same bytes back');
      }
      medians.push(median(times));
    }
    return medians;
  } finally {
    client.close();
    await llx.stop();
  }
}
