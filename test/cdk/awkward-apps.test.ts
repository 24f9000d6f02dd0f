import { join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, type LambdaStandIn, REGION, startLambda } from './support/lambda-stand-in.ts';
import { repository, type SynthesizedApp, synthesize } from './support/synthesize.ts';

/** A synth, and processes on a machine that is busy. */
const TIMEOUT_MS = 300_000;

/** The deployed code answers until the stub has reached the broker. */
const CONNECTING = { timeout: 30_000 };

const event = { n: 1 };

/** Deploys a function, and sees its deployed code answer without a session, local code with one, and again the deployed. */
async function runsInBothPlaces(
  options: Parameters<typeof startLambda>[0],
  table: string | undefined,
): Promise<LambdaStandIn['deployed']> {
  const lambda = await startLambda(options);
  try {
    expect(await lambda.invoke(event)).toEqual({ deployed: event, table });
    const session = await lambda.startSession();
    await expect.poll(() => lambda.invoke(event), CONNECTING).toEqual({ local: event });
    await session.close();
    expect(await lambda.invoke(event)).toEqual({ deployed: event, table });
    return lambda.deployed;
  } finally {
    await lambda.close();
  }
}

function synthesizeApp(name: string, llx?: string): Promise<SynthesizedApp> {
  const cwd = join(repository, 'test', 'cdk', 'apps');
  return synthesize({ cwd, app: `node ${name}.ts`, ...(llx === undefined ? {} : { llx }) });
}

/** An account that forbids the role everything is one where no stub can reach the broker. */
const NOTHING = [{ Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }] as const;

describe('nested stacks in stages, with names that CloudFormation cuts', () => {
  let app: SynthesizedApp;
  beforeAll(async () => {
    app = await synthesizeApp('stages', 'true');
  }, TIMEOUT_MS);
  afterAll(() => app?.remove());

  /** The file of a stack; the names end with hashes. */
  const file = (beginning: string, end: string): string => {
    const found = app.templates.find((name) =>
      new RegExp(`^${beginning}[0-9A-F]{8}${end}\\.template\\.json$`).test(name),
    );
    if (found === undefined) throw new Error(`none of ${app.templates.join(', ')} is ${beginning}`);
    return found;
  };
  const root = (stage: string): string =>
    join(app.directory, file(`assembly-${stage}/${stage}CommerceBackendServices`, ''));

  test.each(['Beta', 'Prod'])(
    'in stage %s each stack with a function has its layer, and the outermost asks for the endpoint',
    async (stage) => {
      const names = ['', 'PaymentsAndRefunds', 'PaymentsAndRefundsBillingOfTheMonth'];
      const counts = names.map(async (name) => {
        const end = name === '' ? '' : '.nested';
        const text = await app.read(file(`assembly-${stage}/${stage}CommerceBackendServices${name}`, end));
        const template = Template.fromJSON(JSON.parse(text));
        const count = (type: string): number => Object.keys(template.findResources(type)).length;
        return [count('AWS::Lambda::LayerVersion'), count('Custom::LlxIotEndpoint')];
      });
      expect(await Promise.all(counts)).toEqual([
        [1, 1],
        [0, 0],
        [1, 0],
      ]);
    },
  );

  test(
    'the function of the stack itself runs in both places',
    async () => {
      const deployed = await runsInBothPlaces(
        { template: root('Beta'), stackName: 'Beta-CommerceBackendServices', functionId: 'Front' },
        'front',
      );
      expect(deployed.spec.name).toMatch(/^Beta-CommerceBackendServices-Front\w+-\w+$/);
    },
    TIMEOUT_MS,
  );

  test(
    'the one with inline code, nested twice, runs in both places',
    async () => {
      await runsInBothPlaces(
        {
          template: root('Prod'),
          stackName: 'Prod-CommerceBackendServices',
          nested: ['PaymentsAndRefunds', 'BillingOfTheMonth'],
          functionId: 'InvoicesOfEveryCustomer',
        },
        'invoices',
      );
    },
    TIMEOUT_MS,
  );
});

