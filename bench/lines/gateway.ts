import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../test/support/deployed-code.ts';
import { root, startChild, startLlx } from '../child.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const ROUNDS = 3;
const ROUND_MS = 3_000;
const WARM_UP_MS = 1_000;

/** What a small API does for a request: some milliseconds of work, as of a query and its rendering. */
const WORKING = `
import { pbkdf2Sync } from 'node:crypto';
export const handler = async (event) => {
  const key = pbkdf2Sync('password', event.rawPath, 10_000, 32, 'sha256').toString('hex');
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key }) };
};
`;

const TRIVIAL = `
export const handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"ok":true}',
});
`;

/**
 * Requests a second through an HTTP API, against Node.js's own server with the same handler, both with a process on each
 * core. Beside the work of a handler stands a handler without any, whose ratio is the price of a process apart.
 */
export async function gateway(): Promise<readonly Line[]> {
  const working = await measure('working', WORKING);
  const trivial = await measure('trivial', TRIVIAL);
  return [
    {
      name: `gateway, ${availableParallelism()} requests in flight, a handler of some milliseconds`,
      value: working.gateway,
      unit: '/s',
      floor: working.floor,
      floorName: 'bare Node.js server, a process on each core',
      bar: { ratio: 0.6, better: 'higher' },
    },
    {
      name: 'the same, a handler that does nothing',
      value: trivial.gateway,
      unit: '/s',
      floor: trivial.floor,
      floorName: 'bare Node.js server, a process on each core',
    },
  ];
}

async function measure(
  name: string,
  source: string,
): Promise<{ readonly gateway: number; readonly floor: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-bench-gateway-'));
  const handlerFile = join(directory, 'handler.mjs');
  await writeFile(handlerFile, source);
  const llx = await startLlx(['emulator', '--ephemeral', '--wss-port', '0', '--mtls-port', '0'], directory);
  const server = await startChild([join(root, 'bench', 'floors', 'http-server.ts'), handlerFile]);
  try {
    const api = await deploy(llx.ready.endpoint, name, source);
    const { hostname, port } = new URL(llx.ready.endpoint);
    const gatewayLoad = loadOf({
      hostname,
      port,
      path: '/orders/7',
      host: `${api}.execute-api.localhost:${port}`,
    });
    const floorLoad = loadOf({
      hostname: '127.0.0.1',
      port: server.firstLine,
      path: '/orders/7',
      host: 'localhost',
    });
    await gatewayLoad(WARM_UP_MS);
    await floorLoad(WARM_UP_MS);
    const rounds: { readonly gateway: number; readonly floor: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ gateway: await gatewayLoad(ROUND_MS), floor: await floorLoad(ROUND_MS) });
    }
    return {
      gateway: median(rounds.map((one) => one.gateway)),
      floor: median(rounds.map(({ floor }) => floor)),
    };
  } finally {
    await Promise.all([llx.stop(), server.stop()]);
    await rm(directory, { recursive: true, maxRetries: 5 });
  }
}

/** Gives the API's id. */
async function deploy(endpoint: string, FunctionName: string, source: string): Promise<string> {
  const settings = { endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY };
  const lambda = new LambdaClient(settings);
  const apis = new ApiGatewayV2Client(settings);
  try {
    const Code = { ZipFile: await zipOf({ 'index.mjs': source }) };
    const { FunctionArn: Target } = await lambda.send(
      new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName, Code }),
    );
    const { ApiId = '' } = await apis.send(
      new CreateApiCommand({ Name: FunctionName, ProtocolType: 'HTTP', Target }),
    );
    return ApiId;
  } finally {
    lambda.destroy();
    apis.destroy();
  }
}

/** Requests a second, one in flight for each core: so many processes a function has then. */
function loadOf(target: {
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly host: string;
}): (milliseconds: number) => Promise<number> {
  const { host, ...place } = target;
  return async (milliseconds) => {
    const agent = new Agent({ keepAlive: true });
    const one = (): Promise<void> =>
      new Promise((resolve, reject) => {
        get({ ...place, agent, headers: { host } }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`expected 200, found ${answer.statusCode}`));
          answer.resume().once('end', resolve).once('error', reject);
        }).once('error', reject);
      });
    let count = 0;
    const start = performance.now();
    const lane = async (): Promise<void> => {
      while (performance.now() - start < milliseconds) {
        await one();
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
    agent.destroy();
    return (count / (performance.now() - start)) * 1000;
  };
}
