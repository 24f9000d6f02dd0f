import { readFile } from 'node:fs/promises';
import mqtt from 'mqtt';
import { root, startChild } from './child.ts';

/** What every loop carries. */
export const event: Buffer = Buffer.from(JSON.stringify({ name: 'Ada', items: [1, 2, 3] }));

export type Echo = { readonly once: () => Promise<void>; close(): Promise<void> };

/**
 * A message to another process and back, through llx's own broker: the floor of each way through it. `authority` is the
 * PEM file of a `wss` broker's own.
 */
export async function rawEcho(url: string, authority?: string): Promise<Echo> {
  const location = authority === undefined ? [url] : [url, authority];
  const echo = await startChild([`${root}/bench/floors/mqtt-echo.ts`, ...location]);
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 4,
    clean: true,
    ...(authority === undefined ? {} : { ca: await readFile(authority) }),
  });
  await client.subscribeAsync('floor/back');
  let arrived: () => void = () => undefined;
  client.on('message', () => arrived());
  return {
    once: () =>
      new Promise((resolve) => {
        arrived = resolve;
        client.publish('floor/there', event);
      }),
    async close() {
      await client.endAsync(true);
      await echo.stop();
    },
  };
}
