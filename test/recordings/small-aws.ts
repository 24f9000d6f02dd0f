import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { IamConfig } from '../../src/emulator/identity/iam-config.ts';
import { DropCounter } from '../../src/protocol/drops.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import { createSpawnWorker } from '../../src/runtime/spawn-worker.ts';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { botocoreAnswer, botocoreError, keepRaw, type RawError } from './botocore-answer.ts';
import { SteppedClock } from './stepped-clock.ts';

export const ACCOUNT = '111111111111';
export const REGION = 'us-east-1';
const dist = join(import.meta.dirname, '..', '..', 'dist');

type Answer = Readonly<Record<string, unknown>>;
type Command = new (input: never) => never;
type Client = { send(command: never): Promise<Answer>; destroy(): void };

/** What a function told the test by HTTP, and when: epoch milliseconds of the emulator's clock. */
export type Report = { readonly value: unknown; readonly at: number };

/** An emulator whose time can be skipped, AWS's own clients of it, and a place where functions report to. */
export class SmallAws {
  readonly clock = new SteppedClock();
  /** What functions have reported, in the order in which it came; with the emulator's time of it. */
  readonly reports: Report[] = [];
  readonly #directory: string;
  readonly #server = createServer((request, response) => {
    void json(request).then((value) => {
      this.reports.push({ value, at: this.clock.now() });
      response.end('{}');
    });
  });
  readonly #clients = new Map<string, Client>();
  #emulator: Emulator | undefined;
  #running = 0;
  #lastChange = 0;
  #lastRequestId = '';
  #lastError: RawError | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(iam?: IamConfig): Promise<SmallAws> {
    const aws = new SmallAws(await mkdtemp(join(tmpdir(), 'llx-recordings-')));
    aws.#server.listen(0, '127.0.0.1');
    await once(aws.#server, 'listening');
    await aws.#start(iam);
    return aws;
  }

  get reportUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Of the last good answer. */
  get lastRequestId(): string {
    return this.#lastRequestId;
  }

  /** `Lambda.Invoke` and the like, by AWS's own client; answers and errors as botocore shows them. */
  async call(api: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
    const [service = '', operation = ''] = api.split('.');
    const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      Lambda: lambda,
      SQS: sqs,
      STS: sts,
    };
    const Command = modules[service]?.[`${operation}Command`] as Command | undefined;
    if (Command === undefined) throw new Error(`expected an operation of an AWS client, got ${api}`);
    this.#lastError = undefined;
    try {
      const answer = await this.#client(service).send(new Command(params as never));
      this.#lastRequestId = String((answer.$metadata as Answer).requestId);
      return botocoreAnswer(answer);
    } catch (error) {
      if (this.#lastError === undefined) throw error;
      return botocoreError(this.#lastError);
    }
  }

  /**
   * Resolves when it holds. Where nothing happens, time is skipped to what happens next.
   *
   * @param options.skipWhileRunning also while functions run: where none of their time counts.
   */
  async until(
    holds: () => boolean | Promise<boolean>,
    { skipMs, skipWhileRunning = false }: { readonly skipMs: number; readonly skipWhileRunning?: boolean },
  ): Promise<void> {
    const skipUntil = this.clock.now() + skipMs;
    const givenUpAt = Date.now() + 30_000;
    while (!(await holds())) {
      if (Date.now() > givenUpAt) throw new Error('expected it to happen within 30 s');
      const isIdle = this.#running === 0 || skipWhileRunning;
      if (isIdle && Date.now() - this.#lastChange > 100) {
        this.#lastChange = Date.now();
        this.clock.skipToNext(skipUntil - this.clock.now());
      }
      await delay(10);
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    await this.#emulator?.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #start(iam: IamConfig | undefined): Promise<void> {
    const runtime = createRuntime({
      spawnWorker: createSpawnWorker({
        bootstrapFile: join(dist, 'bootstrap.mjs'),
        drops: new DropCounter(() => undefined),
      }),
      buildDirectory: join(this.#directory, 'build'),
      reload: false,
      environmentOf: (spec) => emulator.environmentOf(spec),
    });
    const emulator: Emulator = await startEmulator({
      host: '127.0.0.1',
      port: 0,
      mqttPort: 0,
      region: REGION,
      account: ACCOUNT,
      ...(iam === undefined ? {} : { iam }),
      state: { directory: join(this.#directory, 'state') },
      functions: [],
      runtime,
      stubFile: '',
      stubHostFile: '',
      stubs: 'none',
      clock: this.clock,
      onDrop: () => undefined,
      onNotice: () => undefined,
      onInvocation: ({ type }) => {
        this.#lastChange = Date.now();
        if (type === 'started') this.#running += 1;
        if (type === 'ended') this.#running -= 1;
      },
    });
    this.#emulator = {
      ...emulator,
      async close() {
        await emulator.close();
        await runtime.close();
      },
    };
  }

  #client(service: string): Client {
    const known = this.#clients.get(service);
    if (known !== undefined) return known;
    const handler = new NodeHttpHandler();
    const configuration = {
      endpoint: this.#emulator?.endpoint ?? '',
      region: REGION,
      credentials: DEVELOPMENT_KEY,
      maxAttempts: 1,
      requestHandler: {
        handle: async (...request: Parameters<NodeHttpHandler['handle']>) => {
          const answer = await handler.handle(...request);
          if (answer.response.statusCode >= 400) this.#lastError = await keepRaw(answer.response);
          return answer;
        },
        destroy: () => handler.destroy(),
      },
    };
    const made =
      service === 'Lambda'
        ? new lambda.LambdaClient(configuration)
        : service === 'SQS'
          ? new sqs.SQSClient(configuration)
          : new sts.STSClient(configuration);
    const client = made as unknown as Client;
    this.#clients.set(service, client);
    return client;
  }
}
