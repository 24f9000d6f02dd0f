import { EVENTS_TABLES } from '../events/events-tables.ts';
import { GATEWAY_TABLES } from '../gateway/gateway-tables.ts';
import { TOPIC_RULE_TABLES } from '../iot/rules/topic-rule-tables.ts';
import { INVOCATION_TABLES } from '../lambda/invocations/invocation-tables.ts';
import { LAMBDA_TABLES } from '../lambda/lambda-tables.ts';
import { LOGS_TABLES } from '../logs/logs-tables.ts';
import { MAPPINGS_TABLES } from '../mappings/mappings-tables.ts';
import { METRICS_TABLES } from '../metrics/metrics-tables.ts';
import { SCHEDULER_TABLES } from '../scheduler/scheduler-tables.ts';
import { SQS_TABLES } from '../sqs/sqs-tables.ts';

/**
 * SQL that leads from each schema to the next; the database's `user_version` says how many have run. One that was
 * released is never changed: a later one mends it.
 */
export const MIGRATIONS: readonly string[] = [
  [LAMBDA_TABLES, INVOCATION_TABLES, LOGS_TABLES, METRICS_TABLES, SQS_TABLES, MAPPINGS_TABLES].join('\n'),
  GATEWAY_TABLES,
  [SCHEDULER_TABLES, EVENTS_TABLES, TOPIC_RULE_TABLES].join('\n'),
];
