const account = '000000000000';
const anything = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
} as const;

const shared = { deployed: 'src/deployed.handler', role: 'keys-role', timeout: 30 } as const;

export default {
  functions: {
    uses: { handler: 'src/keys.uses', ...shared },
    prints: { handler: 'src/keys.prints', ...shared },
    refused: { handler: 'src/keys.refused', ...shared },
    throws: { handler: 'src/deployed.throws', role: 'keys-role', timeout: 30 },
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
