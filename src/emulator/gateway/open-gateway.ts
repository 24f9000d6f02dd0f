import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiService } from '../http/api-operation.ts';
import type { RequestBodies } from '../http/request-body.ts';
import type { Identities } from '../identity/identities.ts';
import type { RequestAccess } from '../identity/request-access.ts';
import type { InvocationService } from '../lambda/invocation-service.ts';
import type { State } from '../state/state.ts';
import type { ApiDefinition } from './api-definition.ts';
import { GatewayAccess } from './gateway-access.ts';
import { GatewayApis } from './gateway-apis.ts';
import { GatewayDoor } from './gateway-door.ts';
import { GatewayFunctions } from './gateway-functions.ts';
import { gatewayService } from './gateway-service.ts';
import { GatewayTable } from './gateway-table.ts';
import { HttpGateway } from './http-gateway.ts';
import { LambdaAuthorizers } from './lambda-authorizers.ts';
import { WebSocketGateway } from './websocket/websocket-gateway.ts';

export type GatewayOptions = {
  readonly state: State;
  readonly scope: { readonly account: string; readonly region: string };
  readonly clock: EmulatorClock;
  readonly identities: Identities;
  readonly access: RequestAccess;
  readonly bodies: RequestBodies;
  readonly service: InvocationService;
  /** Those of the project. */
  readonly configured: readonly ApiDefinition[];
  /** `http://127.0.0.1:4566` */
  readonly endpoint: () => string;
  /** As of `ServicesCore`. */
  readonly domain?: string | undefined;
  readonly onNotice: (text: string) => void;
  readonly onDefect: (error: unknown) => void;
};

export type Gateway = {
  readonly door: GatewayDoor;
  readonly service: ApiService;
  /** Ends the connections of WebSocket APIs, and waits for the functions behind `$disconnect`. */
  drain(): Promise<void>;
  /** Ends the connections of WebSocket APIs. Idempotent. */
  close(): void;
};

/** API Gateway: its APIs at hosts of their own, and the operations that make them. */
export function openGateway(options: GatewayOptions): Gateway {
  const { scope, clock } = options;
  const table = new GatewayTable(options.state);
  const apis = new GatewayApis({ configured: options.configured, table });
  const functions = new GatewayFunctions(options);
  const authorizers = new LambdaAuthorizers({ functions, clock });
  const access = new GatewayAccess({ ...options, authorizers });
  const parts = { scope, functions, access, bodies: options.bodies, clock };
  const webSockets = new WebSocketGateway({ ...parts, apis, onDefect: options.onDefect });
  const http = new HttpGateway(parts);
  return {
    door: new GatewayDoor({ apis, region: scope.region, http, webSockets }),
    service: gatewayService({
      scope,
      table,
      endpoint: options.endpoint,
      domain: options.domain,
      now: () => clock.now(),
      forgetAnswers: (apiId) => apis.forget(apiId),
    }),
    drain: () => webSockets.drain(),
    close: () => webSockets.close(),
  };
}
