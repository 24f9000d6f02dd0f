import {
  type Api,
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStagesCommand,
  type Route,
  type Stage,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { LlxError } from '../../errors/llx-error.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';
import { allowInvoke } from './invoke-permission.ts';
import { isAnswer, openService, type ServiceCalls } from './service-calls.ts';
import {
  functionOfArn,
  sortedLists,
  type TriggerTable,
  type TriggerTarget,
  type Undo,
} from './trigger-table.ts';

const STAGE = '$default';
const SOURCE_TAG = 'llx:source';

type Known = {
  readonly apiId: string;
  readonly endpoint: string;
  /** Whether what it has is served. */
  hasStage: boolean;
  /** By route key. */
  readonly routes: Map<string, { readonly routeId: string; readonly integrationId: string }>;
  /** Id by the name of the function. */
  readonly integrations: Map<string, string>;
};

type SendOptions = { readonly abortSignal: AbortSignal };
type Page<Item> = { readonly Items?: Item[] | undefined; readonly NextToken?: string | undefined };

/**
 * The routes of a source: one HTTP API with the stage `$default`, and an integration for each function.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
 */
export class HttpTriggers implements TriggerTable {
  readonly #lambda: LambdaCalls;
  readonly #name: string;
  readonly #gateway: ServiceCalls<ApiGatewayV2Client>;
  #known: Known | undefined;

  constructor(lambda: LambdaCalls, sourceName: string, signal: AbortSignal) {
    this.#lambda = lambda;
    this.#name = `llx-sync-${sourceName}`;
    this.#gateway = openService(new ApiGatewayV2Client(lambda.target.clientSettings), lambda, signal);
  }

  /** Where the routes are; undefined before there is one. */
  get endpoint(): string | undefined {
    return this.#known?.endpoint;
  }

  async read(): Promise<ReadonlyMap<string, readonly string[]>> {
    const api = await this.#find();
    this.#known = api === undefined ? undefined : await this.#readApi(api);
    // An earlier round that was interrupted has left no stage: what is not served is put again, and the stage with it.
    if (this.#known?.hasStage !== true) return new Map();
    const { routes, integrations } = this.#known;
    const functions = new Map([...integrations].map(([name, id]) => [id, name]));
    return sortedLists(
      [...routes].flatMap(([key, { integrationId }]) => {
        const name = functions.get(integrationId);
        return name === undefined ? [] : [[name, key] as const];
      }),
    );
  }

  /** All but taking a route over. */
  async prepare(target: TriggerTarget, routeKey: string): Promise<Undo> {
    const integrationId = await this.#ready(target);
    if (this.#known?.routes.has(routeKey) !== false) return async () => undefined;
    await this.#putRoute(this.#known, routeKey, integrationId);
    return () => this.remove(target, routeKey);
  }

  async put(target: TriggerTarget, routeKey: string): Promise<void> {
    const integrationId = await this.#ready(target);
    if (this.#known !== undefined) await this.#putRoute(this.#known, routeKey, integrationId);
  }

  /** Gives the id of the function's integration. */
  async #ready(target: TriggerTarget): Promise<string> {
    this.#known ??= await this.#create();
    if (!this.#known.hasStage) await this.#createStage(this.#known);
    const { apiId: ApiId } = this.#known;
    const integrationId = await this.#integration(this.#known, target);
    await allowInvoke(this.#lambda, target.functionName, {
      // Of another API of that name, made anew, it must be another one.
      statementId: `llx-sync-http-${ApiId}`,
      principal: 'apigateway.amazonaws.com',
      sourceArn: this.#sourceArn(target, ApiId),
    });
    return integrationId;
  }

  async #putRoute({ apiId: ApiId, routes }: Known, RouteKey: string, integrationId: string): Promise<void> {
    const Target = `integrations/${integrationId}`;
    const known = routes.get(RouteKey);
    if (known?.integrationId === integrationId) return;
    const { RouteId: routeId = '' } =
      known === undefined
        ? await this.#call('CreateRoute', (client, options) =>
            client.send(new CreateRouteCommand({ ApiId, RouteKey, Target }), options),
          )
        : await this.#call('UpdateRoute', (client, options) =>
            client.send(new UpdateRouteCommand({ ApiId, RouteId: known.routeId, Target }), options),
          );
    routes.set(RouteKey, { routeId, integrationId });
  }

  async remove({ functionName }: TriggerTarget, routeKey: string): Promise<void> {
    if (this.#known === undefined) return;
    const { apiId: ApiId, routes, integrations } = this.#known;
    const IntegrationId = integrations.get(functionName);
    const route = routes.get(routeKey);
    if (IntegrationId === undefined) return;
    if (route?.integrationId === IntegrationId) {
      await this.#gone('DeleteRoute', (client, options) =>
        client.send(new DeleteRouteCommand({ ApiId, RouteId: route.routeId }), options),
      );
      routes.delete(routeKey);
    }
    if ([...routes.values()].some(({ integrationId }) => integrationId === IntegrationId)) return;
    await this.#gone('DeleteIntegration', (client, options) =>
      client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }), options),
    );
    integrations.delete(functionName);
  }

  close(): void {
    this.#gateway.close();
  }

  /** Every sync of a source takes the same one, should there be two. */
  async #find(): Promise<Api | undefined> {
    const own = (await this.#named()).filter(({ Tags }) => Tags?.[SOURCE_TAG] === this.#name);
    return own.sort((one, other) => ((one.ApiId ?? '') < (other.ApiId ?? '') ? -1 : 1))[0];
  }

  async #named(): Promise<readonly Api[]> {
    const apis = await this.#all<Api>('GetApis', (client, NextToken, options) =>
      client.send(new GetApisCommand({ NextToken }), options),
    );
    return apis.filter(({ Name, ProtocolType }) => Name === this.#name && ProtocolType === 'HTTP');
  }

  async #readApi({ ApiId = '', ApiEndpoint = '' }: Api): Promise<Known> {
    const [integrations, routes, stages] = await Promise.all([
      this.#all('GetIntegrations', (client, NextToken, options) =>
        client.send(new GetIntegrationsCommand({ ApiId, NextToken }), options),
      ),
      this.#all<Route>('GetRoutes', (client, NextToken, options) =>
        client.send(new GetRoutesCommand({ ApiId, NextToken }), options),
      ),
      this.#all<Stage>('GetStages', (client, NextToken, options) =>
        client.send(new GetStagesCommand({ ApiId, NextToken }), options),
      ),
    ]);
    return {
      apiId: ApiId,
      endpoint: ApiEndpoint,
      hasStage: stages.some(({ StageName }) => StageName === STAGE),
      integrations: new Map(
        integrations.map(({ IntegrationId = '', IntegrationUri = '' }) => [
          functionOfArn(IntegrationUri) ?? '',
          IntegrationId,
        ]),
      ),
      routes: new Map(
        routes.map(({ RouteKey = '', RouteId: routeId = '', Target = '' }) => [
          RouteKey,
          { routeId, integrationId: Target.replace(/^integrations\//, '') },
        ]),
      ),
    };
  }

  async #create(): Promise<Known> {
    const [foreign] = (await this.#named()).filter(({ Tags }) => Tags?.[SOURCE_TAG] !== this.#name);
    if (foreign !== undefined) {
      throw new LlxError('LLX_AWS_FAILED', {
        message: `Expected no other API named ${this.#name}, found ${foreign.ApiId}, without the tag ${SOURCE_TAG} of this source.`,
        mend: `Choose another name for the source: --name NAME\nOr let llx sync have that API: tag it with ${SOURCE_TAG}=${this.#name}`,
      });
    }
    const input = { Name: this.#name, ProtocolType: 'HTTP', Tags: { [SOURCE_TAG]: this.#name } } as const;
    const { ApiId = '', ApiEndpoint = '' } = await this.#call('CreateApi', (client, options) =>
      client.send(new CreateApiCommand(input), options),
    );
    // Another sync of the source may have made one at the same time.
    const first = await this.#find();
    if (first !== undefined && first.ApiId !== ApiId) {
      await this.#gone('DeleteApi', (client, options) =>
        client.send(new DeleteApiCommand({ ApiId }), options),
      );
      return await this.#readApi(first);
    }
    return {
      apiId: ApiId,
      endpoint: ApiEndpoint,
      hasStage: false,
      routes: new Map(),
      integrations: new Map(),
    };
  }

  async #createStage(known: Known): Promise<void> {
    const { apiId: ApiId } = known;
    await this.#call('CreateStage', (client, options) =>
      client.send(new CreateStageCommand({ ApiId, StageName: STAGE, AutoDeploy: true }), options),
    );
    known.hasStage = true;
  }

  async #integration({ apiId: ApiId, integrations }: Known, target: TriggerTarget): Promise<string> {
    const known = integrations.get(target.functionName);
    if (known !== undefined) return known;
    const input = {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: target.arn,
      PayloadFormatVersion: '2.0',
    } as const;
    const { IntegrationId = '' } = await this.#call('CreateIntegration', (client, options) =>
      client.send(new CreateIntegrationCommand(input), options),
    );
    integrations.set(target.functionName, IntegrationId);
    return IntegrationId;
  }

  #sourceArn({ arn }: TriggerTarget, apiId: string): string {
    const [, partition = 'aws', , region = '', account = ''] = arn.split(':');
    return `arn:${partition}:execute-api:${region}:${account}:${apiId}/*`;
  }

  #call<Output>(
    operation: string,
    send: (client: ApiGatewayV2Client, options: SendOptions) => Promise<Output>,
  ): Promise<Output> {
    return this.#gateway.call(`apigateway:${operation}`, this.#name, send);
  }

  async #gone(
    operation: string,
    send: (client: ApiGatewayV2Client, options: SendOptions) => Promise<unknown>,
  ): Promise<void> {
    try {
      await this.#call(operation, send);
    } catch (error) {
      // Somebody else has deleted it.
      if (!isAnswer(error, 'NotFoundException')) throw error;
    }
  }

  async #all<Item>(
    operation: string,
    send: (
      client: ApiGatewayV2Client,
      nextToken: string | undefined,
      options: SendOptions,
    ) => Promise<Page<Item>>,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let token: string | undefined;
    do {
      const page: Page<Item> = await this.#call(operation, (client, options) => send(client, token, options));
      items.push(...(page.Items ?? []));
      token = page.NextToken;
    } while (token !== undefined);
    return items;
  }
}
