import type { Invocation } from './event-sources.ts';
import { members, type Resource, references, render, type Template, text } from './template.ts';

type Properties = Resource['properties'];

/** The quick form of an HTTP API: one function behind everything. */
export function httpApi({ Target }: Properties): readonly Invocation[] {
  if (Target === undefined) return [];
  return [{ target: Target, source: { type: 'http', api: 'http', method: 'ANY', path: '$default' } }];
}

/** `GET /orders/{id}`, `$default`; and of a WebSocket API `$connect` or what its selection expression gives. */
export function httpRoute(
  { RouteKey, Target, ApiId }: Properties,
  template: Template,
): readonly Invocation[] {
  const key = render(RouteKey);
  const uris = resourcesOf(Target, 'AWS::ApiGatewayV2::Integration', template).map(
    (one) => one.IntegrationUri,
  );
  const isWebSocket = resourcesOf(ApiId, 'AWS::ApiGatewayV2::Api', template).some(
    ({ ProtocolType }) => ProtocolType === 'WEBSOCKET',
  );
  const [method = 'ANY', path = key] = key.includes(' ') ? key.split(' ') : [];
  return uris.map((target) => ({
    target,
    source: isWebSocket ? { type: 'websocket', route: key } : { type: 'http', api: 'http', method, path },
  }));
}

export function restMethod(
  { HttpMethod, Integration, ResourceId }: Properties,
  template: Template,
): readonly Invocation[] {
  const source = {
    type: 'http',
    api: 'rest',
    method: text(HttpMethod) ?? 'ANY',
    path: restPath(ResourceId, template),
  } as const;
  return [{ target: members(Integration).Uri, source }];
}

/** A REST API's resources are a tree, each with one part of the path. */
export function restPath(resource: unknown, template: Template): string {
  const parts: string[] = [];
  let [above] = resourcesOf(resource, 'AWS::ApiGateway::Resource', template);
  while (above !== undefined) {
    parts.unshift(render(above.PathPart));
    [above] = resourcesOf(above.ParentId, 'AWS::ApiGateway::Resource', template);
  }
  return `/${parts.join('/')}`;
}

export function resourcesOf(value: unknown, type: string, { resources }: Template): readonly Properties[] {
  return references(value).flatMap((id) => {
    const found = resources.get(id);
    return found?.type === type ? [found.properties] : [];
  });
}
