import type { OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { notImplemented } from '../http/aws-error.ts';
import { invalidValue, listOf, optionalText, requiredText, structureOf } from './metric-input.ts';
import type { ListedMetric, MetricStore } from './metric-store.ts';

const PAGE = 500;
const RECENTLY_MS = 3 * 3_600_000;

type DimensionFilter = { readonly name: string; readonly value: string | undefined };

/** `ListMetrics`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export function listMetrics(
  store: MetricStore,
  { input, authorize }: OperationCall,
  now: number,
): OperationAnswer {
  const namespace = optionalText(input, 'Namespace', 255);
  const name = optionalText(input, 'MetricName', 255);
  const filters = listOf(input, 'Dimensions', 10).map((value): DimensionFilter => {
    const filter = structureOf(value, 'Dimensions.member');
    return { name: requiredText(filter, 'Name', 255), value: optionalText(filter, 'Value') };
  });
  const recently = optionalText(input, 'RecentlyActive');
  const token = optionalText(input, 'NextToken') ?? '0';
  authorize('cloudwatch:ListMetrics', '*');
  if (recently !== undefined && recently !== 'PT3H') {
    throw invalidValue(`The value ${recently} for parameter RecentlyActive is not supported.`);
  }
  if (!/^\d{1,15}$/.test(token)) throw invalidValue('The value of the parameter NextToken is not valid.');
  if (input.IncludeLinkedAccounts === true) throw notImplemented('ListMetrics with IncludeLinkedAccounts');
  const found = store
    .list({
      namespace,
      name,
      activeSince: recently === undefined ? undefined : now - RECENTLY_MS,
      after: Number(token),
    })
    .filter((metric) => filters.every((filter) => hasDimension(metric, filter)));
  const page = found.slice(0, PAGE);
  const last = found.length > PAGE ? page.at(-1) : undefined;
  return {
    output: {
      Metrics: page.map((metric) => ({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: metric.dimensions.map((dimension) => ({ Name: dimension.name, Value: dimension.value })),
      })),
      OwningAccounts: [],
      ...(last === undefined ? {} : { NextToken: String(last.id) }),
    },
  };
}

function hasDimension({ dimensions }: ListedMetric, filter: DimensionFilter): boolean {
  return dimensions.some(
    ({ name, value }) => name === filter.name && (filter.value === undefined || filter.value === value),
  );
}
