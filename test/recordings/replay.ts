import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { hasCode, type Language, packageOf } from './function-code.ts';
import type { RecordedCase, RecordedRequest, RecordedStep } from './recording.ts';
import { ACCOUNT, type SmallAws } from './small-aws.ts';
import { type Difference, Unification } from './unification.ts';

export type Variant = {
  /** What names of functions, queues and roles begin with. */
  readonly prefix: string;
  readonly language: Language;
};

/**
 * Of a local run: where AWS is, where this machine's own certificates are, and what keeps a developer's keys from its
 * functions.
 */
const OWN_VARIABLES = new Set([
  'AWS_CONFIG_FILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_ENDPOINT_URL',
  'AWS_SHARED_CREDENTIALS_FILE',
  'HOME',
  'NODE_EXTRA_CA_CERTS',
  'SHELL',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TMPDIR',
]);

/** Our Node.js bootstrap has its invocations over a pipe. */
const ABSENT = ['AWS_LAMBDA_RUNTIME_API'];

/** Folders and addresses are those of the sandbox that runs a function. */
const PLACES = new Set([
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  'LD_LIBRARY_PATH',
  'NODE_PATH',
  'PATH',
  'PWD',
  '_AWS_XRAY_DAEMON_ADDRESS',
  '_AWS_XRAY_DAEMON_PORT',
]);

type Answer = Readonly<Record<string, unknown>>;
type ApiRequest = Extract<RecordedRequest, { readonly api: string }>;
type HttpStep = Extract<RecordedRequest, { readonly http: string }>;

/** Runs the steps of a case against the emulator, and compares each answer with AWS's. */
export class Replay {
  readonly #aws: SmallAws;
  readonly #case: RecordedCase;
  readonly #variant: Variant;
  readonly #unification = new Unification();
  /** What earlier steps made, by its placeholder. */
  readonly #made = new Map<string, string>();
  #version = 1;
  #functions = 0;
  #hasMapping = false;
  #last: Answer = {};
  /** Request ids of asynchronous invocations, in their order. */
  readonly #eventIds: string[] = [];

  constructor(aws: SmallAws, recording: RecordedCase, variant: Variant) {
    this.#aws = aws;
    this.#case = recording;
    this.#variant = variant;
    this.#made.set('<address to report to>', aws.reportUrl);
    this.#made.set('<account>', ACCOUNT);
    this.#made.set('<text>', variant.prefix);
  }

  /** The differences from what AWS answered; none where it is the same. */
  async run(): Promise<readonly Difference[]> {
    const differences: Difference[] = [];
    for (const [index, step] of this.#case.steps.entries()) {
      const found = await this.#carryOut(step);
      if (!('expected' in step)) continue;
      const [expected, shown] = withoutPlaces(step.expected, found);
      differences.push(...this.#unification.compare(expected, shown, `step ${index}`));
    }
    return differences;
  }

  async #carryOut({ request, expected }: RecordedStep): Promise<unknown> {
    if ('observe' in request) return await this.#observe(request.observe, request.calls);
    if ('http' in request) return await this.#http(request, expected);
    return await this.#api(request);
  }

