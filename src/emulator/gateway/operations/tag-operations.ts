import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import type { ApiResource, StageResource } from '../gateway-resources.ts';
import {
  authorizeManagement,
  type GatewayOperationDependencies,
  notFound,
  readMembers,
} from './gateway-call.ts';

const PATH = '/v2/tags/{ResourceArn}';
const ARN = /^arn:aws:apigateway:[^:]*::\/apis\/(?<apiId>[^/]+)(?:\/stages\/(?<stageName>[^/]+))?$/;

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html */
export function tagOperations(deps: GatewayOperationDependencies): readonly ApiOperation[] {
  return [
    {
      name: 'TagResource',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle(call) {
        const tagged = taggedBy(call, 'POST', deps);
        const tags = readMembers(call.input, (members) => members.textMap('tags') ?? {});
        tagged.put({ ...tagged.tags, ...tags });
        return { status: 201, output: {} };
      },
    },
    {
      name: 'UntagResource',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const tagged = taggedBy(call, 'DELETE', deps);
        const gone = new Set(call.query.getAll('tagKeys'));
        tagged.put(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))));
        return { status: 204 };
      },
    },
    {
      name: 'GetTags',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle: (call) => ({ output: { tags: taggedBy(call, 'GET', deps).tags } }),
    },
  ];
}

type Tags = Readonly<Record<string, string>>;

/** @throws AwsError 403, or 404 */
function taggedBy(
  call: OperationCall,
  method: 'GET' | 'POST' | 'DELETE',
  { table, scope }: GatewayOperationDependencies,
): { readonly tags: Tags; put(tags: Tags): void } {
  const { ResourceArn = '' } = call.path;
  authorizeManagement(call, scope, method, `/tags/${encodeURIComponent(ResourceArn)}`);
  const { apiId = '', stageName } = ARN.exec(ResourceArn)?.groups ?? {};
  const found: ApiResource | StageResource | undefined =
    stageName === undefined ? table.get(apiId, 'apis', apiId) : table.get(apiId, 'stages', stageName);
  if (found === undefined) throw notFound(`Invalid resource identifier specified ${ResourceArn}`);
  return {
    tags: found.tags ?? {},
    put(tags) {
      if ('apiId' in found) table.put(apiId, ['apis', apiId, { ...found, tags }]);
      else table.put(apiId, ['stages', found.stageName, { ...found, tags }]);
    },
  };
}
