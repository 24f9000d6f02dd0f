import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Undefined where this machine has none. */
export function readRecordings(): readonly RecordedCase[] | undefined {
  if (!existsSync(join(folder, 'README.md'))) return undefined;
  return GROUPS.flatMap((group) => {
    const { cases }: { cases: readonly RecordedCase[] } = JSON.parse(
      readFileSync(join(folder, `${group}.json`), 'utf8'),
    );
    return cases;
  });
}
