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

export type WorkContext = { readonly awsRequestId: string };

export type WorkAnswer = {
  readonly n: number;
  readonly where: Where;
  readonly requestId: string;
  /** Of the body that came. */
  readonly digest: string;
  readonly body: string;
};

export class WorkRefused extends Error {
  override readonly name = 'WorkRefused';
}

/** What both the local and the deployed code do: they write down that they ran, and answer with what is theirs alone. */
export function work(where: Where) {
  return async (event: WorkEvent, context: WorkContext): Promise<WorkAnswer> => {
    const { n, ms, refuse } = event;
    writeDown('start', where, event, context);
    if (ms > 0) await wait(ms);
    writeDown('end', where, event, context);
    if (refuse) throw new WorkRefused(`work ${n}`);
    return answerOf(where, event, context);
  };
}

/** One line, appended at once: many processes write to one file. */
export function writeDown(
  what: 'start' | 'end',
  where: Where,
  { n, ledger }: WorkEvent,
  { awsRequestId }: WorkContext,
): void {
  appendFileSync(ledger, `${Date.now()} ${what} ${where} ${n} ${awsRequestId} ${process.pid}\n`);
}

export function answerOf(where: Where, event: WorkEvent, { awsRequestId }: WorkContext): WorkAnswer {
  const { n, body, answerBytes } = event;
  return { n, where, requestId: awsRequestId, digest: digestOf(body), body: bodyOf(n, answerBytes) };
}
