const account = '000000000000';
const anything = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
} as const;

export default {
  functions: {
    uses: { handler: 'src/keys.uses', role: 'keys-role', timeout: 30 },
    prints: { handler: 'src/keys.prints', role: 'keys-role', timeout: 30 },
    refused: { handler: 'src/keys.refused', role: 'keys-role', timeout: 30 },
  },
  iam: {
    users: {
      developer: {
        accessKeys: [{ id: 'AKIADEVELOPER0000001', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }],
        policies: [anything],
      },
    },
    roles: {
      'keys-role': {
        trust: {
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com', AWS: `arn:aws:iam::${account}:root` },
            Action: 'sts:AssumeRole',
          },
        },
        policies: [
          anything,
          {
            Version: '2012-10-17',
            Statement: { Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: '*' },
          },
        ],
      },
    },
  },
};
