import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { LambdaFunctionURLEvent } from 'aws-lambda';

/** `GET /countdown?from=3`: each line reaches the caller as soon as it is written. */
export const handler = awslambda.streamifyResponse<LambdaFunctionURLEvent>(async (event, responseStream) => {
  const from = Number(event.queryStringParameters?.from ?? 3);
  responseStream.setContentType('text/plain');
  await pipeline(Readable.from(countdown(from)), responseStream);
});

async function* countdown(from: number): AsyncGenerator<string> {
  for (let count = from; count > 0; count--) {
    yield `${count}\n`;
    await pause(50);
  }
  yield 'lift-off!\n';
}
