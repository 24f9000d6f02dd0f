import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiProtocol, GatewayAuthorizer } from './api-definition.ts';
import { type AuthorizerAnswer, authorizerAnswer } from './authorizer-answer.ts';
import { gatewayError } from './gateway-errors.ts';
import type { GatewayFunctions } from './gateway-functions.ts';
import type { AuthorizerResult } from './gateway-request.ts';
import { type IdentitySources, identityValue } from './identity-source.ts';

export type AuthorizerCall = {
  readonly protocol: ApiProtocol;
  /** Of the method that is called. */
  readonly arn: string;
  readonly sources: IdentitySources;
  readonly traceId: string | undefined;
  /** @param values of the identity sources, in their order */
  eventOf(values: readonly string[]): Readonly<Record<string, unknown>>;
};

type Kept = { readonly answer: AuthorizerAnswer; readonly until: number };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: an integration's longest time. */
const TIMEOUT_MS = 29_000;
const MOST_KEPT = 1_000;

/** Asks the functions that decide about callers, and keeps what they said as long as each of them allows. */
export class LambdaAuthorizers {
  readonly #functions: GatewayFunctions;
  readonly #clock: EmulatorClock;
  /** By the identity sources' values; an API that is changed has other authorizers, which know nobody yet. */
  readonly #kept = new WeakMap<GatewayAuthorizer, Map<string, Kept>>();

  constructor(options: { readonly functions: GatewayFunctions; readonly clock: EmulatorClock }) {
    this.#functions = options.functions;
    this.#clock = options.clock;
  }

  /** Rejects with AwsError 401, 403 or 500, in the words of the API's kind. */
  async authorize(authorizer: GatewayAuthorizer, call: AuthorizerCall): Promise<AuthorizerResult> {
    const { protocol, sources, arn } = call;
    const values = authorizer.identitySources.map((source) => identityValue(source, sources));
    const given = values.filter((value) => value !== undefined);
    // Without one of them the function is not asked.
    if (given.length < values.length) throw gatewayError(protocol, 'unauthorized');
    const answer = await this.#answerFor(authorizer, call, given);
    const decision = answer.decide(arn);
    if (decision === 'deny') throw gatewayError(protocol, 'explicitly-denied');
    if (decision === 'none') throw gatewayError(protocol, 'denied');
    return { type: 'lambda', principalId: answer.principalId, context: answer.context };
  }

  async #answerFor(
    authorizer: GatewayAuthorizer,
    call: AuthorizerCall,
    values: readonly string[],
  ): Promise<AuthorizerAnswer> {
    const { ttlSeconds } = authorizer;
    if (ttlSeconds === 0 || values.length === 0) return await this.#ask(authorizer, call, values);
    const kept = this.#kept.get(authorizer) ?? new Map<string, Kept>();
    this.#kept.set(authorizer, kept);
    // An answer is of one stage: another may have another function by its variables, or another policy.
    const key = JSON.stringify([call.arn.split('/', 2)[1], values]);
    const known = kept.get(key);
    if (known !== undefined && known.until > this.#clock.now()) return known.answer;
    const answer = await this.#ask(authorizer, call, values);
    kept.delete(key);
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { answer, until: this.#clock.now() + ttlSeconds * 1000 });
    return answer;
  }

  async #ask(
    { target, simpleResponses }: GatewayAuthorizer,
    { protocol, sources, traceId, eventOf }: AuthorizerCall,
    values: readonly string[],
  ): Promise<AuthorizerAnswer> {
    const outcome = await this.#functions.invoke({
      target,
      stageVariables: sources.stageVariables,
      event: eventOf(values),
      traceId,
      timeoutMs: TIMEOUT_MS,
    });
    // The one word that a function says by throwing: `callback('Unauthorized')`.
    if (outcome.type === 'failed' && outcome.errorMessage === 'Unauthorized') {
      throw gatewayError(protocol, 'unauthorized');
    }
    const answer =
      outcome.type === 'succeeded' ? authorizerAnswer(outcome.payload, simpleResponses) : undefined;
    if (answer === undefined) throw gatewayError(protocol, 'authorizer-failed');
    return answer;
  }
}
