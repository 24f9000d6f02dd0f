import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** What a step does: a call to an API, a request to a function URL, or a look at what happened. */
export type RecordedRequest =
  | { readonly api: string; readonly params: Readonly<Record<string, unknown>>; readonly note?: string }
  | {
      readonly http: string;
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly note?: string;
    }
  | { readonly observe: string; readonly calls?: number };

export type RecordedStep = { readonly request: RecordedRequest; readonly expected?: unknown };

export type RecordedCase = {
  readonly id: string;
  readonly recorded: string;
  readonly handlerBehaviour: string;
  readonly steps: readonly RecordedStep[];
};

const folder =
  process.env.LLX_RECORDINGS ?? fileURLToPath(new URL('../../../shared/aws-recordings', import.meta.url));

const GROUPS = ['invoke', 'runtime', 'versions', 'async', 'function-url', 'sqs', 'sts'] as const;

/** Of real AWS. Undefined where this machine has none. */
export const recordings = existsSync(join(folder, 'README.md')) ? GROUPS.flatMap(casesOf) : undefined;

function casesOf(group: (typeof GROUPS)[number]): readonly RecordedCase[] {
  const { cases }: { cases: readonly RecordedCase[] } = JSON.parse(
    readFileSync(join(folder, `${group}.json`), 'utf8'),
  );
  return cases;
}

export function recordedSteps(id: string): readonly RecordedStep[] {
  const recording = recordings?.find((one) => one.id === id);
  if (recording === undefined) throw new Error(`expected a recording ${id}, found none`);
  return recording.steps;
}

/** Tests that compare with what AWS answered: where there are no recordings, their name says that they are skipped. */
export function describeAsRecorded(tests: () => void): void {
  const name = recordings === undefined ? 'as AWS answered (skipped: no recordings)' : 'as AWS answered';
  describe.skipIf(recordings === undefined)(name, tests);
}
