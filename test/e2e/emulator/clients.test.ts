import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListLayersCommand,
  PublishVersionCommand,
  PutRuntimeManagementConfigCommand,
  paginateListFunctions,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { type LlxProcess, startLlx } from '../../support/llx-process.ts';

let directory: string;
let llx: LlxProcess;

const START = ['emulator', '--port', '0', '--mqtt-port', '0'];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-clients-'));
  llx = await startLlx(START, { cwd: directory });
});

afterAll(async () => {
  await llx.stop();
  await rm(directory, { recursive: true });
});

function settings() {
  const { endpoint } = llx.ready;
  return { endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY, maxAttempts: 1 };
}

async function deploy(name: string, source: string): Promise<void> {
  const ZipFile = await zipOf({ 'index.mjs': source });
  await new LambdaClient(settings()).send(
    new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: name, Code: { ZipFile } }),
  );
}

async function invoke(name: string, event: unknown = {}, Qualifier?: string): Promise<unknown> {
  const { Payload } = await new LambdaClient(settings()).send(
    new InvokeCommand({
      FunctionName: name,
      Payload: Buffer.from(JSON.stringify(event)),
      ...(Qualifier === undefined ? {} : { Qualifier }),
    }),
  );
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

describe('AWS’s own clients, with no project and no account', () => {
  test('say who they are', async () => {
    const { Arn } = await new STSClient(settings()).send(new GetCallerIdentityCommand());
    expect(Arn).toBe('arn:aws:iam::000000000000:root');
  });

  test('deploy a function, invoke its versions, follow its alias', async () => {
    const lambda = new LambdaClient(settings());
    await deploy('greet', "export const handler = async ({ name }) => 'hello ' + name;");
    expect(await invoke('greet', { name: 'Ada' })).toBe('hello Ada');
    const { Version = '' } = await lambda.send(new PublishVersionCommand({ FunctionName: 'greet' }));
    const ZipFile = await zipOf({ 'index.mjs': "export const handler = async () => 'second';" });
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'greet', ZipFile }));
    const alias = { FunctionName: 'greet', Name: 'live', FunctionVersion: Version };
    await lambda.send(new CreateAliasCommand(alias));
    expect([await invoke('greet'), await invoke('greet', { name: 'Eve' }, 'live')]).toEqual([
      'second',
      'hello Eve',
    ]);
  });

  test('page through functions, and find what they deleted gone', async () => {
    const lambda = new LambdaClient(settings());
    for (const name of ['page-1', 'page-2', 'page-3']) await deploy(name, 'export const handler = () => 1;');
    const names: (string | undefined)[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client: lambda, pageSize: 2 }, {})) {
      names.push(...Functions.map(({ FunctionName }) => FunctionName));
    }
    expect(names.filter((name) => name?.startsWith('page-'))).toEqual(['page-1', 'page-2', 'page-3']);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'page-2' }));
    const gone = lambda.send(new GetFunctionCommand({ FunctionName: 'page-2' }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('get a streamed answer in pieces', async () => {
    await deploy(
      'stream',
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('one ');
        stream.write('two');
        stream.end();
      });`,
    );
    const { EventStream } = await new LambdaClient(settings()).send(
      new InvokeWithResponseStreamCommand({ FunctionName: 'stream' }),
    );
    let text = '';
    for await (const { PayloadChunk } of EventStream ?? []) {
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
    }
    expect(text).toBe('one two');
  });

  test('send messages that a function gets, and read what it logged and how often it ran', async () => {
    const sqs = new SQSClient(settings());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    const asked = { QueueUrl, AttributeNames: ['QueueArn'] } as const;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ ...asked, AttributeNames: ['QueueArn'] }),
    );
    await deploy(
      'consume',
      'export const handler = async ({ Records }) => { for (const { body } of Records) console.log("got " + body); };',
    );
    const mapping = { FunctionName: 'consume', EventSourceArn: Attributes?.QueueArn };
    await new LambdaClient(settings()).send(new CreateEventSourceMappingCommand(mapping));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a book' }));
    const logs = new CloudWatchLogsClient(settings());
    const lines = async (): Promise<string> => {
      const logGroupName = '/aws/lambda/consume';
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      return (events ?? []).map(({ message }) => message).join('');
    };
    await expect.poll(() => lines().catch(() => ''), { timeout: 15_000 }).toContain('got a book');
    const metric = {
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: 'consume' }],
    };
    const { MetricDataResults } = await new CloudWatchClient(settings()).send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } }],
      }),
    );
    expect(MetricDataResults?.[0]?.Values?.reduce((sum, value) => sum + value, 0)).toBe(1);
  });

  test('keep the order of a group, and do not get a duplicate', async () => {
    const sqs = new SQSClient(settings());
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'steps.fifo', Attributes: { FifoQueue: 'true' } }),
    );
    const Entries = ['a', 'b', 'b'].map((id, index) => ({
      Id: String(index),
      MessageBody: id,
      MessageGroupId: 'g',
      MessageDeduplicationId: id,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['a', 'b']);
  });

  test('are told by name what is not implemented', async () => {
    const lambda = new LambdaClient(settings());
    const asked = { FunctionName: 'greet', UpdateRuntimeOn: 'Auto' } as const;
    await expect(lambda.send(new PutRuntimeManagementConfigCommand(asked))).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: expect.stringContaining('PutRuntimeManagementConfig'),
    });
    expect((await lambda.send(new ListLayersCommand())).Layers).toEqual([]);
  });

  test('find all of it again after the emulator has been killed', async () => {
    await deploy('kept', "export const handler = async () => 'still here';");
    const { FunctionUrl = '' } = await new LambdaClient(settings()).send(
      new CreateFunctionUrlConfigCommand({ FunctionName: 'kept', AuthType: 'NONE' }),
    );
    const sqs = new SQSClient(settings());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    llx.child.kill('SIGKILL');
    await llx.exit;
    llx = await startLlx(START, { cwd: directory });
    expect(llx.ready.functions.map(({ name }) => name)).toContain('kept');
    expect(await invoke('kept')).toBe('still here');
    const again = new SQSClient(settings());
    const url = `${llx.ready.endpoint}${new URL(QueueUrl ?? '').pathname}`;
    const { Messages } = await again.send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['kept']);
    expect(new URL(FunctionUrl).hostname).toMatch(/\.lambda-url\.us-east-1\.localhost$/);
  });
});
