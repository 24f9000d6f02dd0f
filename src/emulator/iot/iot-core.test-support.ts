import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auth, mqtt as deviceMqtt, io, iot } from 'aws-iot-device-sdk-v2';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import type { QuotaProfile } from '../../protocol/quota-profile.ts';
import type { Runtime } from '../../runtime/invocation.ts';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import { signRequest } from '../../signature/sign-request.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { SYSTEM_CLOCK } from '../emulator-clock.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import type { PolicyDocument } from '../identity/policy-document.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
export const IOT_ARN = `arn:aws:iot:${REGION}:${ACCOUNT}`;

export type DeviceConnection = deviceMqtt.MqttClientConnection;

/** An emulator with both of IoT Core's ports and no functions, and clients of all kinds to it. */
export class IotCore {
  /** What the broker threw away, as `reason: detail`. */
  readonly drops: string[] = [];
  readonly #directory: string;
  #emulator: Emulator | undefined;
  readonly #clients: MqttClient[] = [];
  readonly #connections: DeviceConnection[] = [];
  #onDrop: () => void = () => undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start({
    now,
    ...options
  }: {
    readonly quotas?: QuotaProfile;
    readonly iam?: IamConfig;
    readonly now?: () => Date;
  } = {}): Promise<IotCore> {
    const core = new IotCore(await mkdtemp(join(tmpdir(), 'llx-iot-')));
    core.#emulator = await startEmulator({
      host: '127.0.0.1',
      port: 0,
      mqttPort: 0,
      wssPort: 0,
      mtlsPort: 0,
      certificateDirectory: join(core.#directory, 'certificates'),
      region: REGION,
      account: ACCOUNT,
      functions: [],
      runtime: NO_RUNTIME,
      stubFile: '',
      stubHostFile: '',
      stubs: 'none',
      onNotice: () => undefined,
      onDrop: (_process, reason, detail) => {
        core.drops.push(`${reason}: ${detail}`);
        core.#onDrop();
      },
      ...options,
      ...(now === undefined ? {} : { clock: { ...SYSTEM_CLOCK, now: () => now().getTime() } }),
    });
    return core;
  }

  get emulator(): Emulator {
    if (this.#emulator === undefined) throw new Error('expected a started emulator');
    return this.#emulator;
  }

  /** `localhost:40123` */
  get endpoint(): string {
    return new URL(this.emulator.wss ?? '').host;
  }

  get certificates(): string {
    return join(this.#directory, 'certificates');
  }

  async ca(): Promise<string> {
    return await readFile(this.emulator.ca ?? '', 'utf8');
  }

  /** Resolves when so many drops with that text have been counted. */
  async dropped(text: string, count = 1): Promise<void> {
    while (this.drops.filter((drop) => drop.includes(text)).length < count) {
      await new Promise<void>((resolve) => {
        this.#onDrop = resolve;
      });
    }
  }

  /** Keys of a role of `iam`, as a developer gets them from STS. */
  credentialsOf(role: string, sessionName = 'session'): AwsCredentials {
    const { identities } = this.emulator;
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
    return identities.assumeRole({ principal: identities.root, roleArn, sessionName }).credentials;
  }

  /** The `mqtt` package over WSS, with a URL that is signed here. */
  async webSocketClient(
    credentials: AwsCredentials,
    options: IClientOptions & { readonly now?: Date } = {},
  ): Promise<MqttClient> {
    const { now, ...more } = options;
    const url = presignWebSocketUrl({
      host: this.endpoint,
      region: REGION,
      credentials,
      ...(now === undefined ? {} : { now }),
    });
    return this.#opened(mqtt.connect(url, { ca: await this.ca(), ...CLIENT, ...more }));
  }

  /** A WebSocket without MQTT. */
  async webSocket(credentials: AwsCredentials): Promise<WebSocket> {
    const url = presignWebSocketUrl({ host: this.endpoint, region: REGION, credentials });
    const socket = new WebSocket(url, 'mqtt', { ca: await this.ca() });
    await once(socket, 'open');
    return socket;
  }

  /** The `mqtt` package with a client certificate, or without one. */
  async certificateClient(options: IClientOptions = {}): Promise<MqttClient> {
    return this.#opened(
      mqtt.connect(this.emulator.mtls ?? '', { ca: await this.ca(), ...CLIENT, ...options }),
    );
  }

  /** The `mqtt` package by the plain port. */
  plainClient(options: IClientOptions = {}): MqttClient {
    return this.#opened(mqtt.connect(this.emulator.mqtt, { ...CLIENT, ...options }));
  }

  /** A call to the data plane by the account's root. */
  async signedRequest(path: string): Promise<HttpsAnswer> {
    const { port } = new URL(this.emulator.wss ?? '');
    const url = `https://localhost:${port}${path}`;
    const credentials = DEVELOPMENT_KEY;
    const headers = signRequest({ method: 'GET', url, service: 'iotdata', region: REGION, credentials });
    return await this.request(path, headers);
  }

  /** What a request on the WSS port that is no WebSocket, or is refused to be one, is answered. */
  async request(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpsAnswer> {
    const { port } = new URL(this.emulator.wss ?? '');
    const ca = await this.ca();
    return await new Promise((resolve, reject) => {
      const options = { host: 'localhost', servername: 'localhost', port, path, headers, ca, agent: false };
      const call = request(options, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['x-amzn-errortype'], body }),
        );
      });
      call.once('error', reject);
      call.once('upgrade', (_response, socket) => {
        socket.destroy();
        resolve({ status: 101, type: undefined, body: '' });
      });
      call.end();
    });
  }

  /** AWS's device SDK over WSS. */
  async deviceOverWebSocket(
    credentials: AwsCredentials,
    clientId: string,
    will?: deviceMqtt.MqttWill,
  ): Promise<DeviceConnection> {
    const provider = auth.AwsCredentialsProvider.newStatic(
      credentials.accessKeyId,
      credentials.secretAccessKey,
      credentials.sessionToken,
    );
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets({
      region: REGION,
      credentials_provider: provider,
    });
    return await this.#device(builder, this.emulator.wss, clientId, will);
  }

  /** AWS's device SDK with the certificate that the emulator makes for it. */
  async deviceOverTls(clientId: string): Promise<DeviceConnection> {
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(
      join(this.certificates, 'client.pem'),
      join(this.certificates, 'client.key'),
    );
    return await this.#device(builder, this.emulator.mtls, clientId);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    for (const connection of this.#connections) await connection.disconnect().catch(() => undefined);
    await this.#emulator?.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #device(
    builder: iot.AwsIotMqttConnectionConfigBuilder,
    url: string | undefined,
    clientId: string,
    will?: deviceMqtt.MqttWill,
  ): Promise<DeviceConnection> {
    builder
      .with_certificate_authority(await this.ca())
      .with_endpoint('localhost')
      .with_port(Number(new URL(url ?? '').port))
      .with_clean_session(true)
      .with_client_id(clientId);
    if (will !== undefined) builder.with_will(will);
    const client = new deviceMqtt.MqttClient(new io.ClientBootstrap());
    const connection = client.new_connection(builder.build());
    // An error event without a listener is thrown.
    connection.on('error', () => undefined);
    this.#connections.push(connection);
    return connection;
  }

  #opened(client: MqttClient): MqttClient {
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }
}

