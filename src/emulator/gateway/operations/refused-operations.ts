import type { ApiOperation } from '../../http/api-operation.ts';

type Method = NonNullable<ApiOperation['route']>['method'];

const PORTAL = 'portals and their products';
const DOMAIN = 'APIs are at names below localhost';
const NETWORK = 'there are no private networks';
const RESPONSE = 'functions answer themselves';
const MODEL = 'messages are not validated';
const OPENAPI = 'APIs are made by their parts';
const SETTINGS = 'there is no throttling, no access log and no parameter mapping';

const REFUSED: readonly (readonly [name: string, method: Method, path: string, note: string])[] = [
  ['CreatePortal', 'POST', '/v2/portals', PORTAL],
  ['CreatePortalProduct', 'POST', '/v2/portalproducts', PORTAL],
  ['CreateProductPage', 'POST', '/v2/portalproducts/{PortalProductId}/productpages', PORTAL],
  [
    'CreateProductRestEndpointPage',
    'POST',
    '/v2/portalproducts/{PortalProductId}/productrestendpointpages',
    PORTAL,
  ],
  ['DeletePortal', 'DELETE', '/v2/portals/{PortalId}', PORTAL],
  ['DeletePortalProduct', 'DELETE', '/v2/portalproducts/{PortalProductId}', PORTAL],
  [
    'DeletePortalProductSharingPolicy',
    'DELETE',
    '/v2/portalproducts/{PortalProductId}/sharingpolicy',
    PORTAL,
  ],
  [
    'DeleteProductPage',
    'DELETE',
    '/v2/portalproducts/{PortalProductId}/productpages/{ProductPageId}',
    PORTAL,
  ],
  [
    'DeleteProductRestEndpointPage',
    'DELETE',
    '/v2/portalproducts/{PortalProductId}/productrestendpointpages/{ProductRestEndpointPageId}',
    PORTAL,
  ],
  ['DisablePortal', 'DELETE', '/v2/portals/{PortalId}/publish', PORTAL],
  ['GetPortal', 'GET', '/v2/portals/{PortalId}', PORTAL],
  ['GetPortalProduct', 'GET', '/v2/portalproducts/{PortalProductId}', PORTAL],
  ['GetPortalProductSharingPolicy', 'GET', '/v2/portalproducts/{PortalProductId}/sharingpolicy', PORTAL],
  ['GetProductPage', 'GET', '/v2/portalproducts/{PortalProductId}/productpages/{ProductPageId}', PORTAL],
  [
    'GetProductRestEndpointPage',
    'GET',
    '/v2/portalproducts/{PortalProductId}/productrestendpointpages/{ProductRestEndpointPageId}',
    PORTAL,
  ],
  ['ListPortalProducts', 'GET', '/v2/portalproducts', PORTAL],
  ['ListPortals', 'GET', '/v2/portals', PORTAL],
  ['ListProductPages', 'GET', '/v2/portalproducts/{PortalProductId}/productpages', PORTAL],
  [
    'ListProductRestEndpointPages',
    'GET',
    '/v2/portalproducts/{PortalProductId}/productrestendpointpages',
    PORTAL,
  ],
  ['PreviewPortal', 'POST', '/v2/portals/{PortalId}/preview', PORTAL],
  ['PublishPortal', 'POST', '/v2/portals/{PortalId}/publish', PORTAL],
  ['PutPortalProductSharingPolicy', 'PUT', '/v2/portalproducts/{PortalProductId}/sharingpolicy', PORTAL],
  ['UpdatePortal', 'PATCH', '/v2/portals/{PortalId}', PORTAL],
  ['UpdatePortalProduct', 'PATCH', '/v2/portalproducts/{PortalProductId}', PORTAL],
  ['UpdateProductPage', 'PATCH', '/v2/portalproducts/{PortalProductId}/productpages/{ProductPageId}', PORTAL],
  [
    'UpdateProductRestEndpointPage',
    'PATCH',
    '/v2/portalproducts/{PortalProductId}/productrestendpointpages/{ProductRestEndpointPageId}',
    PORTAL,
  ],
  ['CreateApiMapping', 'POST', '/v2/domainnames/{DomainName}/apimappings', DOMAIN],
  ['CreateDomainName', 'POST', '/v2/domainnames', DOMAIN],
  ['CreateRoutingRule', 'POST', '/v2/domainnames/{DomainName}/routingrules', DOMAIN],
  ['DeleteApiMapping', 'DELETE', '/v2/domainnames/{DomainName}/apimappings/{ApiMappingId}', DOMAIN],
  ['DeleteDomainName', 'DELETE', '/v2/domainnames/{DomainName}', DOMAIN],
  ['DeleteRoutingRule', 'DELETE', '/v2/domainnames/{DomainName}/routingrules/{RoutingRuleId}', DOMAIN],
  ['GetApiMapping', 'GET', '/v2/domainnames/{DomainName}/apimappings/{ApiMappingId}', DOMAIN],
  ['GetApiMappings', 'GET', '/v2/domainnames/{DomainName}/apimappings', DOMAIN],
  ['GetDomainName', 'GET', '/v2/domainnames/{DomainName}', DOMAIN],
  ['GetDomainNames', 'GET', '/v2/domainnames', DOMAIN],
  ['GetRoutingRule', 'GET', '/v2/domainnames/{DomainName}/routingrules/{RoutingRuleId}', DOMAIN],
  ['ListRoutingRules', 'GET', '/v2/domainnames/{DomainName}/routingrules', DOMAIN],
  ['PutRoutingRule', 'PUT', '/v2/domainnames/{DomainName}/routingrules/{RoutingRuleId}', DOMAIN],
  ['UpdateApiMapping', 'PATCH', '/v2/domainnames/{DomainName}/apimappings/{ApiMappingId}', DOMAIN],
  ['UpdateDomainName', 'PATCH', '/v2/domainnames/{DomainName}', DOMAIN],
  ['CreateVpcLink', 'POST', '/v2/vpclinks', NETWORK],
  ['DeleteVpcLink', 'DELETE', '/v2/vpclinks/{VpcLinkId}', NETWORK],
  ['GetVpcLink', 'GET', '/v2/vpclinks/{VpcLinkId}', NETWORK],
  ['GetVpcLinks', 'GET', '/v2/vpclinks', NETWORK],
  ['UpdateVpcLink', 'PATCH', '/v2/vpclinks/{VpcLinkId}', NETWORK],
  [
    'CreateIntegrationResponse',
    'POST',
    '/v2/apis/{ApiId}/integrations/{IntegrationId}/integrationresponses',
    RESPONSE,
  ],
  [
    'DeleteIntegrationResponse',
    'DELETE',
    '/v2/apis/{ApiId}/integrations/{IntegrationId}/integrationresponses/{IntegrationResponseId}',
    RESPONSE,
  ],
  [
    'GetIntegrationResponse',
    'GET',
    '/v2/apis/{ApiId}/integrations/{IntegrationId}/integrationresponses/{IntegrationResponseId}',
    RESPONSE,
  ],
  [
    'GetIntegrationResponses',
    'GET',
    '/v2/apis/{ApiId}/integrations/{IntegrationId}/integrationresponses',
    RESPONSE,
  ],
  [
    'UpdateIntegrationResponse',
    'PATCH',
    '/v2/apis/{ApiId}/integrations/{IntegrationId}/integrationresponses/{IntegrationResponseId}',
    RESPONSE,
  ],
  [
    'UpdateRouteResponse',
    'PATCH',
    '/v2/apis/{ApiId}/routes/{RouteId}/routeresponses/{RouteResponseId}',
    RESPONSE,
  ],
  ['CreateModel', 'POST', '/v2/apis/{ApiId}/models', MODEL],
  ['DeleteModel', 'DELETE', '/v2/apis/{ApiId}/models/{ModelId}', MODEL],
  ['GetModel', 'GET', '/v2/apis/{ApiId}/models/{ModelId}', MODEL],
  ['GetModels', 'GET', '/v2/apis/{ApiId}/models', MODEL],
  ['GetModelTemplate', 'GET', '/v2/apis/{ApiId}/models/{ModelId}/template', MODEL],
  ['UpdateModel', 'PATCH', '/v2/apis/{ApiId}/models/{ModelId}', MODEL],
  ['ExportApi', 'GET', '/v2/apis/{ApiId}/exports/{Specification}', OPENAPI],
  ['ImportApi', 'PUT', '/v2/apis', OPENAPI],
  ['ReimportApi', 'PUT', '/v2/apis/{ApiId}', OPENAPI],
  ['DeleteAccessLogSettings', 'DELETE', '/v2/apis/{ApiId}/stages/{StageName}/accesslogsettings', SETTINGS],
  [
    'DeleteRouteRequestParameter',
    'DELETE',
    '/v2/apis/{ApiId}/routes/{RouteId}/requestparameters/{RequestParameterKey}',
    SETTINGS,
  ],
  ['DeleteRouteSettings', 'DELETE', '/v2/apis/{ApiId}/stages/{StageName}/routesettings/{RouteKey}', SETTINGS],
];

/** What API Gateway can do beside (SDK 3.1162): answered 501, and listed in the documentation. */
export function refusedGatewayOperations(): readonly ApiOperation[] {
  return REFUSED.map(([name, method, path, note]) => ({
    name,
    route: { method, path },
    support: 'refused',
    note,
  }));
}
