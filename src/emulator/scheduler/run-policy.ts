import { ExpressionError } from './expression-error.ts';

/** What is done with a run while an earlier one still runs. */
export const OVERLAP_POLICIES = ['parallel', 'skip', 'queue'] as const;
/** What is done with runs whose time passed while nothing could run them. */
export const MISSED_POLICIES = ['once', 'skip', 'all'] as const;

export type RunPolicy = {
  /** AWS always runs them in parallel. @default parallel */
  readonly overlap: (typeof OVERLAP_POLICIES)[number];
  /** @default once */
  readonly missed: (typeof MISSED_POLICIES)[number];
};

export const DEFAULT_RUN_POLICY: RunPolicy = { overlap: 'parallel', missed: 'once' };

const MARK = /\s*\[llx((?: [a-z]+=[a-z]+)*)\]$/;

/**
 * AWS has no field for it, and schedules have no tags: the policy stands at the end of the description, where it
 * survives every client, and means nothing to AWS: `Nightly report [llx overlap=skip missed=all]`.
 *
 * @throws ExpressionError for a word that is no policy
 */
export function readRunPolicy(description = ''): RunPolicy {
  const pairs = (MARK.exec(description)?.[1] ?? '').split(' ').filter((pair) => pair !== '');
  let policy = DEFAULT_RUN_POLICY;
  for (const pair of pairs) {
    const [name, value] = pair.split('=');
    const overlap = OVERLAP_POLICIES.find((one) => one === value);
    const missed = MISSED_POLICIES.find((one) => one === value);
    if (name === 'overlap' && overlap !== undefined) policy = { ...policy, overlap };
    else if (name === 'missed' && missed !== undefined) policy = { ...policy, missed };
    else {
      throw new ExpressionError(
        `expected overlap=${OVERLAP_POLICIES.join('|')} or missed=${MISSED_POLICIES.join('|')} in [llx …], found ${pair}`,
      );
    }
  }
  return policy;
}

/** The description without the policy. */
export function plainDescription(description: string): string {
  return description.replace(MARK, '');
}

/** Undefined where there is nothing to say: no text, and the defaults. */
export function describeRunPolicy(description: string | undefined, policy: RunPolicy): string | undefined {
  const { overlap, missed } = policy;
  const words = [
    ...(overlap === DEFAULT_RUN_POLICY.overlap ? [] : [`overlap=${overlap}`]),
    ...(missed === DEFAULT_RUN_POLICY.missed ? [] : [`missed=${missed}`]),
  ];
  const text = plainDescription(description ?? '');
  const mark = words.length === 0 ? '' : `[llx ${words.join(' ')}]`;
  return [text, mark].filter((part) => part !== '').join(' ') || undefined;
}