export type HttpsAnswer = {
  readonly status: number;
  readonly type: string | string[] | undefined;
  readonly body: string;
};

/** What makes a request one for a WebSocket. */
export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'mqtt',
} as const;

const CLIENT = { protocolVersion: 4, reconnectPeriod: 0, clean: true } as const;

export function allow(
  action: string | readonly string[],
  resource: string | readonly string[],
): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: resource } };
}

/** What a client came to: `connected`, what its CONNACK says, or `closed` where none came. */
export async function connected(client: MqttClient): Promise<string> {
  return await new Promise((resolve) => {
    client.once('connect', () => resolve('connected'));
    client.once('error', (error) => resolve(error.message));
    client.once('close', () => resolve('closed'));
  });
}

export async function nextMessage(
  client: MqttClient,
): Promise<{ readonly topic: string; readonly payload: Buffer }> {
  return await new Promise((resolve) => {
    client.once('message', (topic, payload) => resolve({ topic, payload }));
  });
}

/** Resolves when the broker has ended the connection. */
export async function ended(client: MqttClient): Promise<void> {
  if (!client.connected) return;
  await new Promise<void>((resolve) => client.once('close', () => resolve()));
}

const NO_RUNTIME: Runtime = {
  invoke: () => Promise.reject(new Error('expected no invocation')),
  close: () => Promise.resolve(),
} as unknown as Runtime;