describe('versions, aliases and provisioned concurrency', () => {
  let app: SynthesizedApp;
  let template: string;
  beforeAll(async () => {
    app = await synthesizeApp('versions', 'true');
    template = join(app.directory, 'Versions.template.json');
  }, TIMEOUT_MS);
  afterAll(() => app?.remove());

  test(
    'a version is published of the function with the stub, and the alias points at it',
    async () => {
      const plain = await synthesizeApp('versions');
      try {
        const [before, after] = await Promise.all(
          [plain, app].map(async ({ read }) =>
            Template.fromJSON(JSON.parse(await read('Versions.template.json'))),
          ),
        );
        const [old] = Object.keys(before?.findResources('AWS::Lambda::Version') ?? {});
        const [current] = Object.keys(after?.findResources('AWS::Lambda::Version') ?? {});
        expect(current).not.toBe(old);
        after?.hasResourceProperties('AWS::Lambda::Alias', {
          Name: 'live',
          FunctionVersion: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CheckoutCurrentVersion'), 'Version'] },
          ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
        });
      } finally {
        await plain.remove();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'the function runs in both places, with its own layer and role and the longer timeout',
    async () => {
      const { spec, role } = await runsInBothPlaces(
        { template, stackName: 'Versions', functionId: 'Checkout' },
        'carts',
      );
      expect({ name: spec.name, timeoutMs: spec.timeoutMs, role: role.name }).toEqual({
        name: 'checkout',
        timeoutMs: 120_000,
        role: expect.stringMatching(/^Versions-CheckoutRole/),
      });
      Template.fromJSON(JSON.parse(await app.read('Versions.template.json'))).hasResourceProperties(
        'AWS::Lambda::Function',
        {
          FunctionName: 'checkout',
          Layers: [{ Ref: Match.stringLikeRegexp('^Fonts') }, { Ref: Match.anyValue() }],
        },
      );
    },
    TIMEOUT_MS,
  );

  test(
    'the policy is what lets the stub meet a session: a role without it runs what is deployed',
    async () => {
      const lambda = await startLambda({
        template,
        stackName: 'Versions',
        functionId: 'Checkout',
        policies: NOTHING,
      });
      try {
        await lambda.startSession();
        await lambda.invoke(event);
        await expect
          .poll(() => lambda.refusals.join('\n'), CONNECTING)
          .toContain('iot:Connect on client/llx-stub-');
        expect(await lambda.invoke(event)).toEqual({ deployed: event, table: 'carts' });
      } finally {
        await lambda.close();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'the named developer may take the role, another user of the account may not',
    async () => {
      const everything = [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }] as const;
      const user = (name: string) => ({
        accessKeys: [{ id: `AKIA${name}`, secret: 'secret' }],
        policies: everything,
      });
      const users = { ada: user('ADA'), eve: user('EVE') };
      const lambda = await startLambda({ template, stackName: 'Versions', functionId: 'Checkout', users });
      const assume = async (accessKeyId: string): Promise<string | undefined> => {
        const { endpoint } = lambda.emulator;
        const sts = new STSClient({
          endpoint,
          region: REGION,
          credentials: { accessKeyId, secretAccessKey: 'secret' },
          maxAttempts: 1,
        });
        try {
          const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${lambda.deployed.role.name}`;
          const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'laptop' }));
          return answer.AssumedRoleUser?.Arn;
        } finally {
          sts.destroy();
        }
      };
      try {
        expect(await assume('AKIAADA')).toMatch(/:assumed-role\/Versions-CheckoutRole.*\/laptop$/);
        await expect(assume('AKIAEVE')).rejects.toMatchObject({ name: 'AccessDenied' });
      } finally {
        await lambda.close();
      }
    },
    TIMEOUT_MS,
  );
});

describe('constructs that expose a CfnFunction alone', () => {
  let app: SynthesizedApp;
  let template: string;
  beforeAll(async () => {
    app = await synthesizeApp('third-party', 'true');
    template = join(app.directory, 'Pictures.template.json');
  }, TIMEOUT_MS);
  afterAll(() => app?.remove());

  test.each([
    ['with a role that is a CfnRole, too', 'Thumbnails', 'thumbnails'],
    ['with inline code and a role that is a construct', 'Resizer', 'sizes'],
  ])(
    'one %s runs in both places',
    async (_, functionId, table) => {
      await runsInBothPlaces({ template, stackName: 'Pictures', functionId }, table);
    },
    TIMEOUT_MS,
  );

  test(
    'what the stub cannot run stays as it is, and the CLI shows why',
    async () => {
      const plain = await synthesizeApp('third-party');
      try {
        const [before, after] = await Promise.all(
          [plain, app].map(
            async ({ read }) => JSON.parse(await read('Pictures.template.json')).Resources.Classifier,
          ),
        );
        expect(after).toEqual(before);
        expect(plain.output).not.toContain('llx');
        expect(app.output).toContain(
          'llx leaves this function as it is: the stub runs on Node.js, and the function on python3.13.',
        );
      } finally {
        await plain.remove();
      }
    },
    TIMEOUT_MS,
  );
});
