import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { NODE_FUNCTION } from '../../support/deployed-code.ts';

/** A function that writes the ids of its events into a file. */
export const WRITER = 'writer';
export const WRITER_SOURCE = `import { appendFileSync } from 'node:fs';
export const handler = async ({ id, file }) => appendFileSync(file, id + '\\n');`;

/** What an emulator can be asked, from its last start to its next end. */
export type Clients = {
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly code: Uint8Array;
};

/**
 * What was asked and what was acknowledged. Of what was asked and not acknowledged nothing is known: it may have been
 * done or not.
 */
export class KillLedger {
  readonly #file: string;
  readonly #acknowledged = new EventEmitter();
  #next = 0;
  readonly #created = new Set<string>();
  readonly #toDelete = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #sent = new Set<string>();
  readonly #taking = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #invoked = new Set<string>();

  /** @param file where the function writes. */
  constructor(file: string) {
    this.#file = file;
  }

  get counts(): Readonly<Record<string, number>> {
    return {
      created: this.#created.size,
      deleted: this.#deleted.size,
      sent: this.#sent.size,
      taken: this.#taken.size,
      invoked: this.#invoked.size,
    };
  }

  /** Resolves when more of each kind has been acknowledged than now. */
  async oneOfEach(): Promise<void> {
    const before = this.counts;
    while (Object.entries(this.counts).some(([kind, count]) => count === before[kind])) {
      await once(this.#acknowledged, 'one');
    }
  }

  /**
   * Asks for one thing after another, of each kind at once, until the emulator is killed. Rejects when something is
   * refused before.
   */
  async load(clients: Clients, killed: AbortSignal): Promise<void> {
    const kinds = [this.#create, this.#send, this.#send, this.#take, this.#invoke];
    await Promise.all(
      kinds.map(async (kind) => {
        for (;;) {
          try {
            await kind.call(this, clients);
            this.#acknowledged.emit('one');
          } catch (error) {
            if (!killed.aborted) throw error;
            return;
          }
        }
      }),
    );
  }

  /** What was acknowledged and is not so, of functions; nothing where all is well. */
  async lostFunctions({ lambda }: Clients): Promise<readonly string[]> {
    const there = new Set<string | undefined>();
    for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
      for (const { FunctionName } of Functions) there.add(FunctionName);
    }
    const missing = [...this.#created].filter((name) => !this.#toDelete.has(name) && !there.has(name));
    const undead = [...this.#deleted].filter((name) => there.has(name));
    return [...missing.map((name) => `${name} is gone`), ...undead.map((name) => `${name} is there again`)];
  }

  /** The same of messages: takes all that are there. */
  async lostMessages({ sqs, queueUrl }: Clients): Promise<readonly string[]> {
    const there = new Set<string>();
    const QueueUrl = queueUrl;
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
      );
      if (Messages.length === 0) break;
      for (const { Body = '', ReceiptHandle } of Messages) {
        there.add(Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    const missing = [...this.#sent].filter((id) => !this.#taking.has(id) && !there.has(id));
    const undead = [...this.#taken].filter((id) => there.has(id));
    return [...missing.map((id) => `${id} is gone`), ...undead.map((id) => `${id} came again`)];
  }

  /** Acknowledged events that the function has not been given yet. */
  openEvents(): readonly string[] {
    const written = new Set(readFileSync(this.#file, 'utf8').split('\n'));
    return [...this.#invoked].filter((id) => !written.has(id));
  }

  async #create({ lambda, code }: Clients): Promise<void> {
    const name = `f-${this.#next++}`;
    const Code = { ZipFile: code };
    await lambda.send(new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: name, Code }));
    this.#created.add(name);
    // Most go again, so that the last round is as fast as the first.
    if (this.#next % 10 === 0) return;
    this.#toDelete.add(name);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    this.#deleted.add(name);
  }

  async #send({ sqs, queueUrl }: Clients): Promise<void> {
    const id = `m-${this.#next++}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: id }));
    this.#sent.add(id);
  }

  async #take({ sqs, queueUrl }: Clients): Promise<void> {
    const QueueUrl = queueUrl;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      this.#taking.add(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      this.#taken.add(Body);
    }
  }

  async #invoke({ lambda }: Clients): Promise<void> {
    const id = `e-${this.#next++}`;
    const Payload = Buffer.from(JSON.stringify({ id, file: this.#file }));
    await lambda.send(new InvokeCommand({ FunctionName: WRITER, InvocationType: 'Event', Payload }));
    this.#invoked.add(id);
  }
}
