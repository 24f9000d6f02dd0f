import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signedFetch } from '../http/signed-fetch.test-support.ts';
import { TestClock, temporaryState } from '../service.test-support.ts';
import { openServicePort } from '../service-port.test-support.ts';
import { MetricStore } from './metric-store.ts';
import { metricsService } from './metrics-service.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

let state: ReturnType<typeof temporaryState>;
let store: MetricStore;
let port: Awaited<ReturnType<typeof openServicePort>>;

beforeEach(async () => {
  state = temporaryState();
  const clock = new TestClock(NOW);
  store = new MetricStore({ state, clock });
  port = await openServicePort([metricsService({ store, clock, flush: () => undefined })]);
});

afterEach(async () => {
  await port.close();
  store.close();
  await state.remove();
});

/** As clients of the query protocol write it. */
async function call(
  Action: string,
  parameters: Readonly<Record<string, string>>,
  { version = '2010-08-01', gzip = false } = {},
): Promise<readonly [number, string]> {
  const form = new URLSearchParams({ Action, Version: version, ...parameters }).toString();
  const response = await signedFetch(`${port.endpoint}/`, {
    method: 'POST',
    service: 'monitoring',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    body: gzip ? gzipSync(form) : form,
  });
  const text = await response.text();
  return [response.status, text.replace(/(?<=<RequestId>)[^<]+/g, 'ID')];
}

const metadata = '<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata>';
const answer = (action: string, result: string) => [
  200,
  `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`,
];

const DATUM = {
  Namespace: 'App',
  'MetricData.member.1.MetricName': 'Latency',
  'MetricData.member.1.Dimensions.member.1.Name': 'Stage',
  'MetricData.member.1.Dimensions.member.1.Value': '1',
  'MetricData.member.1.Timestamp': '2026-03-01T12:00:00Z',
  'MetricData.member.1.Unit': 'Milliseconds',
};

describe('CloudWatch in the query protocol', () => {
  test('takes values in a form, compressed or not, and gives statistics as XML', async () => {
    expect(await call('PutMetricData', { ...DATUM, 'MetricData.member.1.Value': '10' })).toEqual([
      200,
      `<PutMetricDataResponse xmlns="${NAMESPACE}">${metadata}</PutMetricDataResponse>`,
    ]);
    const list = { 'MetricData.member.1.Values.member.2': '20', 'MetricData.member.1.Values.member.1': '30' };
    await call('PutMetricData', { ...DATUM, ...list }, { gzip: true });
    const statistics = await call('GetMetricStatistics', {
      Namespace: 'App',
      MetricName: 'Latency',
      'Dimensions.member.1.Name': 'Stage',
      'Dimensions.member.1.Value': '1',
      StartTime: '2026-03-01T11:00:00Z',
      EndTime: '2026-03-01T13:00:00.000Z',
      Period: '60',
      'Statistics.member.1': 'Sum',
      'ExtendedStatistics.member.1': 'p100',
    });
    const extended =
      '<ExtendedStatistics><entry><key>p100</key><value>30</value></entry></ExtendedStatistics>';
    expect(statistics).toEqual(
      answer(
        'GetMetricStatistics',
        `<Label>Latency</Label><Datapoints><member><Timestamp>2026-03-01T12:00:00.000Z</Timestamp><Sum>60</Sum>${extended}<Unit>Milliseconds</Unit></member></Datapoints>`,
      ),
    );
  });

  test('takes structures in structures, and words for truth', async () => {
    await call('PutMetricData', { ...DATUM, 'MetricData.member.1.Value': '10' });
    const query = (id: string, returned: string) => ({
      [`MetricDataQueries.member.${id}.Id`]: `m${id}`,
      [`MetricDataQueries.member.${id}.ReturnData`]: returned,
      [`MetricDataQueries.member.${id}.MetricStat.Stat`]: 'Maximum',
      [`MetricDataQueries.member.${id}.MetricStat.Period`]: '60',
      [`MetricDataQueries.member.${id}.MetricStat.Metric.Namespace`]: 'App',
      [`MetricDataQueries.member.${id}.MetricStat.Metric.MetricName`]: 'Latency',
      [`MetricDataQueries.member.${id}.MetricStat.Metric.Dimensions.member.1.Name`]: 'Stage',
      [`MetricDataQueries.member.${id}.MetricStat.Metric.Dimensions.member.1.Value`]: '1',
    });
    const range = { StartTime: '2026-03-01T11:00:00Z', EndTime: '2026-03-01T13:00:00Z' };
    expect(await call('GetMetricData', { ...query('1', 'false'), ...query('2', 'true'), ...range })).toEqual(
      answer(
        'GetMetricData',
        '<MetricDataResults><member><Id>m2</Id><Label>Latency</Label><Timestamps><member>2026-03-01T12:00:00.000Z</member></Timestamps><Values><member>10</member></Values><StatusCode>Complete</StatusCode></member></MetricDataResults><Messages></Messages>',
      ),
    );
  });

  test('lists metrics, and an empty list of dimensions is none', async () => {
    await call('PutMetricData', { ...DATUM, 'MetricData.member.1.Value': '10' });
    expect(await call('ListMetrics', { Namespace: 'App', Dimensions: '' })).toEqual(
      answer(
        'ListMetrics',
        '<Metrics><member><Namespace>App</Namespace><MetricName>Latency</MetricName><Dimensions><member><Name>Stage</Name><Value>1</Value></member></Dimensions></member></Metrics><OwningAccounts></OwningAccounts>',
      ),
    );
  });

  const refusal = (status: number, type: string, code: string, message: string) => [
    status,
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>ID</RequestId></ErrorResponse>`,
  ];

  test('refuses with the codes that it always had', async () => {
    expect(await call('ListMetrics', { NextToken: 'x' })).toEqual(
      refusal(400, 'Sender', 'InvalidParameterValue', 'The value of the parameter NextToken is not valid.'),
    );
    expect(await call('PutDashboard', {})).toEqual(
      refusal(
        501,
        'Receiver',
        'NotImplementedException',
        "llx's emulator does not implement PutDashboard of Amazon CloudWatch",
      ),
    );
  });

  test.each([
    ['in a text', { Namespace: 'App', 'Namespace.member.1': 'x' }, 'Namespace.member.1 is in a text'],
    ['that is a structure, too', { 'A.B': 'x', A: 'y' }, 'A is there twice'],
    ['far too deep', { [Array(20).fill('A').join('.')]: 'x' }, 'expected a depth of at most 16'],
  ])('refuses a parameter %s', async (_, parameters: Readonly<Record<string, string>>, problem) => {
    expect(await call('ListMetrics', parameters)).toEqual(
      refusal(400, 'Sender', 'MalformedQueryString', `Could not parse request body: ${problem}`),
    );
  });

  test('is no protocol of another API', async () => {
    expect((await call('ListUsers', {}, { version: '2010-05-08' }))[0]).toBe(501);
  });
});
