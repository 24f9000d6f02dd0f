import { LlxError } from '../../errors/llx-error.ts';
import type { Deployment } from '../configuration/app-functions.ts';
import { type ConfiguredFunction, functionsIn } from '../configuration.ts';
import type { StackResources } from './stack-resources.ts';

export type LocateOptions = {
  readonly region: string;
  readonly account: string;
  readonly stacks: Pick<StackResources, 'of'>;
  /** Told of each function that is not there: why, and what to do. */
  readonly onMissing: (text: string) => void;
  readonly signal?: AbortSignal;
};

/**
 * The functions of a project with the names and ARNs that they have in AWS: those of a CDK app as CloudFormation named
 * them. Rejects with a LlxError: LLX_FUNCTION_UNKNOWN when none is there, or what CloudFormation's refusal means.
 */
export async function locateFunctions(
  functions: readonly ConfiguredFunction[],
  { region, account, stacks, onMissing, signal }: LocateOptions,
): Promise<readonly ConfiguredFunction[]> {
  const missing = new Map<string, string[]>();
  const located = await Promise.all(
    functions.map(async (one) => {
      if (one.deployment === undefined) return one;
      const name = await physicalName(one.deployment);
      return name === undefined ? undefined : { ...one, name };
    }),
  );
  const found = located.filter((one) => one !== undefined);
  if (found.length === 0) {
    throw new LlxError('LLX_FUNCTION_UNKNOWN', {
      message: `Expected a deployed function of this CDK app in ${region} of account ${account}, found none.`,
      mend: missingTexts(missing).join('\n'),
    });
  }
  for (const text of missingTexts(missing)) onMissing(text);
  return functionsIn({ region, account }, found);

  async function physicalName(deployment: Deployment): Promise<string | undefined> {
    const { path, stack, logicalId } = deployment;
    const elsewhere = placeElsewhere(deployment);
    if (elsewhere !== undefined) {
      miss(path, `deployed ${elsewhere}.`);
      return undefined;
    }
    if (deployment.physicalName !== undefined) return deployment.physicalName;
    const name = (await stacks.of(stack.name, stack.nested ?? [], signal))?.get(logicalId);
    if (name === undefined) {
      miss(path, `not deployed there: npx cdk deploy ${stack.path} -c llx=true`);
    }
    return name;
  }

  function miss(path: string, reason: string): void {
    missing.set(reason, [...(missing.get(reason) ?? []), path]);
  }

  function placeElsewhere({ stack }: Deployment): string | undefined {
    if (stack.account !== undefined && stack.account !== account) return `to the account ${stack.account}`;
    if (stack.region !== undefined && stack.region !== region) {
      return `to ${stack.region}: llx dev --region ${stack.region}`;
    }
    return undefined;
  }
}

/** So many are named of those that have the same reason: an app may have its stacks in five regions. */
const NAMED = 3;

function missingTexts(missing: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...missing].map(([reason, paths]) => {
    const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
    return `${paths.slice(0, NAMED).join(', ')}${more} ${paths.length === 1 ? 'is' : 'are'} ${reason}`;
  });
}
