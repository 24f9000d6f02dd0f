import type { AwsAccess, DeployedConfiguration } from './aws-access.ts';

/** How long an answer of GetFunctionConfiguration is good for: a reload asks again, a burst of workers does not. */
const FRESH_MS = 30_000;

/** What is deployed under each function, asked of Lambda when it is needed. */
export class DeployedFunctions {
  readonly #access: Pick<AwsAccess, 'functionConfiguration'>;
  readonly #now: () => number;
  readonly #known = new Map<
    string,
    { readonly at: number; readonly answer: Promise<DeployedConfiguration> }
  >();

  constructor(access: Pick<AwsAccess, 'functionConfiguration'>, now: () => number = () => performance.now()) {
    this.#access = access;
    this.#now = now;
  }

  /** Rejects with a LlxError; a failure is not remembered. */
  readonly of = (functionArn: string): Promise<DeployedConfiguration> => {
    const known = this.#known.get(functionArn);
    if (known !== undefined && this.#now() - known.at < FRESH_MS) return known.answer;
    const answer = this.#access.functionConfiguration(functionArn);
    this.#known.set(functionArn, { at: this.#now(), answer });
    answer.catch(() => this.#known.delete(functionArn));
    return answer;
  };
}
