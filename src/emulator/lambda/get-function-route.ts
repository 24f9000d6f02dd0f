import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestAccess } from '../identity/request-access.ts';
import { parseFunctionName } from './function-name.ts';
import type { FunctionRegistry, ResolvedFunction } from './function-registry.ts';

type FunctionRequest = FastifyRequest<{ Params: { name: string }; Querystring: { Qualifier?: unknown } }>;

type Functions = {
  readonly registry: FunctionRegistry;
  readonly access: RequestAccess;
  /** ARN of the role of a function. */
  readonly roleArnOf: (functionName: string) => string;
};

/** `GetFunction` and `GetFunctionConfiguration`: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export function addGetFunctionRoute(app: FastifyInstance, functions: Functions): void {
  app.get('/2015-03-31/functions/:name/configuration', (request: FunctionRequest, reply) => {
    const resolved = resolve(request, functions, 'lambda:GetFunctionConfiguration');
    return reply.type('application/json').send(JSON.stringify(configurationOf(resolved, functions)));
  });
  app.get('/2015-03-31/functions/:name', (request: FunctionRequest, reply) => {
    const resolved = resolve(request, functions, 'lambda:GetFunction');
    const Configuration = configurationOf(resolved, functions);
    return reply.type('application/json').send(JSON.stringify({ Configuration, Tags: {} }));
  });
}

function resolve(
  request: FunctionRequest,
  { registry, access }: Functions,
  action: string,
): ResolvedFunction {
  const reference = parseFunctionName(request.params.name, request.query.Qualifier);
  access.authorize(request, { service: 'lambda', action, resource: registry.arnOf(reference) });
  return registry.resolve(reference);
}

/** Of a function with a stub in front, as docs/live.md deploys it: the handler behind it stands in LLX_HANDLER. */
const STUB_HANDLER = '/opt/llx/index.handler';

/** What the emulator knows of a function. It has no package, so `CodeSha256` tells its configuration apart. */
function configurationOf(
  { deployed: { spec, logGroupName, stubbed }, invokedArn, version }: ResolvedFunction,
  { roleArnOf }: Functions,
): Readonly<Record<string, unknown>> {
  const variables = stubbed ? { ...spec.environment, LLX_HANDLER: spec.handler } : spec.environment;
  return {
    FunctionName: spec.name,
    FunctionArn: invokedArn,
    Runtime: spec.runtime,
    Role: roleArnOf(spec.name),
    Handler: stubbed ? STUB_HANDLER : spec.handler,
    CodeSize: 0,
    CodeSha256: createHash('sha256').update(JSON.stringify(spec)).digest('base64'),
    Description: '',
    Timeout: spec.timeoutMs / 1000,
    MemorySize: spec.memoryMb,
    ...(Object.keys(variables).length > 0 ? { Environment: { Variables: variables } } : {}),
    TracingConfig: { Mode: 'PassThrough' },
    Version: version,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupName },
  };
}
