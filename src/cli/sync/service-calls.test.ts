import { expect, test } from 'vitest';
import type { AwsTarget } from '../aws-target.ts';
import { openLambda } from '../platform/lambda-calls.ts';
import { openService } from './service-calls.ts';

test('what the SDK aborts itself is a failure that is tried again, what llx aborts its own reason', async () => {
  const endpoint = 'http://127.0.0.1:1';
  const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' });
  const clientSettings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const target: AwsTarget = {
    endpoint,
    region: 'us-east-1',
    credentials,
    clientSettings,
    describe: () => endpoint,
  };
  const stop = new AbortController();
  const aborted = async () => {
    throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  };
  const lambda = openLambda(target, stop.signal);
  const service = openService({ destroy: () => undefined }, lambda, stop.signal);
  await expect(lambda.call('ListFunctions', '*', aborted)).rejects.toMatchObject({ code: 'LLX_AWS_FAILED' });
  await expect(service.call('iot:ListTopicRules', '*', aborted)).rejects.toMatchObject({
    code: 'LLX_AWS_FAILED',
  });
  const interrupted = service.call('iot:ListTopicRules', '*', async () => {
    stop.abort(new Error('Ctrl-C'));
    return await aborted();
  });
  await expect(interrupted).rejects.toThrow('Ctrl-C');
  lambda.close();
});
