import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  paginateFilterLogEvents,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { SYSTEM_CLOCK } from '../emulator-clock.ts';
import { temporaryState } from '../service.test-support.ts';
import { openServicePort } from '../service-port.test-support.ts';
import { LogStore } from './log-store.ts';
import { logsService } from './logs-service.ts';

const GROUP = '/app/orders';

let state: ReturnType<typeof temporaryState>;
let store: LogStore;
let port: Awaited<ReturnType<typeof openServicePort>>;
let client: CloudWatchLogsClient;

beforeEach(async () => {
  state = temporaryState();
  store = new LogStore({ state, clock: SYSTEM_CLOCK });
  const scope = { account: '000000000000', region: 'us-east-1' };
  port = await openServicePort([logsService({ store, clock: SYSTEM_CLOCK, scope, flush: () => undefined })]);
  client = new CloudWatchLogsClient({
    endpoint: port.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await port.close();
  store.close();
  await state.remove();
});

test('the JavaScript SDK writes a log and reads it again, page by page', async () => {
  await client.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { team: 'a' } }));
  await client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
  const now = Date.now();
  const logEvents = Array.from({ length: 25 }, (_, index) => ({
    timestamp: now + index,
    message: `line ${index}`,
  }));
  await client.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
  const found: (string | undefined)[] = [];
  const pages = paginateFilterLogEvents(
    { client, pageSize: 10 },
    { logGroupName: GROUP, filterPattern: '"line 1"' },
  );
  for await (const { events = [] } of pages) found.push(...events.map(({ message }) => message));
  expect(found).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((index) => `line ${index}`));
  const last = await client.send(
    new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', limit: 1 }),
  );
  expect(last.events).toEqual([
    { message: 'line 24', timestamp: now + 24, ingestionTime: expect.any(Number) },
  ]);
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({}));
  expect(logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([GROUP]);
});

test('errors are those that the SDK knows, and an operation that is missing is named', async () => {
  await expect(client.send(new FilterLogEventsCommand({ logGroupName: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
    $metadata: { httpStatusCode: 400 },
  });
  const query = { logGroupName: GROUP, queryString: 'fields @message', startTime: 0, endTime: 1 };
  await expect(client.send(new StartQueryCommand(query))).rejects.toMatchObject({
    name: 'NotImplementedException',
    message: "llx's emulator does not implement StartQuery of Amazon CloudWatch Logs",
    $metadata: { httpStatusCode: 501 },
  });
});
