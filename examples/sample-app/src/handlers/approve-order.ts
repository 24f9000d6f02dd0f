import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { readOrder, totalOf } from '../shared/order.ts';

/** The answer of the task `Approve`. */
export type Approval = {
  readonly approved: boolean;
  readonly total: number;
  /** The account on whose behalf it was decided. */
  readonly account: string | undefined;
};

const sts = new STSClient();
const limit = Number(process.env.LIMIT);

/** A task of Step Functions: its event is the state's input, an order. */
export async function handler(event: unknown): Promise<Approval> {
  const total = totalOf(readOrder(event));
  const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand());
  console.log(`${arn} looks at an order of ${total}`);
  return { approved: total <= limit, total, account };
}
