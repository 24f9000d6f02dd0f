import { constraintViolation } from '../../constraint-violation.ts';
import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import { checkScope, parseFunctionName } from '../function-name.ts';
import { invalidParameter, resourceNotFound, validationFailed } from '../lambda-errors.ts';
import type { FunctionDeps } from './function-deps.ts';
import { Members } from './members.ts';

const ROUTE = '/2017-03-31/tags/{Resource}';
const NOTE = 'tags of functions';
const MOST_TAGS = 50;
const RESOURCE = {
  test: /^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:[a-z-]+:.+$/,
  text: 'arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})',
};

/** Tags of functions, those of the configuration, too. */
export function tagOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'TagResource',
      route: { method: 'POST', path: ROUTE },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const name = taggedFunction(call, deps, 'TagResource');
        const tags = readTags(new Members(call.input)) ?? {};
        deps.state.transaction(() => {
          checkTags({ ...deps.tags.of(name), ...tags });
          deps.tags.put(name, tags);
        });
        return { status: 204 };
      },
    },
    {
      name: 'UntagResource',
      route: { method: 'DELETE', path: ROUTE },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const name = taggedFunction(call, deps, 'UntagResource');
        const keys = call.query.getAll('tagKeys');
        if (keys.length === 0) {
          throw validationFailed(constraintViolation('TagKeys', undefined, 'Member must not be null'));
        }
        deps.state.transaction(() => deps.tags.delete(name, keys));
        return { status: 204 };
      },
    },
    {
      name: 'ListTags',
      route: { method: 'GET', path: ROUTE },
      support: 'partial',
      note: NOTE,
      handle: (call) => ({ output: { Tags: deps.tags.of(taggedFunction(call, deps, 'ListTags')) } }),
    },
  ];
}

/**
 * `Tags` of a request.
 *
 * @throws AwsError 400 InvalidParameterValueException
 */
export function readTags(members: Members): Readonly<Record<string, string>> | undefined {
  const tags = members.textMap('Tags');
  if (tags !== undefined) checkTags(tags);
  return tags;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) throw invalidParameter('Number of tags exceeds resource tag limit.');
  for (const [key, value] of entries) {
    if (key === '' || key.length > 128 || key.toLowerCase().startsWith('aws:')) {
      throw invalidParameter(`Tag key ${JSON.stringify(key.slice(0, 200))} is not valid.`);
    }
    if (value.length > 256)
      throw invalidParameter(`The value of the tag ${JSON.stringify(key)} is too long.`);
  }
}

function taggedFunction(call: OperationCall, deps: FunctionDeps, action: string): string {
  const members = new Members(call.path);
  const arn = members.requiredText('Resource', { pattern: RESOURCE });
  members.check();
  if (!arn.includes(':function:')) {
    throw invalidParameter(`llx's emulator has tags of functions only, not of ${arn.slice(0, 200)}.`);
  }
  const reference = parseFunctionName(arn);
  checkScope(reference, deps.scope);
  call.authorize(`lambda:${action}`, arn);
  if (reference.qualifier !== undefined) {
    throw invalidParameter(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  }
  if (deps.registry.lookup(reference) === undefined) throw resourceNotFound(`Function not found: ${arn}`);
  return reference.name;
}
