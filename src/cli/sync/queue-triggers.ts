import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  type FunctionResponseType,
  LambdaServiceException,
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { LlxError } from '../../errors/llx-error.ts';
import { LIVE_ALIAS } from '../platform/deploy/live-address.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';
import { inLanes } from '../platform/run-list.ts';
import { isAnswer, openService, type ServiceCalls } from './service-calls.ts';
import {
  functionOfArn,
  sortedLists,
  type TriggerTable,
  type TriggerTarget,
  type Undo,
} from './trigger-table.ts';

/** Of a new queue, beside the function's timeout. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_FACTOR = 6;
const LEAST_VISIBILITY_SECONDS = 30;
/** How often, and after how long, a mapping is asked for again that Lambda is still making. */
const BUSY_TRIES = 60;
const BUSY_MS = 1_000;
const RESPONSES: FunctionResponseType[] = ['ReportBatchItemFailures'];

/**
 * Queues whose messages a function gets. A queue that is not there is made, and never deleted: there may be messages in it.
 */
export class QueueTriggers implements TriggerTable {
  readonly #lambda: LambdaCalls;
  readonly #sqs: ServiceCalls<SQSClient>;
  /** Functions of this source: a queue of theirs may be taken over. */
  #own: ReadonlySet<string> = new Set();

  constructor(lambda: LambdaCalls, signal: AbortSignal) {
    this.#lambda = lambda;
    this.#sqs = openService(new SQSClient(lambda.target.clientSettings), lambda, signal);
  }

  async read(targets: readonly TriggerTarget[]): Promise<ReadonlyMap<string, readonly string[]>> {
    this.#own = new Set(targets.map(({ functionName }) => functionName));
    const lists = await inLanes(targets, async ({ functionName }) =>
      (await this.#mappings(functionName))
        .filter(isWhole)
        .map((mapping) => [functionName, queueOf(mapping)] as const),
    );
    return sortedLists(lists.flat());
  }

  /** A mapping that is switched off. */
  async prepare(target: TriggerTarget, queue: string): Promise<Undo> {
    const UUID = await this.#create(target, queue, false);
    return async () => {
      if (UUID !== undefined) await this.#delete(target.functionName, UUID);
    };
  }

  async put(target: TriggerTarget, queue: string): Promise<void> {
    if ((await this.#create(target, queue, true)) === undefined) await this.#mend(target.functionName, queue);
  }

  /** Gives its id; undefined where there is one. */
  async #create(
    { functionName, timeout }: TriggerTarget,
    queue: string,
    Enabled: boolean,
  ): Promise<string | undefined> {
    const EventSourceArn = await this.#queueArn(queue, timeout);
    const others = (await this.#list(functionName, { EventSourceArn }))
      .filter(({ State = '' }) => !/^Disabl/.test(State))
      .map(({ FunctionArn = '' }) => functionOfArn(FunctionArn) ?? FunctionArn)
      .filter((other) => other !== functionName && !this.#own.has(other));
    if (others.length > 0) throw isConsumed(queue, others);
    const input = {
      Enabled,
      FunctionName: `${functionName}:${LIVE_ALIAS}`,
      EventSourceArn,
      // Without it what a handler says of single messages would be ignored, and those that failed be lost.
      FunctionResponseTypes: RESPONSES,
    } satisfies CreateEventSourceMappingCommand['input'];
    return await this.#lambda.call('CreateEventSourceMapping', functionName, async (client, options) => {
      try {
        return (await client.send(new CreateEventSourceMappingCommand(input), options)).UUID;
      } catch (error) {
        if (isLambdas(error, 'ResourceConflictException')) return undefined;
        // The queue fits the version that is to come, not the one that the alias leads to: it is made after that has moved.
        if (
          !Enabled &&
          isLambdas(error, 'InvalidParameterValueException') &&
          /visibility/i.test(String(error))
        )
          return undefined;
        throw error;
      }
    });
  }

  /** One that is there may be somebody's who has switched it off, or made it without the answers of single messages. */
  async #mend(functionName: string, queue: string): Promise<void> {
    const mappings = await this.#mappings(functionName);
    for (const mapping of mappings.filter((each) => queueOf(each) === queue && !isWhole(each))) {
      const { UUID } = mapping;
      const input = { UUID, Enabled: true, FunctionResponseTypes: RESPONSES };
      await this.#lambda.call('UpdateEventSourceMapping', functionName, (client, options) =>
        whenFree(options, () => client.send(new UpdateEventSourceMappingCommand(input), options)),
      );
    }
  }

  async remove({ functionName }: TriggerTarget, queue: string): Promise<void> {
    const mappings = await this.#mappings(functionName);
    for (const { UUID } of mappings.filter((mapping) => queueOf(mapping) === queue)) {
      await this.#delete(functionName, UUID);
    }
  }

