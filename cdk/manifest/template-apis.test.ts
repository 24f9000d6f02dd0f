import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { type CfnFunction, Code, Function as LambdaHandler, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterEach, expect, test } from 'vitest';
import type { ApisConfig } from '../../src/manifest/api-config.ts';
import { checkApis } from '../../src/manifest/check-apis.ts';
import { readTemplate } from './template.ts';
import { templateApis } from './template-apis.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The APIs of a stack as the CDK synthesizes it; functions are named by their construct ids. */
function apisOf(build: (stack: Stack, functionOf: (id: string) => LambdaHandler) => void): ApisConfig {
  const outdir = mkdtempSync(join(tmpdir(), 'llx-'));
  folders.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Shop');
  const names = new Map<string, string>();
  build(stack, (id) => {
    const made = new LambdaHandler(stack, id, {
      code: Code.fromInline('exports.handler = async () => 1;'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_22_X,
    });
    names.set(stack.getLogicalId(made.node.defaultChild as CfnFunction), id);
    return made;
  });
  app.synth();
  const apis = templateApis(readTemplate(join(outdir, stack.templateFile)), (id) => names.get(id));
  const problems: string[] = [];
  checkApis(apis, 'apis', problems);
  expect(problems).toEqual([]);
  return apis;
}

test('an HTTP API with CORS, formats and authorizers', () => {
  const apis = apisOf((stack, functionOf) => {
    const integration = new HttpLambdaIntegration('Integration', functionOf('orders'));
    const authorizer = new HttpLambdaAuthorizer('Users', functionOf('authorize'), {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      resultsCacheTtl: Duration.seconds(60),
    });
    const api = new HttpApi(stack, 'Api', {
      apiName: 'The shop!',
      corsPreflight: { allowOrigins: ['*'], allowMethods: [CorsHttpMethod.GET], maxAge: Duration.minutes(1) },
    });
    const route = { methods: [HttpMethod.GET], integration };
    api.addRoutes({ ...route, path: '/orders/{id}', authorizer });
    api.addRoutes({ ...route, path: '/signed', authorizer: new HttpIamAuthorizer() });
    const jwt = new HttpJwtAuthorizer('Jwt', 'https://issuer.example', { jwtAudience: ['shop'] });
    api.addRoutes({ ...route, path: '/jwt', authorizer: jwt });
  });
  const [authorizer = ''] = Object.keys(apis['The-shop']?.authorizers ?? {});
  const orders = { function: 'orders', payloadFormat: '2.0' };
  expect(apis).toEqual({
    'The-shop': {
      type: 'http',
      stage: '$default',
      cors: { allowOrigins: ['*'], allowMethods: ['GET'], allowHeaders: [], exposeHeaders: [], maxAge: 60 },
      authorizers: {
        [authorizer]: {
          function: 'authorize',
          type: 'request',
          payloadFormat: '2.0',
          simpleResponses: true,
          identitySources: ['$request.header.Authorization'],
          cacheSeconds: 60,
        },
      },
      routes: {
        'GET /orders/{id}': { ...orders, authorizer },
        'GET /signed': { ...orders, authorizer: 'AWS_IAM' },
        'GET /jwt': { ...orders, authorizer: 'JWT' },
      },
    },
  });
});

test('a REST API with a token authorizer, binary types, and preflights that are mocks', () => {
  const apis = apisOf((stack, functionOf) => {
    const api = new RestApi(stack, 'Rest', {
      binaryMediaTypes: ['image/*'],
      deployOptions: { stageName: 'dev' },
    });
    const resource = api.root.addResource('orders').addResource('{id}');
    resource.addMethod('GET', new LambdaIntegration(functionOf('orders')), {
      authorizer: new TokenAuthorizer(stack, 'Users', { handler: functionOf('authorize') }),
    });
    resource.addCorsPreflight({ allowOrigins: ['https://app.example'], allowMethods: ['GET'] });
  });
  const [authorizer = ''] = Object.keys(apis.Rest?.authorizers ?? {});
  expect(apis).toEqual({
    Rest: {
      type: 'rest',
      stage: 'dev',
      binaryMediaTypes: ['image/*'],
      authorizers: {
        [authorizer]: {
          function: 'authorize',
          type: 'token',
          identitySources: ['method.request.header.Authorization'],
          cacheSeconds: 300,
        },
      },
      routes: {
        'GET /orders/{id}': { function: 'orders', authorizer },
        'OPTIONS /orders/{id}': {
          mock: {
            status: 204,
            headers: {
              'access-control-allow-headers': expect.stringContaining('Content-Type'),
              'access-control-allow-methods': 'GET',
              'access-control-allow-origin': 'https://app.example',
              vary: 'Origin',
            },
          },
        },
      },
    },
  });
});

test('a WebSocket API, whose stage is in its address', () => {
  const apis = apisOf((stack, functionOf) => {
    const integration = new WebSocketLambdaIntegration('Integration', functionOf('chat'));
    const webSocketApi = new WebSocketApi(stack, 'Chat', { connectRouteOptions: { integration } });
    webSocketApi.addRoute('ask', { integration, returnResponse: true });
    new WebSocketStage(stack, 'Stage', { webSocketApi, stageName: 'live', autoDeploy: true });
  });
  expect(apis).toEqual({
    Chat: {
      type: 'websocket',
      stage: 'live',
      routeSelectionExpression: '$request.body.action',
      routes: { $connect: { function: 'chat' }, ask: { function: 'chat', answers: true } },
    },
  });
});

test('an API without a function that runs here is none', () => {
  expect(apisOf((stack) => void new HttpApi(stack, 'Api'))).toEqual({});
});
