import {
  ApiGatewayV2Client,
  type ApiGatewayV2ServiceException,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteCorsConfigurationCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetApiCommand,
  GetApisCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  GetStageCommand,
  GetTagsCommand,
  GetVpcLinksCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { type GatewayWorld, openGatewayWorld, START } from './gateway.test-support.ts';

let world: GatewayWorld;
let client: ApiGatewayV2Client;

beforeEach(() => open());

async function open(domain?: string): Promise<void> {
  world = await openGatewayWorld([], undefined, domain);
  world.deploy('orders', ({ requestContext }) => requestContext);
  client = new ApiGatewayV2Client({
    endpoint: world.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
}

afterEach(async () => {
  client.destroy();
  await world.close();
});

const TARGET = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

async function createApi(
  more: Partial<ConstructorParameters<typeof CreateApiCommand>[0]> = {},
): Promise<string> {
  const command = new CreateApiCommand({ Name: 'shop', ProtocolType: 'HTTP', ...more });
  return (await client.send(command)).ApiId ?? '';
}

test('an API of a server with a domain is told to be below it, behind TLS', async () => {
  client.destroy();
  await world.close();
  await open('example.org');
  const endpointOf = async (ProtocolType: 'HTTP' | 'WEBSOCKET'): Promise<string | undefined> => {
    const ApiId = await createApi({
      ProtocolType,
      ...(ProtocolType === 'HTTP' ? {} : { RouteSelectionExpression: '$request.body.action' }),
    });
    return (await client.send(new GetApiCommand({ ApiId }))).ApiEndpoint;
  };
  expect(await endpointOf('HTTP')).toMatch(/^https:\/\/\w+\.execute-api\.example\.org$/);
  expect(await endpointOf('WEBSOCKET')).toMatch(/^wss:\/\/\w+\.execute-api\.example\.org$/);
});

async function refusal(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('the call succeeded'),
    ({ $metadata, name, message }: ApiGatewayV2ServiceException) => [$metadata.httpStatusCode, name, message],
  );
}

async function statusOf(apiId: string, path: string): Promise<number | undefined> {
  return (await world.ask(`http://${apiId}.execute-api.localhost:${world.port}${path}`)).status;
}

test('an API that is made in one call is live at its endpoint', async () => {
  const { $metadata, ...api } = await client.send(
    new CreateApiCommand({ Name: 'shop', ProtocolType: 'HTTP', Target: TARGET }),
  );
  expect($metadata.httpStatusCode).toBe(201);
  expect(api).toEqual({
    ApiEndpoint: `http://${api.ApiId}.execute-api.localhost:${world.port}`,
    ApiId: expect.stringMatching(/^[a-z0-9]{10}$/),
    ApiKeySelectionExpression: '$request.header.x-api-key',
    CreatedDate: new Date(START),
    DisableExecuteApiEndpoint: false,
    IpAddressType: 'ipv4',
    Name: 'shop',
    ProtocolType: 'HTTP',
    RouteSelectionExpression: '$request.method $request.path',
  });
  const answer = await world.ask(`${api.ApiEndpoint}/anything`);
  expect([answer.status, JSON.parse(answer.text).routeKey]).toEqual([200, '$default']);
});

test('routes come and go while the API is called', async () => {
  const ApiId = await createApi();
  await client.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: TARGET,
      PayloadFormatVersion: '2.0',
    }),
  );
  expect(await statusOf(ApiId, '/orders')).toBe(404);
  const Target = `integrations/${IntegrationId}`;
  const { RouteId } = await client.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /orders', Target }));
  expect(await statusOf(ApiId, '/orders')).toBe(200);
  await client.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'GET /carts' }));
  expect([await statusOf(ApiId, '/orders'), await statusOf(ApiId, '/carts')]).toEqual([404, 200]);
  const { Items } = await client.send(new GetRoutesCommand({ ApiId }));
  expect(Items).toEqual([
    { RouteId, RouteKey: 'GET /carts', AuthorizationType: 'NONE', ApiKeyRequired: false, Target },
  ]);
  expect(await refusal(client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId })))).toEqual([
    409,
    'ConflictException',
    `Cannot delete Integration '${IntegrationId}'. Please remove all Routes that reference this Integration, such as 'GET /carts', before deleting it.`,
  ]);
  await client.send(new DeleteRouteCommand({ ApiId, RouteId }));
  await client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
  expect(await statusOf(ApiId, '/carts')).toBe(404);
  await client.send(new DeleteApiCommand({ ApiId }));
  expect(await refusal(client.send(new GetApiCommand({ ApiId })))).toEqual([
    404,
    'NotFoundException',
    `Invalid API identifier specified 000000000000:${ApiId}`,
  ]);
});

