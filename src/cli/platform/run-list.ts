import {
  type FunctionConfiguration,
  GetFunctionUrlConfigCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { dateText } from '../../session/time-text.ts';
import { sizeText } from '../../tui/lines/size-text.ts';
import type { AwsTarget, TargetFlags } from '../aws-target.ts';
import { isConfigured, readAlias } from './deploy/deployed-function.ts';
import { LIVE_ALIAS, type LivePlace, liveAddress } from './deploy/live-address.ts';
import type { LambdaCalls } from './lambda-calls.ts';
import { type Surroundings, writeRows } from './platform-output.ts';
import { withLambda } from './with-lambda.ts';

export type ListFlags = TargetFlags & { readonly json?: boolean };

/**
 * Functions that are asked about at once, with two calls each. AWS takes 15 calls a second:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
 */
const AT_ONCE = 4;

/** `llx list`: the functions, what is live of them and where. Gives the exit code; rejects with LlxError. */
export async function runList(flags: ListFlags, surroundings: Surroundings = process): Promise<number> {
  const rows = await withLambda(flags, surroundings.env, async (lambda) => {
    const functions = await listFunctions(lambda);
    const names = functions.map(({ FunctionName = '' }) => FunctionName);
    return await inLanes(functions, (each) => rowOf(lambda, each, names));
  });
  writeRows(
    rows,
    [
      { title: 'FUNCTION', value: (row) => row.function, cut: true },
      { title: 'LIVE', value: ({ version = '' }) => version, align: 'right' },
      { title: 'RUNTIME', value: ({ runtime }) => runtime, importance: 5 },
      { title: 'MEMORY', value: ({ memory }) => `${memory} MB`, align: 'right', importance: 2 },
      { title: 'TIMEOUT', value: ({ timeout }) => `${timeout} s`, align: 'right', importance: 1 },
      { title: 'SIZE', value: ({ codeSize }) => sizeText(codeSize), align: 'right', importance: 3 },
      { title: 'CHANGED', value: ({ lastModified }) => dateText(lastModified), importance: 4 },
      { title: 'URL', value: ({ url = '' }) => url },
    ],
    { json: flags.json, empty: 'No functions yet: llx deploy DIR --name NAME' },
    surroundings,
  );
  return 0;
}

/** All of them, page by page. Rejects with LlxError. */
export async function listFunctions(lambda: LambdaCalls): Promise<readonly FunctionConfiguration[]> {
  const functions: FunctionConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const input = Marker === undefined ? {} : { Marker };
    const page = await lambda.call('ListFunctions', '*', (client, options) =>
      client.send(new ListFunctionsCommand(input), options),
    );
    functions.push(...(page.Functions ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return functions;
}

async function rowOf(
  lambda: LambdaCalls,
  { FunctionName = '', ...configuration }: FunctionConfiguration,
  names: readonly string[],
) {
  const [alias, url] = await Promise.all([
    readAlias(lambda, FunctionName, LIVE_ALIAS),
    lambda.find('GetFunctionUrlConfig', FunctionName, (client, options) =>
      client.send(new GetFunctionUrlConfigCommand({ FunctionName, Qualifier: LIVE_ALIAS }), options),
    ),
  ]);
  return {
    type: 'function',
    function: FunctionName,
    arn: configuration.FunctionArn ?? '',
    runtime: configuration.Runtime ?? '',
    handler: configuration.Handler ?? '',
    memory: configuration.MemorySize ?? 0,
    timeout: configuration.Timeout ?? 0,
    codeSize: configuration.CodeSize ?? 0,
    lastModified: configuration.LastModified ?? '',
    ...(alias === undefined ? {} : { version: alias.version, weights: alias.weights }),
    ...addressOf({ functionName: FunctionName, url: url?.FunctionUrl, names }, configuration, lambda.target),
  };
}

function addressOf(
  { url, ...place }: Omit<LivePlace, 'alias' | 'url'> & { readonly url: string | undefined },
  configuration: FunctionConfiguration,
  target: AwsTarget,
): { readonly url?: string } {
  if (url !== undefined) return { url: liveAddress({ ...place, url, alias: LIVE_ALIAS }, target) };
  // Whoever is on the emulator's machine may call these without a URL.
  const isOpen = isConfigured(configuration) && target.openFunctions?.includes(place.functionName);
  const address = isOpen === true ? liveAddress({ ...place, url: '', alias: LIVE_ALIAS }, target) : '';
  return address === '' ? {} : { url: address };
}

/** In the order of the items, a few at once. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}
