import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { EmulatorState } from '../../emulator/http/state-route.ts';
import { LlxError } from '../../errors/llx-error.ts';
import { type BrokerAddress, parseBrokerUrl } from '../../transport/mqtt/broker-address.ts';
import { dial } from '../../transport/mqtt/dial.ts';
import { faultOfCode, networkFault } from '../live/network-fault.ts';
import { createBrokerAccess } from './broker-access.ts';
import { type Check, type Finding, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';
import type { BrokerPlace, DoctorSetup } from './setup.ts';
import { type Handshake, tlsHandshake } from './tls-handshake.ts';

/** The way to the broker, layer by layer, so that the one that is broken is named. */
export function networkChecks(setup: DoctorSetup): readonly Check[] {
  return [
    setup.broker.type === 'iot-core' ? iotEndpoint(setup) : otherBroker(setup, setup.broker),
    {
      id: 'dns',
      title: 'DNS',
      needs: ['endpoint'],
      run: (facts) => checkDns(facts.get('address'), setup),
    },
    {
      id: 'tls',
      title: 'TLS',
      needs: ['endpoint', 'dns'],
      run: (facts, signal) => checkTls(facts, setup, signal),
    },
  ];
}

function iotEndpoint(setup: DoctorSetup): Check {
  return {
    id: 'endpoint',
    title: 'IoT Core endpoint',
    needs: ['identity'],
    async run(facts, signal) {
      const emulator = facts.find('emulator');
      if (emulator !== undefined && emulator.wss === undefined) return plainEmulator(emulator, facts, setup);
      const endpoint = await facts.get('aws').dataEndpoint(signal);
      const { arn, account } = facts.get('identity');
      const region = facts.get('region');
      const place = {
        endpoint,
        region,
        credentials: facts.get('credentials'),
        ...(emulator?.ca === undefined ? {} : { ca: await readFile(emulator.ca, 'utf8') }),
      };
      const prefix = `arn:${partitionOf(arn)}:iot:${region}:${account}:`;
      facts.learn('place', place);
      facts.learn('tls', place);
      facts.learn('address', parseBrokerUrl(`wss://${endpoint}/mqtt`));
      facts.learn(
        'broker',
        createBrokerAccess((options) => setup.connectIotCore({ ...options, ...place }), {
          command: setup.command,
          resource: (rest) => prefix + rest,
        }),
      );
      return ok(endpoint);
    },
  };
}

/** As that of `llx dev --offline`: only the plain port, without identities. */
function plainEmulator({ mqtt: url }: EmulatorState, facts: Facts, setup: DoctorSetup): Finding {
  facts.learn('address', parseBrokerUrl(url));
  facts.learn(
    'broker',
    createBrokerAccess((options) => setup.connectBroker({ ...options, url }), setup),
  );
  return ok(`${url}: this emulator has no port of IoT Core open`);
}

function otherBroker(setup: DoctorSetup, broker: BrokerPlace & { readonly type: 'other' }): Check {
  return {
    id: 'endpoint',
    title: 'Broker',
    needs: [],
    async run(facts) {
      const location = await broker.location();
      facts.learn('address', broker.address);
      if (location.tls !== undefined) facts.learn('tls', location.tls);
      facts.learn(
        'broker',
        createBrokerAccess((options) => setup.connectBroker({ ...options, ...location }), setup),
      );
      return ok(broker.address.shown);
    },
  };
}

/** `aws` of `arn:aws:…`; China and GovCloud have others. */
function partitionOf(arn: string): string {
  return arn.split(':')[1] || 'aws';
}

function proxyOf({ scheme, host, port }: BrokerAddress, { proxy }: DoctorSetup): string | undefined {
  return proxy(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

async function checkDns(address: BrokerAddress, setup: DoctorSetup): Promise<Finding> {
  if (proxyOf(address, setup) !== undefined) return ok('left to the proxy');
  try {
    const found = await lookup(address.host, { all: true });
    return ok(found.map((one) => one.address).join(', '));
  } catch (error) {
    throw unreachable(address, error, setup);
  }
}

async function checkTls(facts: Facts, setup: DoctorSetup, signal: AbortSignal): Promise<Finding> {
  const address = facts.get('address');
  const proxy = proxyOf(address, setup);
  // The password of a proxy stands in its URL.
  const way = proxy === undefined ? '' : `, through the proxy ${new URL(proxy).host}`;
  const secure = address.scheme === 'wss' || address.scheme === 'mqtts';
  try {
    const plain = { ...address, scheme: 'mqtt' } as const;
    const socket = await dial({ address: plain, tls: undefined, proxy, unref: false, signal });
    if (!secure) {
      socket.destroy();
      return ok(`no TLS: ${address.scheme}:// is plain text${way}`);
    }
    const tls = facts.find('tls') ?? {};
    return judgeHandshake(await tlsHandshake({ host: address.host, socket, tls }, signal), address, {
      way,
      command: setup.command,
    });
  } catch (error) {
    throw unreachable(address, error, setup);
  }
}

function judgeHandshake(
  handshake: Handshake,
  { host }: BrokerAddress,
  { way, command }: { readonly way: string; readonly command: string },
): Finding {
  const { protocol, subject, issuers, untrusted } = handshake;
  const chain = `certificate of ${subject}, signed by ${issuers.join(' ← ')}`;
  if (untrusted !== undefined) {
    const fault = faultOfCode(untrusted, command);
    throw new LlxError('LLX_UNREACHABLE', {
      message: `Expected a trusted certificate of ${host}, found a ${chain}${way}: ${fault?.text ?? untrusted}`,
      mend: fault?.mend ?? 'Trust its authority: export NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
    });
  }
  const detail = `${protocol}, ${chain}${way}`;
  const intercepted = /\.amazonaws\.com(\.cn)?$/.test(host) && !/Amazon|Starfield/.test(issuers.join());
  if (!intercepted) return ok(detail);
  return warn(
    `${detail}: not Amazon, so something on the way reads this connection`,
    'Events stay sealed end to end. If you know the proxy, nothing is to be done.',
  );
}

function unreachable({ shown }: BrokerAddress, error: unknown, { command }: DoctorSetup): unknown {
  const fault = networkFault(error, command);
  if (fault === undefined) return error;
  return new LlxError('LLX_UNREACHABLE', {
    message: `Expected to reach ${shown}: ${fault.text}`,
    mend: fault.mend,
    cause: error,
  });
}