  async #api({ api, params, note = '' }: ApiRequest): Promise<unknown> {
    const given = this.#filled(params) as Record<string, unknown>;
    switch (api) {
      // Roles are configured: the emulator of this case has it already.
      case 'IAM.CreateRole':
        return {};
      case 'Lambda.CreateFunction':
        return await this.#createFunction(given, note);
      case 'Lambda.UpdateFunctionCode': {
        this.#version += 1;
        await this.#call(api, { ...given, ZipFile: await this.#package('handler', note) });
        return await this.#ready();
      }
      case 'Lambda.UpdateFunctionConfiguration':
        await this.#call(api, given);
        return await this.#ready();
      case 'Lambda.CreateFunctionUrlConfig':
        return await this.#createUrl(given, String(params.FunctionName));
      case 'SQS.CreateQueue':
        return await this.#createQueue(given, String(params.QueueName));
      case 'Lambda.CreateEventSourceMapping':
        return await this.#createMapping(given, note);
      case 'SQS.ReceiveMessage':
        return await this.#receive(given, note);
      case 'Lambda.CreateAlias': {
        const answer = await this.#call(api, given);
        this.#made.set('<AliasArn of alias>', String(answer.AliasArn));
        return answer;
      }
      case 'Lambda.Invoke':
        return await this.#invoke(given, note);
      default:
        return await this.#call(api, given);
    }
  }

  async #call(api: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#last = await this.#aws.call(api, params);
    return this.#last;
  }

  async #createFunction(params: Record<string, unknown>, note: string): Promise<Answer> {
    const { id } = this.#case;
    const number = this.#functions++;
    const name = id === 'sts-function-role' ? 'fn' : `${this.#variant.prefix}-fn-${number}`;
    const role =
      id === 'sts-function-role' ? 'lambda-autogenerated-0123abcd' : `${this.#variant.prefix}-role`;
    const handler = String(params.Handler);
    const isPython = String(params.Runtime).startsWith('python');
    const answer = await this.#call('Lambda.CreateFunction', {
      ...params,
      ...(isPython && this.#variant.language === 'nodejs' ? { Runtime: 'nodejs22.x' } : {}),
      FunctionName: name,
      Role: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      Code: { ZipFile: await this.#package(handler.split('.')[0] ?? '', note) },
    });
    for (const suffix of ['', ` of fixed${number}`]) {
      this.#made.set(`<FunctionName${suffix}>`, name);
      this.#made.set(`<FunctionArn${suffix}>`, String(answer.FunctionArn));
    }
    if ('Error' in answer) throw new Error(`CreateFunction: ${JSON.stringify(answer)}`);
    await this.#ready();
    return answer;
  }

  async #package(module: string, note: string): Promise<Buffer> {
    return await packageOf({
      caseId: this.#case.id,
      language: hasCode(this.#case.id, this.#variant.language)
        ? this.#variant.language
        : this.#variant.language === 'python'
          ? 'nodejs'
          : 'python',
      module,
      reportUrl: this.#aws.reportUrl,
      version: this.#version,
      fixed: /that returns (.*)$/.exec(note)?.[1],
    });
  }

  /** As AWS's own waiters do. */
  async #ready(): Promise<Answer> {
    const name = this.#made.get('<FunctionName>');
    await this.#aws.until(
      async () => {
        const { State, LastUpdateStatus } = await this.#aws.call('Lambda.GetFunctionConfiguration', {
          FunctionName: name,
        });
        return State === 'Active' && LastUpdateStatus === 'Successful';
      },
      { skipMs: 60_000 },
    );
    return this.#last;
  }

  async #createUrl(params: Record<string, unknown>, function_: string): Promise<Answer> {
    const answer = await this.#call('Lambda.CreateFunctionUrlConfig', params);
    const url = String(answer.FunctionUrl);
    this.#made.set('<FunctionUrl>', url);
    this.#made.set(function_.replace('FunctionName', 'FunctionUrl'), url);
    for (const [action, more] of [
      ['lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'NONE' }],
      ['lambda:InvokeFunction', { InvokedViaFunctionUrl: true }],
    ] as const) {
      await this.#aws.call('Lambda.AddPermission', {
        FunctionName: params.FunctionName,
        StatementId: action.replace(':', '-'),
        Action: action,
        Principal: '*',
        ...more,
      });
    }
    return answer;
  }

  async #createQueue(params: Record<string, unknown>, placeholder: string): Promise<Answer> {
    const name = placeholder.slice(1, -1);
    const answer = await this.#call('SQS.CreateQueue', {
      ...params,
      QueueName: `${this.#variant.prefix}-${name}`,
    });
    const { Attributes } = await this.#aws.call('SQS.GetQueueAttributes', {
      QueueUrl: answer.QueueUrl,
      AttributeNames: ['QueueArn'],
    });
    this.#made.set(`<QueueUrl of ${name}>`, String(answer.QueueUrl));
    this.#made.set(`<QueueArn of ${name}>`, String((Attributes as Record<string, unknown>).QueueArn));
    return answer;
  }

  async #createMapping(params: Record<string, unknown>, note: string): Promise<Answer> {
    const answer = await this.#call('Lambda.CreateEventSourceMapping', params);
    if ('Error' in answer) return answer;
    this.#hasMapping = true;
    for (const name of ['<UUID>', '<UUID of mapping>']) this.#made.set(name, String(answer.UUID));
    if (note.includes('Enabled')) {
      const isEnabled = async (): Promise<boolean> =>
        (await this.#aws.call('Lambda.GetEventSourceMapping', { UUID: answer.UUID })).State === 'Enabled';
      await this.#aws.until(isEnabled, { skipMs: 60_000 });
    }
    return answer;
  }

  async #receive(params: Record<string, unknown>, note: string): Promise<Answer> {
    const seconds = /at most (\d+) s/.exec(note)?.[1];
    if (seconds === undefined) {
      const answer = await this.#call('SQS.ReceiveMessage', params);
      if (note === 'there is no message' && answer.Messages !== undefined) {
        throw new Error(`expected no message, found ${JSON.stringify(answer)}`);
      }
      return answer;
    }
    const hasMessage = async (): Promise<boolean> =>
      (await this.#call('SQS.ReceiveMessage', params)).Messages !== undefined;
    await this.#aws.until(hasMessage, { skipMs: Number(seconds) * 1000 });
    return this.#last;
  }

  async #invoke(params: Record<string, unknown>, note: string): Promise<unknown> {
    const payload = typeof params.Payload === 'string' ? { Payload: Buffer.from(params.Payload) } : {};
    const answer = await this.#call('Lambda.Invoke', { ...params, ...payload });
    if (params.InvocationType === 'Event') this.#eventIds.push(this.#aws.lastRequestId);
    if (note === 'the payload alone') return JSON.parse(String(answer.Payload));
    // Bytes where there are any, in every client; where there are none, botocore has an empty text.
    const shown = 'Error' in answer ? answer : { ...answer, Payload: answer.Payload ?? '' };
    if (note !== 'LogResult is left out here') return shown;
    const { LogResult: _, ...others } = shown as Answer;
    return others;
  }

  async #http({ http, url, headers = {}, body = '' }: HttpStep, expected: unknown): Promise<unknown> {
    const filled = String(this.#filled(url));
    const { host, port } = new URL(filled);
    const path = filled.slice(filled.indexOf('/', 'http://'.length));
    const answer = await new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
      (resolve, reject) => {
        const options = { host: '127.0.0.1', port, path, method: http, agent: false };
        const length = { 'content-length': String(Buffer.byteLength(body)) };
        const call = httpRequest({ ...options, headers: { host, ...headers, ...length } }, (response) => {
          text(response).then(
            (content) =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, text: content }),
            reject,
          );
        });
        call.once('error', reject);
        call.end(body);
      },
    );
    return shownAs(expected, answer);
  }

  async #observe(what: string, calls: number | undefined): Promise<unknown> {
    const { reports } = this.#aws;
    if (calls !== undefined) {
      const reported = (): boolean => reports.length >= calls;
      await this.#aws.until(reported, { skipMs: 300_000, skipWhileRunning: !this.#hasMapping });
    }
    const values = reports.map(({ value }) => value);
    const lines = decoded(this.#last.LogResult);
    const received = /^what call (\d+) of the function received$/.exec(what)?.[1];
    if (received !== undefined) return values[Number(received) - 1];
    switch (what) {
      case 'the event that the function received':
        return values[0];
      case 'the calls of the function':
      case 'the events that the function received':
        return values;
      case 'the decoded LogResult, split after line ends':
        return { logs: lines.split(/(?<=\n)/) };
      case 'the lines that the function printed, in the decoded LogResult':
        return lines.split('\n').filter((line) => line !== '' && !/RequestId: |Task timed out/.test(line));
      case 'the decoded LogResult in lines, without the REPORT line':
        return { log_result: lines.split('\n').filter((line) => line !== '' && !line.startsWith('REPORT')) };
      case 'the decoded LogResult in lines (a carriage return ends a line too), without the REPORT line':
        return { result: lines.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('REPORT')) };
      case 'the second call comes after the visibility timeout':
        return (reports[1]?.at ?? 0) - firstReceivedAt(values[1]) >= 5_000;
      case 'the request ids in the reports: those of the two events and of the last call':
        return {
          firstReportIsOfFirstEvent: values[0] === this.#eventIds[0],
          allThreeHaveReported: [...this.#eventIds, this.#aws.lastRequestId].every((id) =>
            values.includes(id),
          ),
        };
      default:
        if (what.startsWith('the log lines that contain RequestId')) {
          const logs = lines.split('\n').filter((line) => line.includes('RequestId'));
          return { logs: logs.map((line) => line.trimEnd()) };
        }
        return undefined;
    }
  }

  /** With what earlier steps made in the place of its placeholder. */
  #filled(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replace(/<[A-Za-z][^<>]*>/g, (placeholder) => this.#made.get(placeholder) ?? placeholder);
    }
    if (Array.isArray(value)) return value.map((one) => this.#filled(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#filled(member)]));
  }
}

