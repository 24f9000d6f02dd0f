import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { bodyOf, digestOf } from './body.ts';

export type Where = 'local' | 'deployed';

export type WorkEvent = {
  /** Of this invocation, in this run of the suite. */
  readonly n: number;
  readonly ledger: string;
  readonly ms: number;
  readonly body: string;
  readonly answerBytes: number;
  /** The handler ends with an error of its own. */
  readonly refuse: boolean;
};

export type WorkAnswer = {
  readonly n: number;
  readonly where: Where;
  readonly requestId: string;
  /** Of the body that came. */
  readonly digest: string;
  readonly body: string;
};

class WorkRefused extends Error {
  override readonly name = 'WorkRefused';
}

/** What both the local and the deployed code do: they write down that they ran, and answer with what is theirs alone. */
export function work(where: Where) {
  return async (event: WorkEvent, context: { readonly awsRequestId: string }): Promise<WorkAnswer> => {
    const { n, ledger, ms, body, answerBytes, refuse } = event;
    // One line, appended at once: many processes write to one file.
    const write = (what: 'start' | 'end'): void =>
      appendFileSync(ledger, `${Date.now()} ${what} ${where} ${n} ${context.awsRequestId} ${process.pid}\n`);
    write('start');
    if (ms > 0) await wait(ms);
    write('end');
    if (refuse) throw new WorkRefused(`work ${n}`);
    return {
      n,
      where,
      requestId: context.awsRequestId,
      digest: digestOf(body),
      body: bodyOf(n, answerBytes),
    };
  };
}
