import type { ApiProtocol, GatewayCors, PayloadFormat } from './api-definition.ts';

/** The members of what the management API gives, as it names them: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/ */
export type ApiResource = {
  readonly apiId: string;
  readonly name: string;
  readonly protocolType: Exclude<ApiProtocol, 'REST'>;
  readonly routeSelectionExpression: string;
  readonly apiKeySelectionExpression: string;
  readonly createdDate: string;
  readonly description?: string;
  readonly version?: string;
  readonly corsConfiguration?: GatewayCors;
  readonly disableExecuteApiEndpoint?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
};

export type RouteResource = {
  readonly routeId: string;
  readonly routeKey: string;
  readonly authorizationType: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'JWT';
  readonly authorizerId?: string;
  readonly operationName?: string;
  readonly routeResponseSelectionExpression?: string;
  /** `integrations/<id>` */
  readonly target?: string;
  readonly apiKeyRequired?: boolean;
};

export type IntegrationResource = {
  readonly integrationId: string;
  readonly integrationType: 'AWS_PROXY';
  readonly integrationUri: string;
  readonly integrationMethod: string;
  readonly connectionType: 'INTERNET';
  readonly payloadFormatVersion: PayloadFormat;
  readonly timeoutInMillis: number;
  readonly credentialsArn?: string;
  readonly description?: string;
};

export type StageResource = {
  readonly stageName: string;
  readonly autoDeploy: boolean;
  readonly createdDate: string;
  readonly lastUpdatedDate: string;
  readonly deploymentId?: string;
  readonly description?: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
};

export type AuthorizerResource = {
  readonly authorizerId: string;
  readonly name: string;
  readonly authorizerType: 'REQUEST';
  readonly authorizerUri: string;
  readonly authorizerPayloadFormatVersion?: PayloadFormat;
  readonly authorizerResultTtlInSeconds?: number;
  readonly enableSimpleResponses?: boolean;
  readonly identitySource?: readonly string[];
  readonly authorizerCredentialsArn?: string;
};

export type DeploymentResource = {
  readonly deploymentId: string;
  readonly deploymentStatus: 'DEPLOYED';
  readonly autoDeployed: boolean;
  readonly createdDate: string;
  readonly description?: string;
};

export type RouteResponseResource = {
  readonly routeResponseId: string;
  readonly routeId: string;
  readonly routeResponseKey: string;
};

/** By the collection in the path of their operations. */
export type GatewayResources = {
  readonly apis: ApiResource;
  readonly routes: RouteResource;
  readonly integrations: IntegrationResource;
  readonly stages: StageResource;
  readonly authorizers: AuthorizerResource;
  readonly deployments: DeploymentResource;
  readonly routeresponses: RouteResponseResource;
};

export type GatewayKind = keyof GatewayResources;
