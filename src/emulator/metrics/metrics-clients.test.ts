import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { cbor, tag } from '@smithy/core/cbor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { SYSTEM_CLOCK } from '../emulator-clock.ts';
import { signedFetch } from '../http/signed-fetch.test-support.ts';
import { temporaryState } from '../service.test-support.ts';
import { openServicePort } from '../service-port.test-support.ts';
import { MetricStore } from './metric-store.ts';
import { metricsService } from './metrics-service.ts';

let state: ReturnType<typeof temporaryState>;
let store: MetricStore;
let port: Awaited<ReturnType<typeof openServicePort>>;
let client: CloudWatchClient;

beforeEach(async () => {
  state = temporaryState();
  store = new MetricStore({ state, clock: SYSTEM_CLOCK });
  port = await openServicePort([metricsService({ store, clock: SYSTEM_CLOCK, flush: () => undefined })]);
  client = new CloudWatchClient({
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

const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const range = {
  StartTime: new Date(minute.getTime() - 600_000),
  EndTime: new Date(minute.getTime() + 600_000),
};
const metric = { Namespace: 'App', MetricName: 'Latency' };

test('the JavaScript SDK puts values and reads their statistics', async () => {
  const MetricData = [10, 20, 60].map((Value) => ({ MetricName: 'Latency', Value, Timestamp: minute }));
  await client.send(new PutMetricDataCommand({ Namespace: 'App', MetricData }));
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      ...range,
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Average' } }],
    }),
  );
  expect(MetricDataResults).toEqual([
    { Id: 'm', Label: 'Latency', Timestamps: [minute], Values: [30], StatusCode: 'Complete' },
  ]);
  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({ ...metric, ...range, Period: 60, Statistics: ['Maximum'] }),
  );
  expect(Datapoints).toEqual([{ Timestamp: minute, Maximum: 60, Unit: 'None' }]);
  const { Metrics } = await client.send(new ListMetricsCommand({ Namespace: 'App' }));
  expect(Metrics).toEqual([{ ...metric, Dimensions: [] }]);
});

test('many values, which the SDK sends compressed, all arrive', async () => {
  const MetricData = Array.from({ length: 400 }, () => ({
    MetricName: 'Latency',
    Value: 1,
    Timestamp: minute,
  }));
  await client.send(new PutMetricDataCommand({ Namespace: 'App', MetricData }));
  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({ ...metric, ...range, Period: 60, Statistics: ['SampleCount'] }),
  );
  expect(Datapoints?.map(({ SampleCount }) => SampleCount)).toEqual([400]);
});

test('errors are those that the SDK knows, and an operation that is missing is named', async () => {
  const wrong = { ...metric, ...range, Period: 7, Statistics: ['Sum' as const] };
  await expect(client.send(new GetMetricStatisticsCommand(wrong))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The parameter Period must be a multiple of 60: the emulator keeps metrics by the minute.',
  });
  await expect(client.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: 'NotImplementedException',
    message: "llx's emulator does not implement DescribeAlarms of Amazon CloudWatch",
  });
});

test('rpc-v2-cbor, of which newer clients are capable, is understood', async () => {
  const put = await callCbor('PutMetricData', {
    Namespace: 'App',
    MetricData: [{ MetricName: 'Latency', Value: 1.5, Timestamp: cborTime(minute) }],
  });
  expect(put).toEqual({ status: 200, body: {} });
  const MetricStat = { Metric: metric, Period: 60, Stat: 'Sum' };
  const got = await callCbor('GetMetricData', {
    StartTime: cborTime(range.StartTime),
    EndTime: cborTime(range.EndTime),
    MetricDataQueries: [{ Id: 'm', MetricStat }],
  });
  const result = {
    Id: 'm',
    Label: 'Latency',
    Timestamps: [cborTime(minute)],
    Values: [1.5],
    StatusCode: 'Complete',
  };
  expect(got).toEqual({ status: 200, body: { MetricDataResults: [result], Messages: [] } });
  const refused = await callCbor('ListMetrics', { RecentlyActive: 'PT1H' });
  expect(refused).toMatchObject({ status: 400, body: { __type: 'InvalidParameterValueException' } });
});

function cborTime(date: Date): unknown {
  return tag({ tag: 1, value: date.getTime() / 1_000 });
}

async function callCbor(operation: string, input: Record<string, unknown>): Promise<unknown> {
  const response = await signedFetch(
    `${port.endpoint}/service/GraniteServiceVersion20100801/operation/${operation}`,
    {
      method: 'POST',
      service: 'monitoring',
      headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
      body: cbor.serialize(input),
    },
  );
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, body: body.byteLength === 0 ? {} : cbor.deserialize(body) };
}

const PYTHON = `
import boto3, datetime, json, sys
client = boto3.client('cloudwatch', endpoint_url=sys.argv[1], region_name='us-east-1',
                      aws_access_key_id='test', aws_secret_access_key='test')
at = datetime.datetime.fromtimestamp(int(sys.argv[2]), datetime.timezone.utc)
client.put_metric_data(Namespace='App', MetricData=[{'MetricName': 'Latency', 'Value': 2.5, 'Timestamp': at}] * 400)
answer = client.get_metric_data(
    StartTime=at - datetime.timedelta(minutes=5), EndTime=at + datetime.timedelta(minutes=5),
    MetricDataQueries=[{'Id': 'm', 'MetricStat': {'Period': 60, 'Stat': 'Sum',
                        'Metric': {'Namespace': 'App', 'MetricName': 'Latency'}}}])
result = answer['MetricDataResults'][0]
try:
    client.get_metric_data(StartTime=at, EndTime=at, MetricDataQueries=[])
except client.exceptions.InvalidParameterValueException as error:
    refused = [error.response['Error'][key] for key in ('Code', 'Message')]
print(json.dumps([result['Values'], [int(time.timestamp()) for time in result['Timestamps']], refused]))
`;

const present = hasBoto3();

test.skipIf(!present)(
  `boto3 does the same${present ? '' : ' (skipped: python3 has no boto3)'}`,
  { timeout: 30_000 },
  async () => {
    const seconds = minute.getTime() / 1_000;
    const { stdout } = await promisify(execFile)('python3', ['-c', PYTHON, port.endpoint, String(seconds)]);
    expect(JSON.parse(stdout)).toEqual([
      [1_000],
      [seconds],
      ['InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.'],
    ]);
  },
);

function hasBoto3(): boolean {
  try {
    execFileSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' });
    return true;
  } catch {
    // No Python, or none with boto3: then this client is not tested here.
    return false;
  }
}
