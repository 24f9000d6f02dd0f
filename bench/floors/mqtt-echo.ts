/** The other end of the raw MQTT echo: publishes what it receives, in a process of its own. */
import { readFile } from 'node:fs/promises';
import mqtt from 'mqtt';

const [url = '', authority] = process.argv.slice(2);
const client = await mqtt.connectAsync(url, {
  protocolVersion: 4,
  clean: true,
  ...(authority === undefined ? {} : { ca: await readFile(authority) }),
});
client.on('message', (_topic, payload) => client.publish('floor/back', payload));
await client.subscribeAsync('floor/there');
process.stdout.write('ready\n');
