import type { ApiService } from '../http/api-operation.ts';
import { apiOperations } from './operations/api-operations.ts';
import { authorizerKind } from './operations/authorizer-kind.ts';
import { deploymentKind } from './operations/deployment-kind.ts';
import type { GatewayOperationDependencies } from './operations/gateway-call.ts';
import { integrationKind } from './operations/integration-kind.ts';
import { refusedGatewayOperations } from './operations/refused-operations.ts';
import { resourceOperations } from './operations/resource-operations.ts';
import { routeKind } from './operations/route-kind.ts';
import { routeResponseOperations } from './operations/route-response-operations.ts';
import { stageKind } from './operations/stage-kind.ts';
import { tagOperations } from './operations/tag-operations.ts';

/** API Gateway's management API for HTTP and WebSocket APIs. */
export function gatewayService(deps: GatewayOperationDependencies): ApiService {
  return {
    name: 'apigateway',
    title: 'Amazon API Gateway (HTTP and WebSocket APIs)',
    operations: [
      ...apiOperations(deps),
      ...resourceOperations(routeKind(deps), deps),
      ...resourceOperations(integrationKind(deps), deps),
      ...resourceOperations(stageKind(deps), deps),
      ...resourceOperations(authorizerKind(deps), deps),
      ...resourceOperations(deploymentKind(deps), deps),
      ...routeResponseOperations(deps),
      ...tagOperations(deps),
      ...refusedGatewayOperations(),
    ],
  };
}
