import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvocationType, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaClient } from '../test/support/llx-process.ts';

/** What callers of the sample app do, so that a picture of it shows more than what goes well. */
export class ShopTraffic {
  readonly #app: string;
  readonly #lambda: LambdaClient;
  readonly #underway: Promise<unknown>[] = [];

  /** @param app the folder of the sample app; @param endpoint of the emulator */
  constructor(app: string, endpoint: string) {
    this.#app = app;
    this.#lambda = lambdaClient(endpoint);
  }

  /** An asynchronous invocation that fails: Lambda runs it again after a minute, under the same request id. */
  async failAsynchronously(): Promise<void> {
    const { functionName } = await this.#fixture('approve-order/small');
    await this.#invoke(functionName, { id: 'A-1043', currency: 'EUR' }, InvocationType.Event);
  }

  /** A warehouse that does not answer, and carts that are many: as a developer would meet them. */
  async makeSlow(): Promise<void> {
    await this.#change('reorder-button/index.cjs', 'const shelf =', `${pause(60)}  const shelf =`);
    await this.#change('cart-cleanup/index.mjs', 'const oldest =', `${pause(45)}  const oldest =`);
  }

  /** Sends an event without waiting for its answer. */
  async send(fixture: string): Promise<void> {
    const { functionName, event } = await this.#fixture(fixture);
    // The session ends while some of them run.
    this.#underway.push(this.#invoke(functionName, event).catch(() => undefined));
  }

  async close(): Promise<void> {
    this.#lambda.destroy();
    await Promise.all(this.#underway);
  }

  async #invoke(
    FunctionName: string,
    event: unknown,
    type: InvocationType = InvocationType.RequestResponse,
  ): Promise<void> {
    const request = { FunctionName, Payload: JSON.stringify(event), InvocationType: type };
    await this.#lambda.send(new InvokeCommand(request));
  }

  async #fixture(name: string): Promise<{ readonly functionName: string; readonly event: unknown }> {
    const file = join(this.#app, 'fixtures', 'events', `${name}.json`);
    const { function: functionName, event } = JSON.parse(await readFile(file, 'utf8'));
    return { functionName, event };
  }

  async #change(handler: string, before: string, after: string): Promise<void> {
    const file = join(this.#app, 'src', 'handlers', handler);
    await writeFile(file, (await readFile(file, 'utf8')).replace(before, after));
  }
}

function pause(seconds: number): string {
  return `await new Promise((resolve) => setTimeout(resolve, ${seconds}_000));\n`;
}
