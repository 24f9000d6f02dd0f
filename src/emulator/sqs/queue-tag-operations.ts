import type { ApiOperation } from '../http/api-operation.ts';
import { onQueue, type SqsDependencies } from './queue-call.ts';
import { invalidParameter } from './sqs-error.ts';
import { requiredText, textMap, texts } from './sqs-input.ts';

const MOST_TAGS = 50;
const UNENFORCED =
  'kept in the attribute Policy, and not enforced: who may do what is said by the caller’s own policies';

/** What is written on a queue: tags, and the policy of who may use it. */
export function queueTagOperations(dependencies: SqsDependencies): readonly ApiOperation[] {
  const { queues } = dependencies;
  return [
    onQueue(dependencies, 'TagQueue', ({ name, tags }, { input }) => {
      const merged = { ...tags, ...textMap(input, 'Tags') };
      if (Object.keys(merged).length > MOST_TAGS) {
        throw invalidParameter(`Too many tags added for queue ${name}.`);
      }
      queues.setTags(name, merged);
      return undefined;
    }),
    onQueue(dependencies, 'UntagQueue', ({ name, tags }, { input }) => {
      const keys = texts(input, 'TagKeys');
      queues.setTags(name, Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))));
      return undefined;
    }),
    onQueue(dependencies, 'ListQueueTags', ({ tags }) =>
      Object.keys(tags).length === 0 ? {} : { Tags: tags },
    ),
    {
      ...onQueue(dependencies, 'AddPermission', ({ name, queue, attributes }, { input }) => {
        const label = requiredText(input, 'Label');
        const policy = parsePolicy(attributes.Policy);
        if (policy.some(({ Sid }) => Sid === label)) {
          throw invalidParameter(`Value ${label} for parameter Label is invalid. Reason: Already exists.`);
        }
        const statement = {
          Sid: label,
          Effect: 'Allow',
          Principal: { AWS: texts(input, 'AWSAccountIds').map((account) => `arn:aws:iam::${account}:root`) },
          Action: texts(input, 'Actions').map((action) => `SQS:${action}`),
          Resource: queue.arn,
        };
        queues.setAttributes(name, { Policy: policyText([...policy, statement]) });
        return undefined;
      }),
      support: 'partial',
      note: UNENFORCED,
    },
    {
      ...onQueue(dependencies, 'RemovePermission', ({ name, attributes }, { input }) => {
        const label = requiredText(input, 'Label');
        const policy = parsePolicy(attributes.Policy);
        const rest = policy.filter(({ Sid }) => Sid !== label);
        if (rest.length === policy.length) {
          throw invalidParameter(
            `Value ${label} for parameter Label is invalid. Reason: can't find label on existing policy.`,
          );
        }
        queues.setAttributes(name, { Policy: rest.length === 0 ? '' : policyText(rest) });
        return undefined;
      }),
      support: 'partial',
      note: UNENFORCED,
    },
  ];
}

type Statement = Readonly<Record<string, unknown>>;

/** Its statements. That it is JSON was checked when it was set. */
function parsePolicy(text: string | undefined): readonly Statement[] {
  const policy: unknown = text ? JSON.parse(text) : undefined;
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) return [];
  const statements: readonly unknown[] = [policy.Statement].flat();
  return statements.flatMap((statement) =>
    typeof statement === 'object' && statement !== null ? [{ ...statement }] : [],
  );
}

function policyText(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
