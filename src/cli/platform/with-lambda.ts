import { awsTarget, type TargetFlags } from '../aws-target.ts';
import { type Interrupt, onInterrupt } from '../interrupt.ts';
import { type LambdaCalls, openLambda } from './lambda-calls.ts';

/** Works with Lambda's API at the target of the flags, until it is done or interrupted. Rejects with LlxError. */
export async function withLambda<Result>(
  flags: TargetFlags,
  env: NodeJS.ProcessEnv,
  work: (lambda: LambdaCalls, interrupt: Interrupt) => Promise<Result>,
): Promise<Result> {
  const interrupt = onInterrupt();
  try {
    const { signal } = interrupt;
    const lambda = openLambda(await awsTarget(flags, { env, signal }), signal);
    try {
      return await work(lambda, interrupt);
    } finally {
      lambda.close();
    }
  } finally {
    interrupt.dispose();
  }
}