  async #delete(functionName: string, UUID: string | undefined): Promise<void> {
    await this.#lambda.find('DeleteEventSourceMapping', functionName, (client, options) =>
      whenFree(options, () => client.send(new DeleteEventSourceMappingCommand({ UUID }), options)),
    );
  }

  close(): void {
    this.#sqs.close();
  }

  async #mappings(functionName: string): Promise<readonly EventSourceMappingConfiguration[]> {
    return await this.#list(functionName, { FunctionName: `${functionName}:${LIVE_ALIAS}` });
  }

  async #list(
    functionName: string,
    filter: Pick<ListEventSourceMappingsCommandInput, 'FunctionName' | 'EventSourceArn'>,
  ): Promise<readonly EventSourceMappingConfiguration[]> {
    const mappings: EventSourceMappingConfiguration[] = [];
    let Marker: string | undefined;
    do {
      const input = { ...filter, ...(Marker === undefined ? {} : { Marker }) };
      const page = await this.#lambda.find('ListEventSourceMappings', functionName, (client, options) =>
        client.send(new ListEventSourceMappingsCommand(input), options),
      );
      mappings.push(...(page?.EventSourceMappings ?? []));
      Marker = page?.NextMarker;
    } while (Marker !== undefined);
    return mappings.filter(
      ({ EventSourceArn = '', State }) => EventSourceArn.includes(':sqs:') && State !== 'Deleting',
    );
  }

  async #queueArn(QueueName: string, timeout: number): Promise<string> {
    const QueueUrl = (await this.#findQueue(QueueName)) ?? (await this.#createQueue(QueueName, timeout));
    const { Attributes } = await this.#sqs.call('sqs:GetQueueAttributes', QueueName, (client, options) =>
      client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'VisibilityTimeout'] }),
        options,
      ),
    );
    // Lambda compares it with what the alias leads to, which is not yet the version that is to come.
    const visible = Number(Attributes?.VisibilityTimeout ?? timeout);
    if (visible < timeout) {
      throw new LlxError('LLX_AWS_FAILED', {
        message: `Expected a visibility timeout of the queue ${QueueName} of at least the function's ${timeout} s, found ${visible} s.`,
        mend: `aws sqs set-queue-attributes --queue-url ${QueueUrl} --attributes VisibilityTimeout=${VISIBILITY_FACTOR * timeout}`,
      });
    }
    return Attributes?.QueueArn ?? '';
  }

  async #findQueue(QueueName: string): Promise<string | undefined> {
    try {
      const found = await this.#sqs.call('sqs:GetQueueUrl', QueueName, (client, options) =>
        client.send(new GetQueueUrlCommand({ QueueName }), options),
      );
      return found.QueueUrl;
    } catch (error) {
      if (isAnswer(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')) return undefined;
      throw error;
    }
  }

  async #createQueue(QueueName: string, timeout: number): Promise<string> {
    const Attributes = {
      VisibilityTimeout: String(Math.max(LEAST_VISIBILITY_SECONDS, VISIBILITY_FACTOR * timeout)),
      ...(QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {}),
    };
    const { QueueUrl = '' } = await this.#sqs.call('sqs:CreateQueue', QueueName, (client, options) =>
      client.send(new CreateQueueCommand({ QueueName, Attributes }), options),
    );
    return QueueUrl;
  }
}

/** Each message would be given to one of them, whichever asks first. */
function isConsumed(queue: string, others: readonly string[]): LlxError {
  return new LlxError('LLX_AWS_FAILED', {
    message: `Expected nobody else to consume the queue ${queue}, found ${others.join(', ')}, not of this source.`,
    mend: `Give the package another queue, or take this one from ${others.join(', ')}: aws lambda delete-event-source-mapping`,
  });
}

/** One that Lambda is making or changing at this moment cannot be changed. */
async function whenFree<Output>(
  { abortSignal }: { readonly abortSignal: AbortSignal },
  send: () => Promise<Output>,
): Promise<Output> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isLambdas(error, 'ResourceInUseException') || tries === BUSY_TRIES) throw error;
      await pause(BUSY_MS, undefined, { signal: abortSignal });
    }
  }
}

function isLambdas(error: unknown, name: string): boolean {
  return error instanceof LambdaServiceException && error.name === name;
}

function isWhole({ State = '', FunctionResponseTypes = [] }: EventSourceMappingConfiguration): boolean {
  return !/^Disabl/.test(State) && RESPONSES.every((each) => FunctionResponseTypes.includes(each));
}

function queueOf({ EventSourceArn = '' }: EventSourceMappingConfiguration): string {
  return EventSourceArn.slice(EventSourceArn.lastIndexOf(':') + 1);
}
