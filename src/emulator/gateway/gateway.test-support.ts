import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createApiServer } from '../http/api-server.ts';
import { ServiceRouter } from '../http/service-router.ts';
import { addServiceRoutes } from '../http/service-routes.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import { Identities } from '../identity/identities.ts';
import { RequestAccess } from '../identity/request-access.ts';
import { isObject, type JsonObject } from '../json-object.ts';
import { FunctionRegistry } from '../lambda/function-registry.ts';
import { InvocationService } from '../lambda/invocation-service.ts';
import { failed, succeeded } from '../lambda/lambda.test-support.ts';
import type { CallerLimitOptions } from '../server/caller-limits.ts';
import { createExposure } from '../server/exposure.ts';
import { TestClock, temporaryState } from '../service.test-support.ts';
import type { ApiDefinition, GatewayAuthorizer, GatewayRoute, PayloadFormat } from './api-definition.ts';
import { openGateway } from './open-gateway.ts';

export const SCOPE = { account: '000000000000', region: 'us-east-1' };
export const START = Date.parse('2026-11-21T10:00:00.000Z');

/** Gets the event; bytes that it gives are the answer as it is, anything else becomes JSON; what it throws fails it. */
export type TestHandler = (event: JsonObject) => unknown;

export type Asked = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
};

export type Answered = {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly bytes: Buffer;
};

export type GatewayWorld = {
  readonly endpoint: string;
  readonly port: string;
  readonly clock: TestClock;
  /** What the functions got, in order. */
  readonly events: readonly JsonObject[];
  readonly notices: readonly string[];
  deploy(name: string, handler: TestHandler): void;
  /** Resolves when so many functions have been invoked. */
  invoked(count: number): Promise<void>;
  /** Ends as a server does. */
  drain(): Promise<unknown>;
  /** @param url of a host that need not be in DNS */
  ask(url: string, asked?: Asked): Promise<Answered>;
  close(): Promise<void>;
};

/** The gateway with functions that run in this process, at a port of its own; its time stands still. */
export async function openGatewayWorld(
  configured: readonly ApiDefinition[] = [],
  iam?: IamConfig,
  domain?: string,
  limits?: Partial<CallerLimitOptions>,
): Promise<GatewayWorld> {
  const clock = new TestClock(START);
  const state = temporaryState();
  const defects: unknown[] = [];
  const notices: string[] = [];
  const events: JsonObject[] = [];
  const waiting = new Set<() => void>();
  const handlers = new Map<string, TestHandler>();
  const onDefect = (error: unknown): void => void defects.push(error);
  const registry = new FunctionRegistry(SCOPE);
  const service = new InvocationService({
    registry,
    now: () => clock.now(),
    stubbed: () => Promise.reject(new Error('no function is stubbed here')),
    async direct(call) {
      const event: unknown = JSON.parse(Buffer.from(call.event).toString('utf8'));
      if (!isObject(event)) throw new TypeError('expected an object');
      events.push(event);
      for (const told of waiting) told();
      try {
        const answer = await handlers.get(call.resolved.deployed.spec.name)?.(event);
        const payload = answer instanceof Uint8Array ? answer : Buffer.from(JSON.stringify(answer ?? null));
        return succeeded(payload);
      } catch (error) {
        const errorMessage = error instanceof Error ? error.message : String(error);
        return { ...failed('handler'), payload: Buffer.from(JSON.stringify({ errorMessage })) };
      }
    },
  });
  const identities = new Identities({ ...SCOPE, functions: [], ...(iam === undefined ? {} : { iam }) });
  const host = '127.0.0.1';
  const exposure = createExposure({ host, ...(domain && { domain }), ...(limits && { limits }) });
  const api = createApiServer({ host, port: 0, onDefect, exposure });
  let endpoint = '';
  const access = new RequestAccess(identities, exposure.limits);
  const gateway = openGateway({
    state,
    scope: SCOPE,
    clock,
    identities,
    access,
    bodies: api.bodies,
    service,
    configured,
    endpoint: () => endpoint,
    domain,
    onNotice: (text) => void notices.push(text),
    onDefect,
  });
  const router = new ServiceRouter([gateway.service], { access, onDefect });
  addServiceRoutes(api, async () => ({
    router,
    gateway: gateway.door,
    urls: { handle: () => Promise.reject(new Error('there are no function URLs here')) },
    metricsText: () => ({ contentType: 'text/plain', text: '' }),
  }));
  endpoint = (await api.listen()).url;
  const { port, hostname } = new URL(endpoint);
  return {
    endpoint,
    port,
    clock,
    events,
    notices,
    deploy(name, handler) {
      handlers.set(name, handler);
      const arn = registry.arnOf({ name, qualifier: undefined });
      const spec = {
        name,
        arn,
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 900_000,
        memoryMb: 128,
        environment: {},
        root: '/',
        code: 'package',
      } as const;
      registry.add({ spec, stubbed: false, logGroupName: 'group', logStreamName: 'stream' });
    },
    async invoked(count) {
      while (events.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async ask(url, { method = 'GET', headers = {}, body } = {}) {
      const { host, pathname, search } = new URL(url);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const own = Object.entries(headers).map(([name, value]): [string, string | string[]] => [
          name,
          typeof value === 'string' ? value : [...value],
        ]);
        const call = request(
          {
            hostname,
            port,
            path: pathname + search,
            method,
            headers: { host, ...Object.fromEntries(own) },
            agent: false,
          },
          resolve,
        );
        call.once('error', reject);
        call.end(body);
      });
      const bytes = await buffer(answer);
      return { status: answer.statusCode, headers: answer.headers, text: bytes.toString('utf8'), bytes };
    },
    drain: () => Promise.all([api.drain(), gateway.drain()]),
    async close() {
      gateway.close();
      await service.close();
      await api.close();
      await state.remove();
      if (defects.length > 0) throw new AggregateError(defects, 'the gateway has a defect');
    },
  };
}

export type RouteOptions = {
  readonly target?: string;
  readonly payloadFormat?: PayloadFormat;
  readonly authorizer?: GatewayAuthorizer;
  readonly iam?: boolean;
  readonly answers?: boolean;
};

/** A route to the function `orders`, unless another is named. */
export function routeTo(key: string, options: RouteOptions = {}): GatewayRoute {
  const { target = 'orders', payloadFormat = '2.0', authorizer, iam = false, answers = false } = options;
  return {
    key,
    integration: { type: 'lambda', target, payloadFormat },
    authorization:
      authorizer === undefined ? { type: iam ? 'AWS_IAM' : 'NONE' } : { type: 'CUSTOM', authorizer },
    answers,
  };
}

export function httpApi(routes: readonly GatewayRoute[], more: Partial<ApiDefinition> = {}): ApiDefinition {
  return {
    id: 'shopapi123',
    name: 'Shop',
    protocol: 'HTTP',
    stages: [{ name: '$default' }],
    routes,
    ...more,
  };
}

export function restApi(routes: readonly GatewayRoute[], more: Partial<ApiDefinition> = {}): ApiDefinition {
  return { ...httpApi(routes), protocol: 'REST', stages: [{ name: 'prod' }], ...more };
}
