import type { AccessKey } from './access-keys.ts';
import type { IamConfig } from './iam-config.ts';
import { Policy } from './policy.ts';
import { uniqueId } from './roles.ts';

/** The keys of the users in a configuration, one grant for all keys of one. */
export function configuredUsers(account: string, users: IamConfig['users'] = {}): readonly AccessKey[] {
  return Object.entries(users).flatMap(([userName, { accessKeys, policies = [] }]) => {
    const arn = `arn:aws:iam::${account}:user/${userName}`;
    const principal = { type: 'user', arn, account, userId: uniqueId('AIDA', arn), userName } as const;
    const grant = { principal, policies: policies.map((policy) => new Policy(policy)) };
    return accessKeys.map(({ id, secret }) => ({
      credentials: { accessKeyId: id, secretAccessKey: secret },
      grant,
    }));
  });
}