test('a Lambda authorizer stands in front of a route', async () => {
  const ApiId = await createApi({ Target: TARGET });
  const { AuthorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'users',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${TARGET}/invocations`,
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
    }),
  );
  const { Items: [{ RouteId, Target } = {}] = [] } = await client.send(new GetRoutesCommand({ ApiId }));
  expect(Target).toMatch(/^integrations\//);
  await client.send(new UpdateRouteCommand({ ApiId, RouteId, AuthorizationType: 'CUSTOM', AuthorizerId }));
  expect(await statusOf(ApiId, '/')).toBe(401);
});

test('CORS settings are changed and taken away', async () => {
  const ApiId = await createApi();
  const CorsConfiguration = { AllowOrigins: ['https://app.example'], MaxAge: 60 };
  const changed = await client.send(new UpdateApiCommand({ ApiId, CorsConfiguration }));
  expect(changed.CorsConfiguration).toEqual(CorsConfiguration);
  await client.send(new DeleteCorsConfigurationCommand({ ApiId }));
  expect((await client.send(new GetApiCommand({ ApiId }))).CorsConfiguration).toBeUndefined();
});

test('APIs are listed by pages, and tagged', async () => {
  const ids = [
    await createApi({ Name: 'a' }),
    await createApi({ Name: 'b' }),
    await createApi({ Name: 'c' }),
  ];
  const first = await client.send(new GetApisCommand({ MaxResults: '2' }));
  const second = await client.send(new GetApisCommand({ MaxResults: '2', NextToken: first.NextToken }));
  expect([...(first.Items ?? []), ...(second.Items ?? [])].map(({ ApiId }) => ApiId)).toEqual(ids);
  expect(second.NextToken).toBeUndefined();
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ids[0]}`;
  await client.send(new TagResourceCommand({ ResourceArn, Tags: { team: 'shop', stage: 'dev' } }));
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['stage'] }));
  expect((await client.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ team: 'shop' });
});

test('a deployment is the stage’s, and a WebSocket API’s route may answer', async () => {
  const ApiId = await createApi({
    ProtocolType: 'WEBSOCKET',
    RouteSelectionExpression: '$request.body.action',
  });
  await client.send(new CreateStageCommand({ ApiId, StageName: 'prod', StageVariables: { table: 'x' } }));
  const { DeploymentId } = await client.send(new CreateDeploymentCommand({ ApiId, StageName: 'prod' }));
  const { DeploymentId: found, StageVariables } = await client.send(
    new GetStageCommand({ ApiId, StageName: 'prod' }),
  );
  expect([found, StageVariables]).toEqual([DeploymentId, { table: 'x' }]);
  const { RouteId } = await client.send(
    new CreateRouteCommand({ ApiId, RouteKey: 'ask', RouteResponseSelectionExpression: '$default' }),
  );
  const response = { ApiId, RouteId, RouteResponseKey: '$default' };
  const { RouteResponseId } = await client.send(new CreateRouteResponseCommand(response));
  const { Items } = await client.send(new GetRouteResponsesCommand({ ApiId, RouteId }));
  expect(Items).toEqual([{ RouteResponseId, RouteResponseKey: '$default' }]);
});

test('what cannot be is refused as AWS does it, and what is not emulated says so', async () => {
  const ApiId = await createApi();
  const route = (RouteKey: string, more: object = {}): Promise<unknown> =>
    client.send(new CreateRouteCommand({ ApiId, RouteKey, ...more }));
  await route('GET /orders');
  const refusals = [
    refusal(route('GET /orders')),
    refusal(route('orders')),
    refusal(route('GET /a', { Target: 'integrations/none' })),
    refusal(route('GET /b', { AuthorizationType: 'JWT', AuthorizerId: 'x' })),
    refusal(client.send(new CreateApiCommand({ Name: 'chat', ProtocolType: 'WEBSOCKET' }))),
    refusal(client.send(new GetVpcLinksCommand({}))),
  ];
  expect(await Promise.all(refusals)).toEqual([
    [409, 'ConflictException', 'Route with key GET /orders already exists for this API'],
    [
      400,
      'BadRequestException',
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    ],
    [404, 'NotFoundException', 'Invalid Integration identifier specified none'],
    [501, 'NotImplementedException', "llx's emulator does not implement JWT authorizers"],
    [400, 'BadRequestException', 'RouteSelectionExpression is a required field for WEBSOCKET protocol type'],
    [
      501,
      'NotImplementedException',
      expect.stringMatching(/does not implement GetVpcLinks of Amazon API Gateway/),
    ],
  ]);
});