function decoded(log: unknown): string {
  return typeof log === 'string' ? Buffer.from(log, 'base64').toString() : '';
}

/** The visibility timeout begins when the message is received: the function starts a little later. */
function firstReceivedAt(report: unknown): number {
  const { event } = report as {
    readonly event: {
      readonly Records: readonly [{ readonly attributes: Readonly<Record<string, string>> }];
    };
  };
  return Number(event.Records[0].attributes.ApproximateFirstReceiveTimestamp);
}

type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** The recordings show different parts of the answers of function URLs. */
function shownAs(expected: unknown, answer: HttpAnswer): unknown {
  if (typeof expected !== 'object' || expected === null) return answer;
  const headers = (names: object): Answer =>
    Object.fromEntries(Object.keys(names).map((name) => [name, answer.headers[name.toLowerCase()]]));
  const parts: Readonly<Record<string, unknown>> = {
    content: answer.text,
    statuscode: answer.status,
    status: answer.status,
    text: answer.text,
    json: answer.text,
    header: answer.headers['my-custom-header'],
    headers:
      'headers' in expected && 'statuscode' in expected ? headers(expected.headers as object) : undefined,
  };
  const names = Object.keys(expected);
  if (!names.every((name) => name in parts)) return JSON.parse(answer.text);
  return 'domain' in expected
    ? JSON.parse(answer.text)
    : Object.fromEntries(names.map((name) => [name, parts[name]]));
}

/** Folders, addresses and line numbers are those of where a function runs: they are taken out of both. */
function withoutPlaces(expected: unknown, found: unknown): readonly [unknown, unknown] {
  const [one, other] = [placeless(expected), placeless(found)];
  if (!isObject(one) || !isObject(other) || !isObject(one.environment) || !isObject(other.environment)) {
    return [one, other];
  }
  const { environment } = other;
  const known = one.environment;
  const shown = Object.entries(environment)
    .filter(([name]) => !OWN_VARIABLES.has(name))
    .map(([name, value]) => [name, PLACES.has(name) && name in known ? known[name] : value]);
  const absent = ABSENT.filter((name) => !(name in environment)).map((name) => [name, known[name]]);
  return [one, { ...other, environment: Object.fromEntries([...shown, ...absent]) }];
}

function placeless(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/File (\\?")(?:[^"\\]*\/)?([^"/\\]+)(\\?"), line \d+/g, 'File $1$2$3, line 0');
  }
  if (Array.isArray(value)) return value.map(placeless);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, placeless(member)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
