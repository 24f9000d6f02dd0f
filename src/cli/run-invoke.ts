import {
  InvokeCommand,
  type InvokeCommandOutput,
  LambdaClient,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { isLlxError, LlxError } from '../errors/llx-error.ts';
import { LAMBDA } from '../protocol/limits.ts';
import { awsTarget, type ClientSettings, emulatorEndpoint, type TargetFlags } from './aws-target.ts';
import { withLane } from './client-context.ts';
import { unreachable } from './emulator-client.ts';
import { explainAwsFailure } from './live/aws-failure.ts';
import { DEVELOPMENT_CREDENTIALS } from './live/master-credentials.ts';
import { type EventFlags, type InvokedEvent, readEvent } from './read-event.ts';

export type InvokeFlags = EventFlags &
  TargetFlags & {
    readonly qualifier?: string;
    readonly lane?: string;
    readonly async?: boolean;
    readonly tail?: boolean;
    readonly json?: boolean;
  };

/** Lambda's longest invocation, and what it takes to get there and back. */
const LONGEST_MS = LAMBDA.timeoutMs + 30_000;

/** Where the answer and the log are printed. */
type Streams = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/** `llx invoke`: a client of Lambda's own API, so what it does an AWS SDK does too. Gives the exit code. */
export async function runInvoke(
  name: string,
  flags: InvokeFlags,
  streams: Streams = process,
): Promise<number> {
  const answer = await send(name, await readEvent(flags), flags);
  print(answer, flags, streams);
  return answer.FunctionError === undefined ? 0 : 1;
}

async function send(name: string, event: InvokedEvent, flags: InvokeFlags): Promise<InvokeCommandOutput> {
  if (flags.aws === true) return await sendToAws(name, event, flags);
  const endpoint = emulatorEndpoint(flags, process.env);
  // Not asked what it is: that would double what an invocation of a warm function takes.
  const settings = { endpoint, region: 'us-east-1', maxAttempts: 1 };
  try {
    return await sendWith({ ...settings, credentials: DEVELOPMENT_CREDENTIALS }, name, event, flags);
  } catch (error) {
    if (!isRefusal(error)) throw explain(error, name, flags, endpoint);
  }
  // It knows users, of whom one calls then, or is in another region.
  try {
    const { clientSettings } = await awsTarget(flags);
    return await sendWith(clientSettings, name, event, flags);
  } catch (error) {
    throw explain(error, name, flags, endpoint);
  }
}

async function sendToAws(
  name: string,
  event: InvokedEvent,
  flags: InvokeFlags,
): Promise<InvokeCommandOutput> {
  const { clientSettings } = await awsTarget(flags);
  try {
    // Once: what failed on the way back may have run.
    return await sendWith({ ...clientSettings, maxAttempts: 1 }, name, event, flags);
  } catch (error) {
    throw explainAwsFailure(error, { ...invocationOf(name), functionName: name });
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof LambdaServiceException &&
    ['UnrecognizedClientException', 'InvalidSignatureException'].includes(error.name)
  );
}

async function sendWith(
  settings: ClientSettings,
  name: string,
  event: InvokedEvent,
  flags: InvokeFlags,
): Promise<InvokeCommandOutput> {
  const client = new LambdaClient(settings);
  const clientContext = withLane(event.clientContext, flags.lane);
  try {
    return await client.send(
      new InvokeCommand({
        FunctionName: name,
        Payload: event.json,
        InvocationType: flags.async === true ? 'Event' : 'RequestResponse',
        ...(flags.qualifier === undefined ? {} : { Qualifier: flags.qualifier }),
        ...(flags.tail === true ? { LogType: 'Tail' } : {}),
        ...(clientContext === undefined ? {} : { ClientContext: encoded(clientContext) }),
      }),
      { requestTimeout: LONGEST_MS },
    );
  } finally {
    client.destroy();
  }
}

function encoded(clientContext: unknown): string {
  return Buffer.from(JSON.stringify(clientContext)).toString('base64');
}

function print(answer: InvokeCommandOutput, flags: InvokeFlags, { stdout, stderr }: Streams): void {
  // The SDK gives an empty text where there is no body, as for an asynchronous invocation.
  const text = answer.Payload instanceof Uint8Array ? new TextDecoder().decode(answer.Payload) : '';
  const log =
    answer.LogResult === undefined ? undefined : Buffer.from(answer.LogResult, 'base64').toString('utf8');
  if (flags.json === true) {
    const { StatusCode, ExecutedVersion, FunctionError, $metadata } = answer;
    const facts = {
      statusCode: StatusCode,
      requestId: $metadata.requestId,
      executedVersion: ExecutedVersion,
      functionError: FunctionError,
      log,
    };
    stdout.write(`${JSON.stringify({ ...facts, payload: text === '' ? undefined : parsed(text) })}\n`);
    return;
  }
  if (log !== undefined) stderr.write(log);
  // A function's error is its answer: it goes to stdout too, and the exit code tells them apart.
  if (text !== '') stdout.write(`${text}\n`);
}

/** A streamed answer need not be JSON: it is shown as the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function explain(error: unknown, name: string, { qualifier }: InvokeFlags, endpoint: string): unknown {
  if (isLlxError(error)) return error;
  if (error instanceof LambdaServiceException) {
    if (error.name !== 'ResourceNotFoundException') {
      return explainAwsFailure(error, invocationOf(name), { emulator: true });
    }
    return new LlxError('LLX_FUNCTION_UNKNOWN', {
      message: `Expected a function named ${name}${qualifier === undefined ? '' : `:${qualifier}`} at ${endpoint}, found none.`,
      mend: 'See which there are: llx list, llx versions FN, llx alias FN\nOr make it: llx deploy DIR --name FN, or `functions` of llx.config.ts',
      cause: error,
    });
  }
  return unreachable(endpoint, error);
}

/** In a policy, a function is its ARN. */
function invocationOf(name: string): { readonly action: string; readonly resource: string } {
  const resource = name.startsWith('arn:') ? name : `arn:aws:lambda:*:*:function:${name}`;
  return { action: 'lambda:InvokeFunction', resource };
}
