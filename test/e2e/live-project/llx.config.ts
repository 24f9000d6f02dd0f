const account = '000000000000';
const iot = `arn:aws:iot:us-east-1:${account}`;
const functions = `arn:aws:lambda:us-east-1:${account}:function:*`;

/** The developer's policy of docs/live.md, for the functions of this project. */
const developer = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iot:DescribeEndpoint', Resource: '*' },
    { Effect: 'Allow', Action: 'iot:Connect', Resource: `${iot}:client/llx-session-*` },
    {
      Effect: 'Allow',
      Action: ['iot:Publish', 'iot:RetainPublish', 'iot:GetRetainedMessage'],
      Resource: [`${iot}:topic/llx/v1/${functions}/presence/*`, `${iot}:topic/llx/v1/sessions/*`],
    },
    { Effect: 'Allow', Action: 'iot:Publish', Resource: `${iot}:topic/llx/v1/${functions}/out/*` },
    {
      Effect: 'Allow',
      Action: 'iot:Subscribe',
      Resource: [
        `${iot}:topicfilter/llx/v1/${functions}/in/*`,
        `${iot}:topicfilter/llx/v1/${functions}/presence/*`,
        `${iot}:topicfilter/llx/v1/sessions/*`,
      ],
    },
    {
      Effect: 'Allow',
      Action: 'iot:Receive',
      Resource: [
        `${iot}:topic/llx/v1/${functions}/in/*`,
        `${iot}:topic/llx/v1/${functions}/presence/*`,
        `${iot}:topic/llx/v1/sessions/*`,
      ],
    },
    {
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction', 'lambda:GetFunctionConfiguration'],
      Resource: functions,
    },
    { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${account}:role/*` },
  ],
} as const;

/** The function's part of the policy of docs/live.md. */
function stub(name: string) {
  const topics = `llx/v1/arn:aws:lambda:us-east-1:${account}:function:${name}`;
  return [
    { Effect: 'Allow', Action: 'iot:Connect', Resource: `${iot}:client/llx-stub-*` },
    {
      Effect: 'Allow',
      Action: 'iot:Subscribe',
      Resource: [
        `${iot}:topicfilter/${topics}/presence/*`,
        `${iot}:topicfilter/${topics}/out/*`,
        `${iot}:topicfilter/llx/v1/sessions/*`,
      ],
    },
    {
      Effect: 'Allow',
      Action: 'iot:Receive',
      Resource: [
        `${iot}:topic/${topics}/presence/*`,
        `${iot}:topic/${topics}/out/*`,
        `${iot}:topic/llx/v1/sessions/*`,
      ],
    },
    { Effect: 'Allow', Action: 'iot:Publish', Resource: `${iot}:topic/${topics}/in/*` },
    {
      Effect: 'Allow',
      Action: 'iot:GetRetainedMessage',
      Resource: [`${iot}:topic/${topics}/presence/*`, `${iot}:topic/llx/v1/sessions/*`],
    },
  ] as const;
}

const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'sts:AssumeRole',
      Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/*` } },
    },
  ],
} as const;

export default {
  functions: {
    who: { handler: 'src/who.handler', deployed: 'deployed/who.handler', role: 'who-role' },
    echo: { handler: 'src/echo.handler', deployed: 'deployed/who.handler', timeout: 30, memory: 512 },
    // Calls STS and Lambda with what its environment gives it.
    calls: {
      handler: 'src/calls.handler',
      deployed: 'src/calls.handler',
      role: 'calls-role',
      timeout: 30,
      environment: { LLX_CREDENTIALS: 'forward' },
    },
    stream: { handler: 'src/stream.handler', deployed: 'src/stream.handler', timeout: 30 },
  },
  iam: {
    users: {
      alice: {
        accessKeys: [{ id: 'AKIAALICE00000000000', secret: 'the-secret-of-alice' }],
        policies: [developer],
      },
      bob: {
        accessKeys: [{ id: 'AKIABOB0000000000000', secret: 'the-secret-of-bob' }],
        policies: [developer],
      },
      // May call everything but the broker.
      carol: {
        accessKeys: [{ id: 'AKIACAROL00000000000', secret: 'the-secret-of-carol' }],
        policies: [
          {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: '*', Resource: '*' },
              { Effect: 'Deny', Action: 'iot:Connect', Resource: '*' },
            ],
          },
        ],
      },
    },
    roles: {
      'who-role': { trust, policies: [{ Version: '2012-10-17', Statement: stub('who') }] },
      'calls-role': {
        trust,
        policies: [
          {
            Version: '2012-10-17',
            Statement: [
              ...stub('calls'),
              {
                Effect: 'Allow',
                Action: 'lambda:InvokeFunction',
                Resource: `arn:aws:lambda:us-east-1:${account}:function:who`,
              },
            ],
          },
        ],
      },
    },
  },
};
