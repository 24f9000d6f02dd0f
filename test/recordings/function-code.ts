import { build } from 'esbuild';
import yazl from 'yazl';

export type Language = 'nodejs' | 'python';

export type CodeRequest = {
  readonly caseId: string;
  readonly language: Language;
  /** `handler` of `handler.handler`: the name of the file. */
  readonly module: string;
  /** Where the function reports to. */
  readonly reportUrl: string;
  /** Of the package: 1 for the first. */
  readonly version: number;
  /** What a function with a fixed answer returns, as JSON. */
  readonly fixed: string | undefined;
};

const PYTHON_START = (url: string): string => `import json, logging, os, time, urllib.request
def report(value):
    request = urllib.request.Request('${url}', json.dumps(value).encode(), {'content-type': 'application/json'})
    urllib.request.urlopen(request).read()
`;
const NODE_START = (url: string): string => `const report = async (value) => {
  await (await fetch('${url}', { method: 'POST', body: JSON.stringify(value) })).text();
};
`;

const PYTHON_CONTEXT = `{name: getattr(context, name) for name in ('invoked_function_arn', 'function_version', 'function_name', 'memory_limit_in_mb', 'aws_request_id', 'log_group_name', 'log_stream_name', 'client_context')}`;

const PYTHON_LOGS = `logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    print('Lambda log message - print function')
    logging.info('Lambda log message - logging module')
    if event.get('raise_error'):
        raise Exception("Test exception (this is intentional)")
    return {'event': event, 'context': ${PYTHON_CONTEXT}}
`;

const NODE_ECHO = `export const handler = async (event) => {
  console.log(JSON.stringify(event));
  await report(event);
  return event;
};`;

const RETRY_PYTHON = `def handler(event, context):
    record = event['Records'][0]
    fails = int(record['attributes']['ApproximateReceiveCount']) <= json.loads(record['body'])['fail_attempts']
    report({'error': 'failed attempt' if fails else None, 'event': event})
    if fails:
        raise Exception('failed attempt')
`;
const RETRY_NODE = `export const handler = async (event) => {
  const [record] = event.Records;
  const fails = Number(record.attributes.ApproximateReceiveCount) <= JSON.parse(record.body).fail_attempts;
  await report({ error: fails ? 'failed attempt' : null, event });
  if (fails) throw new Error('failed attempt');
};`;

const VERSIONED_PYTHON = (version: number): string => `def handler(event, context):
    return {'version_id': 'version${version}', 'invoked_arn': context.invoked_function_arn, 'version_from_ctx': context.function_version}
`;
const VERSIONED_NODE = (version: number): string => `export const handler = async (event, context) => ({
  version_id: 'version${version}',
  invoked_arn: context.invokedFunctionArn,
  version_from_ctx: context.functionVersion,
});`;

const WAIT_PYTHON = `def handler(event, context):
    print('starting wait')
    time.sleep(event['wait'])
    print('done waiting')
`;
const WAIT_NODE = `export const handler = async (event) => {
  process.stdout.write('starting wait\\n');
  await new Promise((resolve) => setTimeout(resolve, event.wait * 1000));
  process.stdout.write('done waiting\\n');
};`;

const RETURN_EVENT = {
  python: 'def handler(event, context):\n    return event\n',
  nodejs: 'export const handler = async (event) => event;',
};

type Source = { readonly python?: string; readonly nodejs?: string };

