import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.ts';
import { DeployedStack } from './support/deployed-stack.ts';
import { ACCOUNT, startLambda } from './support/lambda-stand-in.ts';
import { repository, type SynthesizedApp, sampleApp, synthesize } from './support/synthesize.ts';
import { changesOf } from './support/template-changes.ts';

const FUNCTIONS = ['OrdersApi', 'OrdersQueue', 'CartCleanup', 'ReorderButton', 'ApproveOrder'] as const;
const place = { name: 'Shop', account: '111122223333', region: 'eu-west-1', iotEndpoint: 'x-ats.iot.test' };

/** Without the one line of llx; with it and without the context; with the context for all functions, and for some. */
let plain: SynthesizedApp;
let inert: SynthesizedApp;
let live: SynthesizedApp;
let some: SynthesizedApp;

beforeAll(async () => {
  const withoutLlx = relative(sampleApp, join(repository, 'test', 'cdk', 'apps', 'shop-without-llx.ts'));
  // Two at a time: more would only wait for each other.
  [plain, inert] = await Promise.all([
    synthesize({ cwd: sampleApp, app: `node ${withoutLlx}` }),
    synthesize({ cwd: sampleApp }),
  ]);
  [live, some] = await Promise.all([
    synthesize({ cwd: sampleApp, llx: 'true' }),
    synthesize({ cwd: sampleApp, llx: 'Orders*' }),
  ]);
}, 300_000);

afterAll(() => Promise.all([plain, inert, live, some].map((app) => app?.remove())));

const shop = (app: SynthesizedApp): DeployedStack =>
  new DeployedStack(join(app.directory, 'Shop.template.json'), place);

const functionId = (app: SynthesizedApp, id: string): string =>
  shop(app).logicalId('AWS::Lambda::Function', id);

/** Digests of the templates and of everything that is uploaded. */
async function deployedFiles({ directory }: SynthesizedApp): Promise<Record<string, string>> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((file) => /(^asset\.)|(\.(template|assets)\.json$)/.test(file))
    .sort();
  const digest = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(join(directory, file)))
      .digest('hex');
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await digest(file)] as const)),
  );
}

describe('the sample app without the context', () => {
  test('its template and all that is uploaded are, byte for byte, those of the app without llx', async () => {
    const files = await deployedFiles(inert);
    expect(Object.keys(files)).toContain('Shop.template.json');
    expect(files).toEqual(await deployedFiles(plain));
  });
});

describe('the sample app with -c llx=true', () => {
  test('of each function the handler, the layers, the environment; of each role the trust; nothing else', async () => {
    const { added, removed, changed } = changesOf(
      await plain.read('Shop.template.json'),
      await live.read('Shop.template.json'),
    );
    expect(removed).toEqual([]);
    expect(changed).toEqual(
      Object.fromEntries(
        FUNCTIONS.flatMap((id) => [
          [functionId(live, id), expect.arrayContaining(['Properties.Handler', 'Properties.Layers'])],
          [
            shop(live).logicalId('AWS::IAM::Role', `${id}ServiceRole`),
            ['Properties.AssumeRolePolicyDocument.Statement'],
          ],
        ]),
      ),
    );
    expect(added).toEqual([
      ...FUNCTIONS.map(() => 'AWS::IAM::Policy'),
      // Asks for the endpoint: its function with a log, its role and what that may do.
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Lambda::LayerVersion',
      'AWS::Logs::LogGroup',
      'Custom::LlxIotEndpoint',
    ]);
  });

  test.each(FUNCTIONS)('%s has its own variables and settings beside those of the stub', (id) => {
    const before = shop(plain).resource(functionId(plain, id)).Properties ?? {};
    const { Environment, Handler, Layers, ...rest } =
      shop(live).resource(functionId(live, id)).Properties ?? {};
    const layer = shop(live).logicalId('AWS::Lambda::LayerVersion', '');
    const { Handler: handler, Environment: own, ...others } = before;
    expect({ Handler, Layers }).toEqual({ Handler: '/opt/llx/index.handler', Layers: [{ Ref: layer }] });
    expect(rest).toEqual(others);
    const variables = (own as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
    expect(shop(live).resolve(Environment)).toEqual({
      Variables: {
        ...variables,
        LLX_HANDLER: handler,
        LLX_ACCOUNT_ID: '111122223333',
        LLX_IOT_ENDPOINT: 'x-ats.iot.test',
      },
    });
  });

  test('the endpoint is asked by the deployment, once for the stack', async () => {
    const template = Template.fromJSON(JSON.parse(await live.read('Shop.template.json')));
    template.resourceCountIs('Custom::LlxIotEndpoint', 1);
    expect(await live.read('Shop.template.json')).toContain('iot:Data-ATS');
  });

  test('the layer is the built stub', async () => {
    const stack = shop(live);
    const { Content } = stack.resource(stack.logicalId('AWS::Lambda::LayerVersion', '')).Properties as {
      readonly Content: { readonly S3Key: unknown };
    };
    const asset = stack.asset(Content);
    if (asset.type !== 'folder') throw new Error('expected a folder');
    expect(await readdir(asset.path, { recursive: true })).toEqual(['llx', join('llx', 'index.mjs')]);
    expect(await readFile(join(asset.path, 'llx', 'index.mjs'), 'utf8')).toBe(
      await readFile(join(repository, 'dist', 'stub', 'index.mjs'), 'utf8'),
    );
  });

  test('a developer may take the role by signing in with the permission set, and nobody else of the account', () => {
    const stack = shop(live);
    const role = stack.resource(stack.logicalId('AWS::IAM::Role', 'OrdersApiServiceRole'));
    expect(stack.resolve(role.Properties?.AssumeRolePolicyDocument)).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
        {
          Effect: 'Allow',
          Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Condition: {
            ArnLike: {
              'aws:PrincipalArn': [
                'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_*',
              ],
            },
          },
        },
      ],
    });
  });
});

