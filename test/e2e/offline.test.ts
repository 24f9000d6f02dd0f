import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IoTDataPlaneClient, PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LlxProcess, lambdaClient, startLlx } from '../support/llx-process.ts';

let llx: LlxProcess;
let client: LambdaClient;

beforeAll(async () => {
  llx = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0', '--verbose']);
  client = lambdaClient(llx.ready.endpoint);
  // What has a second must not need it to be built and started, however busy the machine is.
  const isCold = async (): Promise<boolean> =>
    (await invoke('slow', { isWarmUp: true })).FunctionError !== undefined;
  while (await isCold());
}, 30_000);

afterAll(async () => {
  client.destroy();
  await llx.stop();
});

function invoke(
  name: string,
  event: unknown = {},
  options: Partial<ConstructorParameters<typeof InvokeCommand>[0]> = {},
): Promise<InvokeCommandOutput> {
  return client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...options }));
}

function payloadOf(answer: InvokeCommandOutput): unknown {
  return JSON.parse(new TextDecoder().decode(answer.Payload));
}

function logOf(answer: InvokeCommandOutput): string[] {
  return Buffer.from(answer.LogResult ?? '', 'base64')
    .toString('utf8')
    .split('\n');
}

describe('llx dev --offline, through the AWS SDK', () => {
  test('the first line is the ready line, with every function', () => {
    expect(llx.lines[0]).toEqual({
      type: 'ready',
      mode: 'offline',
      account: '000000000000',
      region: 'us-east-1',
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      mqtt: expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:\d+$/),
      functions: expect.arrayContaining([
        { name: 'who', arn: 'arn:aws:lambda:us-east-1:000000000000:function:who' },
      ]),
    });
  });

  test('the local handler answers, not the deployed one', async () => {
    const answer = await invoke('who');
    expect(payloadOf(answer)).toBe('local');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
  });

  test('the event arrives byte for byte, and so does the answer', async () => {
    const event = {
      text: 'a\u2028b \u{1F600} 漢字 \\ "quoted" \u0000',
      deep: [[[]]],
      number: 1e21,
      empty: '',
    };
    expect(payloadOf(await invoke('echo', event))).toEqual(event);
    const lone = new TextEncoder().encode('{"half":"\\ud800"}');
    const answer = await invoke('echo', undefined, { Payload: lone });
    expect(new TextDecoder().decode(answer.Payload)).toBe('{"half":"\\ud800"}');
  });

  test('no payload gives the handler an empty object', async () => {
    expect(payloadOf(await client.send(new InvokeCommand({ FunctionName: 'echo' })))).toEqual({});
  });

  test('the function is found by ARN, partial ARN and qualifier, which the handler sees', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:context';
    for (const name of [arn, '000000000000:function:context']) {
      expect(payloadOf(await invoke(name))).toMatchObject({ invokedFunctionArn: arn });
    }
    expect(payloadOf(await invoke('context', {}, { Qualifier: '$LATEST' }))).toMatchObject({
      invokedFunctionArn: `${arn}:$LATEST`,
    });
  });

  test('the handler has its context and environment, and not the developer’s profile', async () => {
    const ClientContext = Buffer.from(JSON.stringify({ custom: { tenant: 'a' } })).toString('base64');
    const answer = await invoke('context', {}, { ClientContext });
    expect(payloadOf(answer)).toEqual({
      functionName: 'context',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context',
      memoryLimitInMB: '256',
      awsRequestId: answer.$metadata.requestId,
      remaining: true,
      clientContext: { custom: { tenant: 'a' } },
      stage: 'e2e',
    });
  });

  test('a handler’s error keeps its name, message and source-mapped trace', async () => {
    const answer = await invoke('throws', { n: 7 });
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payloadOf(answer)).toEqual({
      errorType: 'OrderRejected',
      errorMessage: 'no product 7',
      trace: [
        'OrderRejected: no product 7',
        expect.stringMatching(/^ {4}at .*throws \(.*src\/failures\.ts:8:9\)$/),
      ],
    });
  });

  test('a handler over its timeout is killed, with Lambda’s answer', async () => {
    const answer = await invoke('slow', {}, { LogType: 'Tail' });
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payloadOf(answer)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${answer.$metadata.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(logOf(answer).filter((line) => line.endsWith('\tstarting to wait'))).toHaveLength(1);
  });

  test('a handler that exits fails like on Lambda, and the next invocation works', async () => {
    const answer = await invoke('exits');
    expect(payloadOf(answer)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${answer.$metadata.requestId} Error: Runtime exited with error: exit status 7`,
    });
    expect(payloadOf(await invoke('exits'))).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  test('an answer over 6 MB is Lambda’s error', async () => {
    expect(payloadOf(await invoke('oversize'))).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('nested handlers, top-level await and callbacks work', async () => {
    expect(payloadOf(await invoke('nested', { n: 3 }))).toEqual({ started: 'after a top-level await', n: 3 });
    expect(payloadOf(await invoke('old-callback', { n: 1 }))).toEqual({ n: 2 });
  });

  test('a streamed answer is gathered', async () => {
    const answer = await invoke('stream', { words: ['"one', ' two"'] });
    expect(payloadOf(answer)).toBe('one two');
  });

  test.each([
    ['just above 6 MB', 97],
    ['far above what the emulator’s own processes send each other', 320],
  ])('a streamed answer %s is Lambda’s error, and the next one works', async (_size, times) => {
    const answer = await invoke('stream', { words: ['x'.repeat(64 * 1024)], times });
    expect(answer.FunctionError).toBe('Unhandled');
    expect(payloadOf(answer)).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(payloadOf(await invoke('stream', { words: ['1'] }))).toBe(1);
  });

  test('the log tail has the laptop’s lines between START and REPORT', async () => {
    const answer = await invoke('echo', { n: 1 }, { LogType: 'Tail' });
    const id = answer.$metadata.requestId;
    expect(logOf(answer)).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\t${id}\\tINFO\\techo$`)),
      `END RequestId: ${id}`,
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 1024 MB\\tMax Memory Used: [1-9]\\d* MB\\t`,
        ),
      ),
      '',
    ]);
  });

  test('an Event invocation answers 202 at once and runs; a DryRun answers 204 and does not', async () => {
    const event = await invoke('context', {}, { InvocationType: 'Event' });
    expect(event).toMatchObject({ StatusCode: 202 });
    expect(event.ExecutedVersion).toBeUndefined();
    await llx.line(
      ({ requestId, phase }) => requestId === event.$metadata.requestId && phase === 'succeeded',
    );
    const dry = await invoke('context', {}, { InvocationType: 'DryRun' });
    expect(dry).toMatchObject({ StatusCode: 204 });
    expect(llx.lines.some(({ requestId }) => requestId === dry.$metadata.requestId)).toBe(false);
  });

  test('a message that a rule of the configuration takes runs the local handler', async () => {
    const { region, credentials } = client.config;
    const iot = new IoTDataPlaneClient({ endpoint: llx.ready.endpoint, region, credentials });
    const directory = await mkdtemp(join(tmpdir(), 'llx-rule-'));
    try {
      const file = join(directory, 'ledger');
      const publish = (n: number) =>
        iot.send(
          new PublishCommand({ topic: 'rooms/kitchen', qos: 1, payload: JSON.stringify({ file, n }) }),
        );
      await publish(1);
      await publish(2);
      await llx.line((line) => line.function === 'ledger' && line.phase === 'succeeded');
      expect(await readFile(file, 'utf8')).toBe('local 2\n');
    } finally {
      iot.destroy();
      await rm(directory, { recursive: true });
    }
  });

  test('each invocation shows its phases', async () => {
    const answer = await invoke('slow');
    const requestId = answer.$metadata.requestId;
    await llx.line((line) => line.requestId === requestId && line.phase === 'timed-out');
    const phases = llx.lines.filter((line) => line.type === 'invocation' && line.requestId === requestId);
    expect(phases.map(({ phase }) => phase)).toEqual(['offered', 'claimed', 'timed-out']);
    expect(phases.at(-1)).toMatchObject({ function: 'slow', durationMs: expect.any(Number) });
  });

  test('an unknown function and a payload that is not JSON are Lambda’s own errors', async () => {
    await expect(invoke('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST',
      Type: 'User',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(invoke('echo', undefined, { Payload: '{' })).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
      message: expect.stringMatching(
        /^Could not parse request body into json: Could not parse payload into json: /,
      ),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('a 5.9 MB event and its answer pass', async () => {
    const event = { text: 'ä'.repeat(2.9 * 1024 * 1024), tail: [1, 2, 3] };
    expect(payloadOf(await invoke('echo', event))).toEqual(event);
  });

  test('exactly 6 MB passes, one byte more is AWS’s own error', async () => {
    const limit = 6 * 1024 * 1024;
    const fits = await invoke('context', undefined, { Payload: `"${'x'.repeat(limit - 2)}"` });
    expect(fits.FunctionError).toBeUndefined();
    await expect(
      invoke('context', undefined, { Payload: `"${'x'.repeat(limit - 1)}"` }),
    ).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      $metadata: { httpStatusCode: 413 },
    });
  });

  test('a web page may not call it', async () => {
    const response = await fetch(`${llx.ready.endpoint}/2015-03-31/functions/who/invocations`, {
      method: 'POST',
      headers: { origin: 'https://example.com' },
    });
    expect(response.status).toBe(403);
  });

  test('2,000 mixed concurrent invocations each get their own answer', async () => {
    const names = ['echo', 'throws', 'old-callback', 'nested', 'context'] as const;
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let n = next++; n < 2000; n = next++) {
        const name = names[n % names.length] ?? 'echo';
        const answer = await invoke(name, { n });
        const payload = payloadOf(answer);
        if (name === 'echo') expect(payload).toEqual({ n });
        else if (name === 'old-callback') expect(payload).toEqual({ n: n + 1 });
        else if (name === 'nested') expect(payload).toEqual({ started: 'after a top-level await', n });
        else if (name === 'throws')
          expect(payload).toMatchObject({ errorType: 'OrderRejected', errorMessage: `no product ${n}` });
        else expect(payload).toMatchObject({ awsRequestId: answer.$metadata.requestId });
      }
    };
    await Promise.all(Array.from({ length: 32 }, lane));
  }, 60_000);

  test('nothing was thrown away but what came twice, or after its handler had run into its deadline', () => {
    const dropped = llx.lines
      .filter(({ type }) => type === 'dropped')
      .map(({ process, reason, detail }) => {
        const [, kind, id] = /^(\w+) of invocation (\w+), /.exec(String(detail)) ?? [];
        return { what: `${process} ${reason} ${kind ?? detail}`, id };
      });
    // On a machine that is busy, an offer that was not claimed within a second is sent again under its number, and may
    // be answered again: by then the stub has the answer, or has forgotten the invocation.
    const offers = dropped.filter(({ what }) => what === 'session message-duplicate offer');
    const offeredAgain = new Set(offers.map(({ id }) => id));
    const second =
      /^(?:session message-duplicate offer|stub (?:message-duplicate|invocation-ended) (?:claim|result|error))$/;
    // Of `slow`, which runs into its deadline in two tests, an answer may come late.
    const late = /^stub invocation-ended /;
    const unexplained = dropped.filter(
      ({ what, id }) => !late.test(what) && !(second.test(what) && offeredAgain.has(id)),
    );
    expect(unexplained).toEqual([]);
    expect(llx.stderr()).toBe('');
  });
});