/** What the handlers of the recordings do, in words of our own. */
function sourceOf({ caseId, version, fixed }: CodeRequest): Source {
  switch (caseId) {
    case 'invoke-sync':
    case 'invoke-event':
    case 'invoke-dryrun':
    case 'invoke-log-tail-node':
      return { nodejs: NODE_ECHO };
    case 'invoke-no-return-value':
      return { nodejs: 'export const handler = async () => {};' };
    case 'invoke-request-id':
      return {
        python: `logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    logging.info('RequestId log message')
    return context.aws_request_id
`,
      };
    case 'invoke-keeps-memory':
      return { nodejs: 'let counter = 0;\nexport const handler = async () => ({ counter: counter++ });' };
    case 'runtime-answer-too-large':
      return {
        python: "def handler(event, context):\n    return 'a' * event['bytenum']\n",
        nodejs: "export const handler = async (event) => 'a'.repeat(event.bytenum);",
      };
    case 'runtime-throw-node':
      return {
        nodejs: "export const handler = async (event) => { throw new Error('Error: ' + event.error_msg); };",
      };
    case 'runtime-raise-python':
      return {
        python: "def handler(event, context):\n    raise Exception('Failed: ' + event['error_msg'])\n",
      };
    case 'runtime-raise-trace':
      return { python: 'def handler(event, context):\n    raise Exception("Handler fails")\n' };
    case 'runtime-import-raises':
      return { python: 'raise Exception("Runtime startup fails")\ndef handler(event, context):\n    pass\n' };
    case 'runtime-timeout':
    case 'runtime-no-timeout':
      return { python: WAIT_PYTHON, nodejs: WAIT_NODE };
    case 'runtime-environment-node':
      return {
        nodejs: `export const handler = async (event, context) => ({
  ctx: {
    aws_request_id: context.awsRequestId,
    function_name: context.functionName,
    function_version: context.functionVersion,
    invoked_function_arn: context.invokedFunctionArn,
    log_group_name: context.logGroupName,
    log_stream_name: context.logStreamName,
    remaining_time_in_millis: context.getRemainingTimeInMillis(),
  },
  environment: process.env,
  packages: [],
});`,
      };
    case 'versions-invoke-qualifier':
    case 'async-destination-success':
    case 'async-destination-failure':
    case 'async-default-retries':
    case 'async-dead-letters':
      return { python: PYTHON_LOGS };
    case 'versions-code-changes':
    case 'versions-alias-moves':
      return { python: VERSIONED_PYTHON(version), nodejs: VERSIONED_NODE(version) };
    case 'versions-handler-changes':
      return {
        python: `def handler(event, context):
    return {'handler': 'handler'}
def handler_two(event, context):
    return {'handler': 'handler_two'}
`,
        nodejs: `export const handler = async () => ({ handler: 'handler' });
export const handler_two = async () => ({ handler: 'handler_two' });`,
      };
    case 'async-throttled':
      return {
        python: `def handler(event, context):
    if event.get('notify'):
        report(context.aws_request_id)
    time.sleep(event.get('wait', 0))
`,
        nodejs: `export const handler = async (event, context) => {
  if (event.notify) await report(context.awsRequestId);
  await new Promise((resolve) => setTimeout(resolve, (event.wait ?? 0) * 1000));
};`,
      };
    case 'url-return-values':
      return {
        python: `def handler(event, context):\n    return json.loads('''${fixed?.replaceAll('\\', '\\\\')}''')\n`,
        nodejs: `export const handler = async () => (${fixed});`,
      };
    case 'url-status-and-headers':
      return {
        python: "def handler(event, context):\n    return json.loads(event['body'])\n",
        nodejs: 'export const handler = async (event) => JSON.parse(event.body);',
      };
    case 'url-handler-raises':
      return {
        python: "def handler(event, context):\n    raise Exception('it fails')\n",
        nodejs: "export const handler = async () => { throw new Error('it fails'); };",
      };
    case 'url-event':
      return {
        python: `def handler(event, context):
    http = event['requestContext']['http']
    return {'args': event.get('queryStringParameters'), 'data': event.get('body'), 'domain': event['requestContext']['domainName'], 'headers': event['headers'], 'method': http['method'], 'origin': http['sourceIp'], 'path': http['path']}
`,
        nodejs: `export const handler = async ({ queryStringParameters, body, headers, requestContext }) => ({
  args: queryStringParameters,
  data: body,
  domain: requestContext.domainName,
  headers,
  method: requestContext.http.method,
  origin: requestContext.http.sourceIp,
  path: requestContext.http.path,
});`,
      };
    case 'sqs-event':
      return {
        python: 'def handler(event, context):\n    report(event)\n',
        nodejs: 'export const handler = async (event) => { await report(event); };',
      };
    case 'sqs-retry':
    case 'sqs-redrive':
      return { python: RETRY_PYTHON, nodejs: RETRY_NODE };
    case 'sqs-batch-answer-empty':
      return {
        python: `def handler(event, context):
    result = json.loads(os.environ['RESULT'])
    report({'event': event, 'result': result})
    return result
`,
        nodejs: `export const handler = async (event) => {
  const result = JSON.parse(process.env.RESULT);
  await report({ event, result });
  return result;
};`,
      };
    case 'sqs-batch-size':
    case 'sqs-duplicate-mapping':
      return RETURN_EVENT;
    case 'sts-function-role':
      return {
        nodejs: `import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
export const handler = async () => (await new STSClient().send(new GetCallerIdentityCommand())).Arn;`,
      };
    default:
      return {};
  }
}

/** Cases that tell where in a file something happened, so that the file is no other than theirs. */
const BARE_FILES = new Set(['runtime-raise-trace', 'runtime-import-raises']);

export function hasCode(caseId: string, language: Language): boolean {
  const source = sourceOf({
    caseId,
    language,
    module: '',
    reportUrl: '',
    version: 1,
    fixed: 'null',
  });
  return source[language] !== undefined;
}

/** The package of a function: a zip. */
export async function packageOf(request: CodeRequest): Promise<Buffer> {
  const { caseId, language, module, reportUrl } = request;
  const source = sourceOf(request)[language];
  if (source === undefined) throw new Error(`expected code in ${language} for ${caseId}`);
  const start = language === 'python' ? PYTHON_START(reportUrl) : NODE_START(reportUrl);
  const text = BARE_FILES.has(caseId) ? source : start + source;
  const zip = new yazl.ZipFile();
  const [name, content] =
    language === 'python' ? [`${module}.py`, text] : [`${module}.mjs`, await withSdk(text)];
  zip.addBuffer(Buffer.from(content), name, { mode: 0o644 });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A package brings the SDK that it uses. */
async function withSdk(text: string): Promise<string> {
  if (!text.includes('@aws-sdk/')) return text;
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outputFiles[0]?.text ?? '';
}