const order = { id: 'A-1', currency: 'EUR', items: [{ sku: 'MUG', quantity: 2, price: 600 }] };

describe('a deployment of the sample app with -c llx=true', () => {
  test.each([
    ['OrdersApi', { body: JSON.stringify(order) }, { statusCode: 201 }],
    ['OrdersQueue', { Records: [] }, { batchItemFailures: [] }],
    ['CartCleanup', { time: '2026-11-02T02:00:00Z' }, { abandoned: ['cart-1', 'cart-2'] }],
    ['ReorderButton', { button: 'button-8' }, { sku: 'PLATE', quantity: 50 }],
    ['ApproveOrder', order, { approved: false, total: 1200, account: ACCOUNT }],
  ] as const)(
    '%s runs its deployed code, with a session the local code, and after it its own again',
    async (functionId, event, answer) => {
      const template = join(live.directory, 'Shop.template.json');
      const lambda = await startLambda({ template, stackName: 'Shop', functionId });
      try {
        expect(await lambda.invoke(event)).toMatchObject(answer);
        const session = await lambda.startSession();
        // The deployed code answers until the stub has reached the broker.
        await expect.poll(() => lambda.invoke(event), { timeout: 30_000 }).toEqual({ local: event });
        await session.close();
        expect(await lambda.invoke(event)).toMatchObject(answer);
      } finally {
        await lambda.close();
      }
    },
    60_000,
  );
});

test('the manifest has each function with its source and what invokes it, and says which are live', async () => {
  const functionsIn = async (app: SynthesizedApp): Promise<Manifest['functions']> =>
    (JSON.parse(await app.read('llx.manifest.json')) as Manifest).functions;
  const functions = await functionsIn(inert);
  expect(functions.map(({ path, entry, sources }) => [path, entry?.file, sources])).toEqual([
    [
      'Shop/OrdersApi',
      'src/handlers/orders-api.ts',
      [
        { type: 'http', api: 'http', method: 'POST', path: '/orders' },
        { type: 'http', api: 'http', method: 'GET', path: '/orders/{id}' },
      ],
    ],
    [
      'Shop/OrdersQueue',
      'src/handlers/orders-queue.ts',
      [{ type: 'queue', name: expect.stringMatching(/^Orders/) }],
    ],
    [
      'Shop/CartCleanup',
      'src/handlers/cart-cleanup/index.mjs',
      [{ type: 'schedule', expression: 'cron(0 2 * * ? *)' }],
    ],
    [
      'Shop/ReorderButton',
      'src/handlers/reorder-button/index.cjs',
      [{ type: 'iot', sql: "SELECT *, topic(2) AS button FROM 'buttons/+/pressed'" }],
    ],
    [
      'Shop/ApproveOrder',
      'src/handlers/approve-order.ts',
      [{ type: 'task', stateMachine: expect.stringMatching(/^Approval/), state: 'Approve' }],
    ],
  ]);
  const withLive = (isLive: (path: string) => boolean) =>
    functions.map((one) => ({ ...one, live: isLive(one.path) }));
  expect(functions).toEqual(withLive(() => false));
  expect(await functionsIn(live)).toEqual(withLive(() => true));
  expect(await functionsIn(some)).toEqual(withLive((path) => path.startsWith('Shop/Orders')));
});

test('with -c llx=Orders* the functions of that name are live, and no others', async () => {
  const { changed } = changesOf(
    await plain.read('Shop.template.json'),
    await some.read('Shop.template.json'),
  );
  expect(Object.keys(changed).sort()).toEqual(
    ['OrdersApi', 'OrdersQueue']
      .flatMap((id) => [functionId(some, id), shop(some).logicalId('AWS::IAM::Role', `${id}ServiceRole`)])
      .sort(),
  );
});

test('the CLI shows no warning of it', () => {
  expect(live.output).not.toMatch(/warning/i);
});

test('the stub is the same asset in each synth: a deployment of the same app does nothing', async () => {
  const uploaded = await Promise.all(
    [live, some].map(async (app) => Object.keys(JSON.parse(await app.read('Shop.assets.json')).files)),
  );
  // All but the template itself.
  expect(uploaded[0]?.filter((hash) => !uploaded[1]?.includes(hash))).toHaveLength(1);
});
