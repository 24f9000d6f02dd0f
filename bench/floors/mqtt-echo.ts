/** The other end of the raw MQTT echo: publishes what it receives, in a process of its own. */
import mqtt from 'mqtt';

const client = await mqtt.connectAsync(process.argv[2] ?? '', { protocolVersion: 4, clean: true });
client.on('message', (_topic, payload) => client.publish('floor/back', payload));
await client.subscribeAsync('floor/there');
process.stdout.write('ready\n');
