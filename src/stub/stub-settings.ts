/** What the construct (or the emulator) puts into the function's environment for the stub. */
export type StubSettings = {
  /** The original handler setting. */
  readonly handler: string;
  readonly taskRoot: string;
  /** Of the function, unqualified. Lambda does not tell it before the first invocation. */
  readonly arn: string;
  readonly brokerUrl: string;
  readonly runtime: string;
  readonly verbose: boolean;
};

/**
 * LLX_HANDLER, LLX_BROKER_URL and LLX_FUNCTION_ARN, or LLX_ACCOUNT_ID in place of the last one.
 * @throws Error naming what is missing: the function's configuration is broken, and Lambda shows it as init error.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): StubSettings {
  const required = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '')
      throw new Error(`expected the environment variable ${name} of llx`);
    return value;
  };
  return {
    handler: required('LLX_HANDLER'),
    brokerUrl: required('LLX_BROKER_URL'),
    taskRoot: required('LAMBDA_TASK_ROOT'),
    arn: environment.LLX_FUNCTION_ARN ?? functionArn(required),
    // AWS_Lambda_nodejs24.x
    runtime: (environment.AWS_EXECUTION_ENV ?? '').replace(/^AWS_Lambda_/, ''),
    verbose: environment.LLX_VERBOSE === '1',
  };
}

function functionArn(required: (name: string) => string): string {
  const region = required('AWS_REGION');
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:lambda:${region}:${required('LLX_ACCOUNT_ID')}:function:${required('AWS_LAMBDA_FUNCTION_NAME')}`;
}
