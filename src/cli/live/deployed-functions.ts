import type { AwsAccess, DeployedConfiguration } from './aws-access.ts';

/** After this an answer is still given, and asked for anew meanwhile: a reload does not wait for AWS. */
const FRESH_MS = 30_000;

/** Calls of GetFunctionConfiguration at once: an account has 100 a second, for everybody. */
const AT_ONCE = 4;

type Known = { readonly at: number; readonly answer: Promise<DeployedConfiguration> };

/** What is deployed under each function, asked of Lambda once, and again now and then. */
export class DeployedFunctions {
  readonly #access: Pick<AwsAccess, 'functionConfiguration'>;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(access: Pick<AwsAccess, 'functionConfiguration'>, now: () => number = () => performance.now()) {
    this.#access = access;
    this.#now = now;
  }

  /** Rejects with a LlxError; a failure is not remembered. */
  readonly of = (functionArn: string): Promise<DeployedConfiguration> => {
    const known = this.#known.get(functionArn);
    if (known === undefined) return this.#ask(functionArn);
    if (this.#now() - known.at >= FRESH_MS) this.#renew(functionArn, known);
    return known.answer;
  };

  /** Asks ahead of the first invocations. What fails is told to whoever needs it. */
  async prefetch(functionArns: readonly string[]): Promise<void> {
    const next = functionArns.values();
    const one = async (): Promise<void> => {
      for (const functionArn of next) await this.of(functionArn).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  #ask(functionArn: string): Promise<DeployedConfiguration> {
    const answer = this.#access.functionConfiguration(functionArn);
    const known = { at: this.#now(), answer };
    this.#known.set(functionArn, known);
    answer.catch(() => {
      if (this.#known.get(functionArn) === known) this.#known.delete(functionArn);
    });
    return answer;
  }

  #renew(functionArn: string, known: Known): void {
    // One at a time; the old answer stays until there is a new one, and when there is none.
    this.#known.set(functionArn, { ...known, at: this.#now() });
    this.#access.functionConfiguration(functionArn).then(
      (fresh) => this.#known.set(functionArn, { at: this.#now(), answer: Promise.resolve(fresh) }),
      () => undefined,
    );
  }
}
