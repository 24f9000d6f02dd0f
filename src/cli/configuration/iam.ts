import {
  type Check,
  hiddenText,
  integer,
  list,
  memberPath,
  object,
  type Problems,
  record,
  text,
} from '../../checks/check.ts';
import type { IamConfig, IamRole, IamUser } from '../../emulator/identity/iam-config.ts';
import type { PolicyDocument } from '../../emulator/identity/policy-document.ts';
import { policyProblems } from '../../emulator/identity/policy-problems.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: names of users and roles. */
const NAME = /^[\w+=,.@-]{1,64}$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;
/** Keys that begin so are temporary: only STS makes them. */
const TEMPORARY = /^ASIA/;

/** `functions.x.role` */
export const functionRole = text(
  "a role's name, or its ARN such as 'arn:aws:iam::123456789012:role/orders'",
  (written) => NAME.test(written) || ROLE_ARN.test(written),
);

const accessKey = object(
  {
    id: hiddenText(
      'a key id of 16 to 128 letters, digits or _, which does not begin with ASIA',
      (written) => /^\w{16,128}$/.test(written) && !TEMPORARY.test(written),
    ),
    secret: hiddenText('a secret of at least 16 characters', (written) => written.length >= 16),
  },
  'an object such as { id, secret }',
  ['id', 'secret'],
);

const policies = list(policy('identity'), 'a list of policies');

const user = object(
  { accessKeys: list(accessKey, 'a list of keys such as { id, secret }'), policies },
  'an object such as { accessKeys: [{ id, secret }] }',
  ['accessKeys'],
);

const role = object(
  { trust: policy('trust'), policies, maxSessionSeconds: integer(3600, 43_200, ' (seconds)') },
  'an object such as { policies: [] }',
);

const users: Check<Readonly<Record<string, IamUser>>> = (written, path, problems) => {
  const entries = record(user, 'an object of users', checkName)(written, path, problems);
  // What has no id or no secret is a problem already, and nothing is made of it.
  return (
    entries &&
    Object.fromEntries(
      entries.map(([name, { accessKeys = [], ...rest }]) => [
        name,
        { ...rest, accessKeys: accessKeys.map(({ id = '', secret = '' }) => ({ id, secret })) },
      ]),
    )
  );
};

const roles: Check<Readonly<Record<string, IamRole>>> = (written, path, problems) => {
  const entries = record(role, 'an object of roles', checkName)(written, path, problems);
  return entries && Object.fromEntries(entries);
};

/** `iam` */
export const iam: Check<IamConfig> = object({ users, roles }, 'an object of users and roles');

/** No message repeats a value of a policy: it may be long. */
function policy(kind: 'identity' | 'trust'): Check<PolicyDocument> {
  return (written, path, problems) => {
    const found = policyProblems(written, kind);
    problems.push(...found.map((problem) => `${path}${problem}`));
    // It has no problems, so it is one.
    return found.length === 0 ? (written as PolicyDocument) : undefined;
  };
}

function checkName(name: string, path: string, problems: Problems): void {
  if (NAME.test(name)) return;
  problems.push(`${memberPath(path, name)}: expected a name of 1 to 64 letters, digits or any of _+=,.@-.`);
}
