import type { AwsCredentials } from '../signature/credentials.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** AWS's SDKs wait as long for this endpoint. */
const REQUEST_MS = 1_000;
/** AWS's SDKs ask for new ones so long before the end. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * The credentials of the function's role as its environment has them: its variables, or, under SnapStart, the
 * container credentials endpoint.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export class EnvironmentCredentials {
  readonly #environment: Environment;
  readonly #now: () => number;
  #last: AwsCredentials | undefined;

  constructor(environment: Environment, now: () => number = Date.now) {
    this.#environment = environment;
    this.#now = now;
  }

  /** Those that are at hand; ones that end soon are renewed meanwhile. Undefined where there are none yet. */
  current(): AwsCredentials | undefined {
    const variables = fromVariables(this.#environment);
    if (variables !== undefined) return variables;
    const leftMs = (this.#last?.expiration?.getTime() ?? 0) - this.#now();
    if (leftMs < RENEW_BEFORE_MS) {
      // Whoever needs them next finds the new ones; a failure shows where they are waited for.
      this.read().catch(() => undefined);
    }
    return leftMs > 0 ? this.#last : undefined;
  }

  /** Asked at every connect. Rejects with an Error that names what is missing, and holds no secret. */
  async read(): Promise<AwsCredentials> {
    const variables = fromVariables(this.#environment);
    if (variables !== undefined) return variables;
    const uri = this.#environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    const token = this.#environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    if (uri === undefined)
      throw new Error('expected AWS_ACCESS_KEY_ID or AWS_CONTAINER_CREDENTIALS_FULL_URI in the environment');
    const text = await request(uri, token);
    this.#last = fromContainer(text);
    return this.#last;
  }
}

function fromVariables(environment: Environment): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}

function fromContainer(text: string): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = fieldsOf(text);
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof Token !== 'string')
    throw new Error('expected AccessKeyId, SecretAccessKey and Token of the container credentials endpoint');
  const expiration = typeof Expiration === 'string' ? new Date(Expiration) : undefined;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    ...(expiration === undefined || Number.isNaN(expiration.getTime()) ? {} : { expiration }),
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    // The parser's message quotes the text, which may hold a secret: what is missing is told instead.
    return {};
  }
}

async function request(uri: string, token: string | undefined): Promise<string> {
  // Only here: most functions never need it, and it costs a cold start to load.
  const { get } = await import('node:http');
  const signal = AbortSignal.timeout(REQUEST_MS);
  const headers = token === undefined ? {} : { authorization: token };
  return await new Promise((resolve, reject) => {
    const outgoing = get(uri, { headers, signal }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(text);
        else
          reject(new Error(`expected 200 of the container credentials endpoint, got ${answer.statusCode}`));
      });
    });
    outgoing.on('error', reject);
  });
}
