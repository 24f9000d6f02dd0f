import type { PolicyDocument } from './policy-document.ts';

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

/**
 * Where keys have bounds, whoever may deploy one function would have all of the server with the keys of that function's
 * environment. So these call other functions and send messages, and change nothing that is deployed.
 */
const CALLING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: [
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
      'lambda:InvokeAsync',
      'sqs:*',
      'events:PutEvents',
      'execute-api:*',
      'iot:Connect',
      'iot:DescribeEndpoint',
      'iot:GetRetainedMessage',
      'iot:Publish',
      'iot:Receive',
      'iot:RetainPublish',
      'iot:Subscribe',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'cloudwatch:PutMetricData',
    ],
    Resource: '*',
  },
};

/** What a role may do that functions name and nobody has configured. */
export function unconfiguredRolePolicy(isExposed: boolean): PolicyDocument {
  return isExposed ? CALLING : EVERYTHING;
}
