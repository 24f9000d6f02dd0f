import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { StackResources } from './stack-resources.ts';

type Resource = readonly [logicalId: string, physicalId: string, status?: string];
/** The pages of each stack. */
type Stacks = Readonly<Record<string, readonly (readonly Resource[])[]>>;

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** CloudFormation as far as ListStackResources: its query protocol, asked by the client of the AWS SDK. */
async function cloudFormation(stacks: Stacks, denied = false) {
  const asked: string[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const parameters = new URLSearchParams(body);
    const name = parameters.get('StackName') ?? '';
    const page = Number(parameters.get('NextToken') ?? 0);
    asked.push(`${parameters.get('Action')} ${name} ${page}`);
    const pages = stacks[name];
    const error = denied ? 'AccessDenied' : pages === undefined ? 'ValidationError' : undefined;
    response.writeHead(error === undefined ? 200 : 400, { 'content-type': 'text/xml' });
    response.end(
      error === undefined
        ? answer(pages?.[page] ?? [], page + 1 < (pages?.length ?? 0) ? `${page + 1}` : undefined)
        : `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${error}</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const resources = new StackResources({
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-of-the-test' }),
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  open.push(resources, { close: () => new Promise((resolve) => server.close(resolve)) });
  return { resources, asked };
}

function answer(resources: readonly Resource[], next: string | undefined): string {
  const members = resources.map(
    ([logical, physical, status = 'CREATE_COMPLETE']) =>
      `<member><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus><ResourceType>AWS::Lambda::Function</ResourceType></member>`,
  );
  const token = next === undefined ? '' : `<NextToken>${next}</NextToken>`;
  return `<ListStackResourcesResponse xmlns="${NAMESPACE}"><ListStackResourcesResult><StackResourceSummaries>${members.join('')}</StackResourceSummaries>${token}</ListStackResourcesResult></ListStackResourcesResponse>`;
}

test('all pages of a stack are read, without what was deleted', async () => {
  const { resources, asked } = await cloudFormation({
    Shop: [
      [['Orders1', 'Shop-Orders1-x']],
      [
        ['Bill2', 'Shop-Bill2-y'],
        ['Old3', 'Shop-Old3-z', 'DELETE_COMPLETE'],
      ],
    ],
  });
  expect(await resources.of('Shop', [])).toEqual(
    new Map([
      ['Orders1', 'Shop-Orders1-x'],
      ['Bill2', 'Shop-Bill2-y'],
    ]),
  );
  expect(asked).toEqual(['ListStackResources Shop 0', 'ListStackResources Shop 1']);
});

test('a nested stack is asked by its ARN, and each stack once', async () => {
  const arn = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop-Inner-1/abc';
  const { resources, asked } = await cloudFormation({
    Shop: [[['Inner', arn]]],
    [arn]: [[['Deep', 'Shop-Deep-x']]],
  });
  const found = await Promise.all([resources.of('Shop', ['Inner']), resources.of('Shop', ['Inner'])]);
  const deep = new Map([['Deep', 'Shop-Deep-x']]);
  expect(found).toEqual([deep, deep]);
  expect(asked).toEqual(['ListStackResources Shop 0', `ListStackResources ${arn} 0`]);
});

test('a stack that is not deployed has no resources, nor has a nested one that its stack does not know', async () => {
  const { resources } = await cloudFormation({ Shop: [[]] });
  expect(await resources.of('Gone', [])).toBeUndefined();
  expect(await resources.of('Shop', ['Inner'])).toBeUndefined();
});

test('a refusal names the action and the stack for the policy', async () => {
  const { resources } = await cloudFormation({}, true);
  await expect(resources.of('Shop', [])).rejects.toMatchObject({
    code: 'LLX_AWS_DENIED',
    message:
      'Expected to be allowed cloudformation:ListStackResources on arn:aws:cloudformation:eu-west-1:*:stack/Shop/*, found that no policy allows it.',
  });
});
