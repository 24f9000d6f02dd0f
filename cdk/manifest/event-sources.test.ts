import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import {
  Code,
  type IFunction,
  Function as LambdaHandler,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { ScheduleExpression, Schedule as SchedulerSchedule } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke as ScheduledInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, Parallel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { afterEach, expect, test } from 'vitest';
import type { EventSource } from '../../src/manifest/manifest.ts';
import { eventSources } from './event-sources.ts';
import { parseTemplate, readTemplate } from './template.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What invokes the one function of a stack, as the CDK synthesizes it. */
function sourcesOf(
  connect: (stack: Stack, handler: LambdaHandler) => void,
): readonly EventSource[] | undefined {
  const outdir = mkdtempSync(join(tmpdir(), 'llx-'));
  folders.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Shop');
  const handler = new LambdaHandler(stack, 'Orders', {
    code: Code.fromInline('exports.handler = async () => 1;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_22_X,
  });
  connect(stack, handler);
  app.synth();
  const found = eventSources(readTemplate(join(outdir, stack.templateFile)));
  const [only, ...more] = found.values();
  expect(more).toEqual([]);
  return only;
}

test('a function that nothing invokes has no sources', () => {
  expect(sourcesOf(() => {})).toBeUndefined();
});

test('a function URL', () => {
  expect(sourcesOf((_, handler) => handler.addFunctionUrl())).toEqual([{ type: 'url' }]);
});

test('the routes of an HTTP API, and the one behind everything', () => {
  const sources = sourcesOf((stack, handler) => {
    const integration = new HttpLambdaIntegration('Integration', handler);
    const api = new HttpApi(stack, 'Api', { defaultIntegration: integration });
    api.addRoutes({ path: '/orders/{id}', methods: [HttpMethod.GET, HttpMethod.PUT], integration });
  });
  expect(sources).toEqual([
    { type: 'http', api: 'http', method: 'ANY', path: '$default' },
    { type: 'http', api: 'http', method: 'GET', path: '/orders/{id}' },
    { type: 'http', api: 'http', method: 'PUT', path: '/orders/{id}' },
  ]);
});

test('the routes of a WebSocket API', () => {
  const sources = sourcesOf((stack, handler) => {
    const integration = new WebSocketLambdaIntegration('Integration', handler);
    new WebSocketApi(stack, 'Api', { connectRouteOptions: { integration } });
  });
  expect(sources).toEqual([{ type: 'websocket', route: '$connect' }]);
});

test('the methods of a REST API, with the whole path of their resource', () => {
  const sources = sourcesOf((stack, handler) => {
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('ANY', new LambdaIntegration(handler));
    api.root.addResource('orders').addResource('{id}').addMethod('GET', new LambdaIntegration(handler));
  });
  expect(sources).toEqual([
    { type: 'http', api: 'rest', method: 'ANY', path: '/' },
    { type: 'http', api: 'rest', method: 'GET', path: '/orders/{id}' },
  ]);
});

test('rules and schedules of EventBridge, also of a version', () => {
  const sources = sourcesOf((stack, handler) => {
    new Rule(stack, 'Often', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(handler.currentVersion as IFunction)],
    });
    new Rule(stack, 'Paid', {
      eventPattern: { source: ['shop.payments'] },
      targets: [new LambdaFunction(handler)],
    });
    new SchedulerSchedule(stack, 'Nightly', {
      schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
      target: new ScheduledInvoke(handler),
    });
  });
  expect(sources).toEqual([
    { type: 'schedule', expression: 'rate(5 minutes)' },
    { type: 'rule', pattern: { source: ['shop.payments'] } },
    { type: 'schedule', expression: 'cron(0 3 * * ? *)' },
  ]);
});

test('queues, tables and streams, by their names where the app gives them', () => {
  const sources = sourcesOf((stack, handler) => {
    handler.addEventSource(new SqsEventSource(new Queue(stack, 'Queue', { queueName: 'orders' })));
    handler.addEventSource(
      new SqsEventSource(Queue.fromQueueArn(stack, 'Other', 'arn:aws:sqs:eu-west-1:123456789012:theirs')),
    );
    const table = new Table(stack, 'Table', {
      tableName: 'ledger',
      partitionKey: { name: 'id', type: AttributeType.STRING },
      stream: StreamViewType.NEW_IMAGE,
    });
    handler.addEventSource(
      new DynamoEventSource(table as ITable, { startingPosition: StartingPosition.LATEST }),
    );
    const stream = new Stream(stack, 'Clicks', { streamName: 'clicks' });
    handler.addEventSource(new KinesisEventSource(stream, { startingPosition: StartingPosition.LATEST }));
  });
  expect(sources).toEqual([
    { type: 'queue', name: 'orders' },
    { type: 'queue', name: 'theirs' },
    { type: 'table', name: 'ledger' },
    { type: 'stream', name: 'clicks' },
  ]);
});

test('topics of SNS, notifications of a bucket, rules of IoT', () => {
  const sources = sourcesOf((stack, handler) => {
    new Topic(stack, 'Topic', { topicName: 'paid' }).addSubscription(new LambdaSubscription(handler));
    const bucket = new Bucket(stack, 'Bucket', { bucketName: 'uploads' });
    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(handler));
    new CfnTopicRule(stack, 'Rule', {
      topicRulePayload: {
        sql: "SELECT * FROM 'shop/+'",
        actions: [{ lambda: { functionArn: handler.functionArn } }],
      },
    });
  });
  expect(sources).toEqual([
    { type: 'topic', name: 'paid' },
    { type: 'bucket', name: 'uploads', events: ['s3:ObjectCreated:*'] },
    { type: 'iot', sql: "SELECT * FROM 'shop/+'" },
  ]);
});

test('the tasks of a state machine, those inside of a Parallel too', () => {
  const sources = sourcesOf((stack, lambdaFunction) => {
    const charge = new LambdaInvoke(stack, 'Charge', { lambdaFunction });
    const ship = new LambdaInvoke(stack, 'Ship', { lambdaFunction, payloadResponseOnly: true });
    new StateMachine(stack, 'Checkout', {
      stateMachineName: 'checkout',
      definitionBody: DefinitionBody.fromChainable(charge.next(new Parallel(stack, 'Both').branch(ship))),
    });
  });
  expect(sources).toEqual([
    { type: 'task', stateMachine: 'checkout', state: 'Charge' },
    { type: 'task', stateMachine: 'checkout', state: 'Ship' },
  ]);
});

test('what was written as plain CloudFormation counts the same', () => {
  const sources = sourcesOf((stack, handler) => {
    new CfnResource(stack, 'Url', {
      type: 'AWS::Lambda::Url',
      properties: {
        AuthType: 'NONE',
        TargetFunctionArn: {
          'Fn::Sub': `\${${stack.getLogicalId(handler.node.defaultChild as CfnResource)}.Arn}`,
        },
      },
    });
  });
  expect(sources).toEqual([{ type: 'url' }]);
});

test('a template with parts of another form is read as far as it goes', () => {
  const template = parseTemplate({
    Resources: {
      Broken: 'text',
      Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: { 'Fn::If': [] }, ScheduleExpression: 1 } },
      Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: '{' } },
    },
  });
  expect(eventSources(template)).toEqual(new Map());
});
