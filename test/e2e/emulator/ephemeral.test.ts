import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { startLlx } from '../../support/llx-process.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-ephemeral-'));
});

afterAll(() => rm(directory, { recursive: true }));

const SOURCE = `import { createRequire } from 'node:module';
export const handler = async () => ['a', 'b'].map(createRequire(import.meta.url));`;

test.each([
  ['an ephemeral emulator leaves nothing of functions and their layers', ['--ephemeral'], ['certificates']],
  ['a lasting one has joined layers where its state is', ['--data', '.llx/kept'], ['certificates', 'kept']],
])('%s', async (_, more, left) => {
  const flags = [...more, '--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
  const llx = await startLlx(['emulator', ...flags], { cwd: directory });
  const { endpoint } = llx.ready;
  const lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY });
  const publish = async (name: string): Promise<string> => {
    const Content = {
      ZipFile: await zipOf({ [`nodejs/node_modules/${name}.js`]: `module.exports = 'of ${name}';` }),
    };
    const { LayerVersionArn = '' } = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: name, Content }),
    );
    return LayerVersionArn;
  };
  const Layers = [await publish('a'), await publish('b')];
  const Code = { ZipFile: await zipOf({ 'index.mjs': SOURCE }) };
  await lambda.send(new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: 'reads', Code, Layers }));
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'reads' }));
  lambda.destroy();
  await llx.stop();
  expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual(['of a', 'of b']);
  expect(await readdir(join(directory, '.llx'))).toEqual(left);
});
