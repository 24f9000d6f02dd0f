import type { Context } from 'aws-lambda';

export const handler = async (_event: unknown, context: Context): Promise<unknown> => ({
  functionName: context.functionName,
  invokedFunctionArn: context.invokedFunctionArn,
  memoryLimitInMB: context.memoryLimitInMB,
  awsRequestId: context.awsRequestId,
  remaining: context.getRemainingTimeInMillis() > 1000,
  clientContext: context.clientContext,
  stage: process.env.STAGE,
  profile: process.env.AWS_PROFILE,
});
