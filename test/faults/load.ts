import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type Call, call } from './call.ts';
import { bodyOf } from './project/body.ts';
import type { WorkEvent } from './project/work.ts';
import type { SeededRandom } from './seeded-random.ts';

export type LoadShape = {
  readonly concurrency: number;
  readonly sizes: keyof typeof SIZES;
  /** The longest that a handler takes; half of them take no time at all. */
  readonly longestMs: number;
};

const KIB = 1024;

/** Bytes of an event or an answer, with how often each range comes. */
const SIZES = {
  small: [{ share: 1, from: 10, to: 2 * KIB }],
  mixed: [
    { share: 0.75, from: 10, to: 2 * KIB },
    { share: 0.22, from: 2 * KIB, to: 300 * KIB },
    { share: 0.03, from: KIB * KIB, to: 2 * KIB * KIB },
  ],
  large: [
    { share: 0.7, from: 100 * KIB, to: 300 * KIB },
    { share: 0.3, from: KIB * KIB, to: 2 * KIB * KIB },
  ],
} as const;

const REFUSED = 0.05;

/** Calls until there are enough and the faults are over; each lane waits for its answer before it calls again. */
export async function runLoad(options: {
  readonly client: LambdaClient;
  readonly functionNames: readonly string[];
  readonly shape: LoadShape;
  readonly calls: number;
  readonly isOver: () => boolean;
  /** Numbers are never used twice in one run of the suite. */
  readonly firstNumber: number;
  readonly ledger: string;
  readonly random: SeededRandom;
}): Promise<readonly Call[]> {
  const { client, functionNames, shape, firstNumber, ledger, random } = options;
  const made: Call[] = [];
  let next = firstNumber;
  const enough = firstNumber + options.calls;
  const lane = async (): Promise<void> => {
    while (next < enough || !options.isOver()) {
      const n = next++;
      const own = random.fork(`call ${n}`);
      const event: WorkEvent = {
        n,
        ledger,
        ms: own.chance(0.5) ? 0 : own.integer(1, shape.longestMs),
        body: bodyOf(n + 1, chooseBytes(shape.sizes, own)),
        answerBytes: chooseBytes(shape.sizes, own),
        refuse: own.chance(REFUSED),
      };
      made.push(await call(client, own.pick(functionNames) ?? '', event));
    }
  };
  await Promise.all(Array.from({ length: shape.concurrency }, lane));
  return made;
}

function chooseBytes(sizes: LoadShape['sizes'], random: SeededRandom): number {
  let rest = random.next();
  for (const { share, from, to } of SIZES[sizes]) {
    if (rest < share) return random.integer(from, to);
    rest -= share;
  }
  return 10;
}
