import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { readAlias } from '../platform/deploy/deployed-function.ts';
import { LIVE_ALIAS } from '../platform/deploy/live-address.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';
import { inLanes, listFunctions } from '../platform/run-list.ts';
import type { DeployedHandler } from './sync-plan.ts';
import type { TriggerTarget } from './trigger-table.ts';
import type { TriggerTables } from './trigger-tables.ts';

/** Tags of a function that `llx sync` has deployed. */
export const TAGS = {
  source: 'llx:source',
  control: 'llx:control',
  version: 'llx:version',
  /** Of the package; it is set last, so that what was interrupted is done again. */
  digest: 'llx:sha256',
  /** The number of Lambda's version. */
  live: 'llx:live',
} as const;

/** A handler as it runs, with what is needed to change it. */
export type RunningHandler = DeployedHandler & {
  readonly target: TriggerTarget;
  /** Lambda's version that the alias leads to. */
  readonly liveVersion: string | undefined;
};

export type DeployedState = {
  readonly handlers: readonly RunningHandler[];
  /** Names of functions that are not of this source. */
  readonly foreign: ReadonlySet<string>;
};

/** What a source has deployed, by the tags of the functions. */
export class DeployedStateReader {
  readonly #lambda: LambdaCalls;
  readonly #sourceName: string;
  readonly #tables: TriggerTables;
  readonly #role: string | undefined;
  /** Functions of others, each as it was when its tags were asked for: an account may have thousands. */
  readonly #strangers = new Set<string>();

  /** @param role that the functions are to have: only then that of each live version is asked for */
  constructor(lambda: LambdaCalls, sourceName: string, tables: TriggerTables, role?: string) {
    this.#lambda = lambda;
    this.#sourceName = sourceName;
    this.#tables = tables;
    this.#role = role;
  }

  async read(): Promise<DeployedState> {
    const functions = await listFunctions(this.#lambda);
    const tagged = await inLanes(functions, (each) => this.#tagged(each));
    const own = tagged.flatMap((each) => (each === undefined ? [] : [each]));
    const targets = own.map(({ configuration }) => targetOf(configuration));
    const triggers = await this.#tables.read(targets);
    const handlers = await inLanes(own, async ({ configuration, tags }): Promise<RunningHandler> => {
      const target = targetOf(configuration);
      const { functionName } = target;
      const alias = await readAlias(this.#lambda, functionName, LIVE_ALIAS);
      const isWhole = Object.keys(alias?.weights ?? {}).length === 0;
      return {
        target,
        functionName,
        control: tags[TAGS.control] ?? functionName,
        version: tags[TAGS.version] ?? '',
        digest: tags[TAGS.digest] ?? '',
        liveVersion: alias?.version,
        isLive: alias !== undefined && isWhole && alias.version === tags[TAGS.live],
        role: this.#role === undefined ? undefined : await this.#liveRole(functionName),
        triggers: triggers(functionName),
      };
    });
    const names = new Set(handlers.map(({ functionName }) => functionName));
    const others = functions.map(({ FunctionName = '' }) => FunctionName).filter((name) => !names.has(name));
    return { handlers, foreign: new Set(others) };
  }

  async #liveRole(FunctionName: string): Promise<string | undefined> {
    const input = { FunctionName, Qualifier: LIVE_ALIAS };
    const live = await this.#lambda.find('GetFunctionConfiguration', FunctionName, (client, options) =>
      client.send(new GetFunctionConfigurationCommand(input), options),
    );
    return live?.Role;
  }

  async #tagged(configuration: FunctionConfiguration) {
    const { FunctionName = '', FunctionArn = '', LastModified = '' } = configuration;
    const identity = `${FunctionArn} ${LastModified}`;
    if (this.#strangers.has(identity)) return undefined;
    const answer = await this.#lambda.find('ListTags', FunctionName, (client, options) =>
      client.send(new ListTagsCommand({ Resource: FunctionArn }), options),
    );
    const tags = answer?.Tags ?? {};
    if (tags[TAGS.source] === this.#sourceName) return { configuration, tags };
    this.#strangers.add(identity);
    return undefined;
  }
}

function targetOf({
  FunctionName = '',
  FunctionArn = '',
  Timeout = 3,
}: FunctionConfiguration): TriggerTarget {
  return { functionName: FunctionName, arn: `${FunctionArn}:${LIVE_ALIAS}`, timeout: Timeout };
}
