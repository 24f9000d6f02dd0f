import type { EventSource } from '../../src/manifest/manifest.ts';
import { httpApi, httpRoute, restMethod } from './api-routes.ts';
import { stateMachineTasks } from './state-machine-tasks.ts';
import { items, members, type Resource, references, render, type Template, text } from './template.ts';

/** A source, and the value of the template that names what it invokes. */
export type Invocation = { readonly target: unknown; readonly source: EventSource };

type Reader = (
  resource: Resource['properties'],
  template: Template,
  logicalId: string,
) => readonly Invocation[];

/** By the type of the resource that invokes. */
const READERS: Readonly<Record<string, Reader>> = {
  'AWS::Lambda::Url': ({ TargetFunctionArn }) => [{ target: TargetFunctionArn, source: { type: 'url' } }],
  'AWS::ApiGatewayV2::Api': httpApi,
  'AWS::ApiGatewayV2::Route': httpRoute,
  'AWS::ApiGateway::Method': restMethod,
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': ({ Target, ScheduleExpression }) => [
    { target: members(Target).Arn, source: { type: 'schedule', expression: render(ScheduleExpression) } },
  ],
  'AWS::Lambda::EventSourceMapping': mapping,
  'AWS::SNS::Subscription': ({ Protocol, Endpoint, TopicArn }, template) =>
    Protocol === 'lambda'
      ? [{ target: Endpoint, source: { type: 'topic', name: nameOf(TopicArn, template) } }]
      : [],
  'AWS::S3::Bucket': (properties, template, logicalId) =>
    items(members(properties.NotificationConfiguration).LambdaConfigurations).map((one) => ({
      target: members(one).Function,
      source: bucket(nameOf({ Ref: logicalId }, template), [members(one).Event]),
    })),
  // What `bucket.addEventNotification` makes: CloudFormation could not do it without a cycle.
  'Custom::S3BucketNotifications': ({ NotificationConfiguration, BucketName }, template) =>
    items(members(NotificationConfiguration).LambdaFunctionConfigurations).map((one) => ({
      target: members(one).LambdaFunctionArn,
      source: bucket(nameOf(BucketName, template), items(members(one).Events)),
    })),
  'AWS::IoT::TopicRule': ({ TopicRulePayload }) =>
    items(members(TopicRulePayload).Actions).map((action) => ({
      target: members(members(action).Lambda).FunctionArn,
      source: { type: 'iot', sql: render(members(TopicRulePayload).Sql) },
    })),
  'AWS::Logs::SubscriptionFilter': ({ DestinationArn, FilterPattern }) => [
    { target: DestinationArn, source: { type: 'logs', pattern: render(FilterPattern) } },
  ],
  'AWS::StepFunctions::StateMachine': stateMachineTasks,
};

/** What invokes the functions of a template, by their logical ids. */
export function eventSources(template: Template): ReadonlyMap<string, readonly EventSource[]> {
  const found = new Map<string, EventSource[]>();
  for (const [logicalId, { type, properties }] of template.resources) {
    for (const { target, source } of READERS[type]?.(properties, template, logicalId) ?? []) {
      for (const functionId of functionsOf(target, template)) {
        const known = found.get(functionId);
        if (known === undefined) found.set(functionId, [source]);
        else known.push(source);
      }
    }
  }
  return found;
}

/** A function is also invoked by its versions and aliases. */
export function functionsOf(target: unknown, template: Template): ReadonlySet<string> {
  const found = new Set<string>();
  for (const id of references(target)) {
    const { type, properties } = template.resources.get(id) ?? {};
    if (type === 'AWS::Lambda::Function') found.add(id);
    // Each refers to what was made before it: there is no circle.
    if (type === 'AWS::Lambda::Alias' || type === 'AWS::Lambda::Version') {
      for (const one of functionsOf(properties?.FunctionName, template)) found.add(one);
    }
  }
  return found;
}

function rule({ Targets, ScheduleExpression, EventPattern }: Resource['properties']): readonly Invocation[] {
  const sources: readonly EventSource[] = [
    ...(ScheduleExpression === undefined
      ? []
      : [{ type: 'schedule', expression: render(ScheduleExpression) } as const]),
    ...(EventPattern === undefined ? [] : [{ type: 'rule', pattern: EventPattern } as const]),
  ];
  return items(Targets).flatMap((one) => sources.map((source) => ({ target: members(one).Arn, source })));
}

const STREAMS: Readonly<Record<string, 'queue' | 'table'>> = {
  'AWS::SQS::Queue': 'queue',
  'AWS::DynamoDB::Table': 'table',
  'AWS::DynamoDB::GlobalTable': 'table',
};

function mapping(
  { FunctionName, EventSourceArn }: Resource['properties'],
  template: Template,
): readonly Invocation[] {
  const [id] = references(EventSourceArn).filter((one) => template.resources.has(one));
  const service = text(EventSourceArn)?.split(':')[2];
  const type =
    id === undefined
      ? service === 'sqs'
        ? 'queue'
        : service === 'dynamodb'
          ? 'table'
          : 'stream'
      : (STREAMS[template.resources.get(id)?.type ?? ''] ?? 'stream');
  return [{ target: FunctionName, source: { type, name: nameOf(EventSourceArn, template) } }];
}

function bucket(name: string, events: readonly unknown[]): EventSource {
  return { type: 'bucket', name, events: events.map(render) };
}

/** Which property of a resource gives it its name. */
const NAMES = ['QueueName', 'TopicName', 'BucketName', 'TableName', 'Name'];

/** The name of what an ARN or a reference means: its physical one, else its logical id. */
function nameOf(value: unknown, template: Template): string {
  const [id] = references(value).filter((one) => template.resources.has(one));
  // In an ARN of a table's stream the table's name is not the last part.
  if (id === undefined)
    return render(value)
      .replace(/^.*table\/([^/]+)\/stream\/.*$/, '$1')
      .replace(/^.*[:/]/, '');
  const { properties = {} } = template.resources.get(id) ?? {};
  return NAMES.map((key) => text(properties[key])).find((name) => name !== undefined) ?? id;
}
