import { fileURLToPath } from 'node:url';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { Code, type IFunction, Function as LambdaCode, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

const runtime = Runtime.NODEJS_24_X;

/** A file or folder with a handler. */
const handler = (path: string): string => fileURLToPath(new URL(`../src/handlers/${path}`, import.meta.url));

/** A small shop: five functions, each behind another source of events. */
export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.#api();
    this.#queue();
    this.#schedule();
    this.#buttons();
    this.#approval();
  }

  /** `POST /orders`, `GET /orders/{id}`. Bundled as an ES module. */
  #api(): void {
    const ordersApi = new NodejsFunction(this, 'OrdersApi', {
      runtime,
      entry: handler('orders-api.ts'),
      timeout: Duration.seconds(10),
      environment: { CURRENCIES: 'EUR,USD' },
      bundling: { format: OutputFormat.ESM },
    });
    const api = new HttpApi(this, 'Api');
    const integration = new HttpLambdaIntegration('OrdersApi', ordersApi);
    api.addRoutes({ path: '/orders', methods: [HttpMethod.POST], integration });
    api.addRoutes({ path: '/orders/{id}', methods: [HttpMethod.GET], integration });
  }

  /** A message that cannot be taken comes back alone. Bundled as CommonJS, the default of the CDK. */
  #queue(): void {
    const ordersQueue = new NodejsFunction(this, 'OrdersQueue', {
      runtime,
      entry: handler('orders-queue.ts'),
      timeout: Duration.seconds(30),
    });
    const queue = new Queue(this, 'Orders', { visibilityTimeout: Duration.minutes(3) });
    ordersQueue.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
  }

  /** Each night at two. Deployed as it stands: an ES module. */
  #schedule(): void {
    const cartCleanup = new LambdaCode(this, 'CartCleanup', {
      runtime,
      code: Code.fromAsset(handler('cart-cleanup')),
      handler: 'index.handler',
      timeout: Duration.minutes(1),
      environment: { RETENTION_DAYS: '7' },
    });
    new Rule(this, 'Nightly', {
      schedule: Schedule.cron({ hour: '2', minute: '0' }),
      targets: [new LambdaFunction(cartCleanup)],
    });
  }

  /** A button in a warehouse says that something runs out. Deployed as it stands: CommonJS. */
  #buttons(): void {
    const reorderButton = new LambdaCode(this, 'ReorderButton', {
      runtime: Runtime.NODEJS_22_X,
      code: Code.fromAsset(handler('reorder-button')),
      handler: 'index.handler',
    });
    const rule = new CfnTopicRule(this, 'ButtonPressed', {
      topicRulePayload: {
        sql: "SELECT *, topic(2) AS button FROM 'buttons/+/pressed'",
        awsIotSqlVersion: '2016-03-23',
        actions: [{ lambda: { functionArn: reorderButton.functionArn } }],
      },
    });
    reorderButton.addPermission('ButtonPressed', {
      principal: new ServicePrincipal('iot.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
  }

  /** Large orders are looked at; the task asks STS who approves. */
  #approval(): void {
    const approveOrder = new NodejsFunction(this, 'ApproveOrder', {
      runtime,
      entry: handler('approve-order.ts'),
      timeout: Duration.seconds(20),
      environment: { LIMIT: '1000' },
    });
    new StateMachine(this, 'Approval', {
      definitionBody: DefinitionBody.fromChainable(this.#steps(approveOrder)),
    });
  }

  #steps(approveOrder: IFunction) {
    const approved = new Choice(this, 'Approved?')
      .when(Condition.booleanEquals('$.approved', true), new Succeed(this, 'Ship'))
      .otherwise(new Fail(this, 'Hold', { cause: 'The order needs a person.' }));
    return new LambdaInvoke(this, 'Approve', {
      lambdaFunction: approveOrder,
      payloadResponseOnly: true,
    }).next(approved);
  }
}
