import type { GatewayApiDocument } from '../config/apis.ts';
import type { ApiRouteDocument } from '../config/api-routes.ts';
import type { Document } from '../config/document.ts';
import { text } from './importing.ts';

/** An API of the document as OpenAPI 3, with API Gateway's extensions. */

type Tree = Record<string, unknown>;

export interface ExportOptions {
  readonly region?: string;
  readonly account?: string;
}

/** Throws a `TypeError` when there is no such API. */
export function exportOpenApi(
  document: Document,
  name: string,
  options: ExportOptions = {},
): { readonly document: Tree; readonly notes: readonly string[] } {
  const api = document.apis[name];
  if (!api) throw new TypeError(`there is no API "${name}"; known: ${Object.keys(document.apis).join(', ') || 'none'}`);
  const notes: string[] = [];
  const paths: Record<string, Tree> = {};
  const needed = { key: false };
  for (const [key, route] of Object.entries(api.routes)) {
    const isDefault = key === '$default';
    const path = isDefault ? '/$default' : key.slice(key.indexOf(' ') + 1);
    const verb = isDefault ? 'ANY' : key.slice(0, key.indexOf(' '));
    const member = verb === 'ANY' ? 'x-amazon-apigateway-any-method' : verb.toLowerCase();
    if (route.key === 'required') needed.key = true;
    (paths[path] ??= {})[member] = operationOf(document, api, key, route, options, notes);
  }
  const out: Tree = {
    openapi: '3.0.3',
    info: { title: name, version: '1' },
    paths,
    components: { securitySchemes: schemesOf(api, needed.key, options, notes) },
    ...(api.binaryMediaTypes.length > 0 ? { 'x-amazon-apigateway-binary-media-types': api.binaryMediaTypes } : {}),
    ...(api.policy === undefined ? {} : { 'x-amazon-apigateway-policy': api.policy }),
    ...(api.keySource === 'authorizer' ? { 'x-amazon-apigateway-api-key-source': 'AUTHORIZER' } : {}),
    ...(api.cors ? { 'x-amazon-apigateway-cors': api.cors } : {}),
    ...(Object.keys(api.responses).length > 0 ? { 'x-amazon-apigateway-gateway-responses': responsesOf(api) } : {}),
    ...(Object.values(api.routes).some((route) => route.validate)
      ? {
          'x-amazon-apigateway-request-validators': {
            all: { validateRequestBody: true, validateRequestParameters: true },
          },
        }
      : {}),
  };
  return { document: out, notes };
}

function responsesOf(api: GatewayApiDocument): Tree {
  return Object.fromEntries(
    Object.entries(api.responses).map(([type, { status, headers, templates }]) => [
      type,
      {
        ...(status === undefined ? {} : { statusCode: status }),
        responseParameters: Object.fromEntries(
          Object.entries(headers).map(([field, value]) => [`gatewayresponse.header.${field}`, value]),
        ),
        responseTemplates: templates,
      },
    ]),
  );
}

function operationOf(
  document: Document,
  api: GatewayApiDocument,
  key: string,
  route: ApiRouteDocument,
  options: ExportOptions,
  notes: string[],
): Tree {
  const holes = [...key.matchAll(/\{([A-Za-z0-9_.-]+)\+?\}/g)].map((found) => ({
    name: found[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const described = route.describes?.query.filter((name) => !route.validate?.query.includes(name)) ?? [];
  const parameters = [
    ...holes,
    ...(route.validate?.header ?? []).map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    ...(route.validate?.query ?? []).map((name) => ({ name, in: 'query', required: true, schema: { type: 'string' } })),
    ...described.map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } })),
  ];
  const bodies = Object.entries(route.validate?.body ?? {}).map(([type, model]) => [
    type,
    { schema: typeof model === 'string' ? api.models[model] : model },
  ]);
  const security: Tree = {
    ...(route.authorizer === 'none' ? {} : { [route.authorizer]: route.scopes }),
    ...(route.key === 'required' ? { api_key: [] } : {}),
  };
  return {
    ...(route.operation === undefined ? {} : { operationId: route.operation }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(bodies.length > 0 ? { requestBody: { content: Object.fromEntries(bodies) as Tree } } : {}),
    ...(Object.keys(security).length > 0 ? { security: [security] } : {}),
    ...(route.validate ? { 'x-amazon-apigateway-request-validator': 'all' } : {}),
    responses: { default: { description: 'What the integration answers.' } },
    'x-amazon-apigateway-integration': integrationOf(document, api, key, route, options, notes),
  };
}

function integrationOf(
  document: Document,
  api: GatewayApiDocument,
  key: string,
  route: ApiRouteDocument,
  options: ExportOptions,
  notes: string[],
): Tree {
  const fallback = key === '$default' ? { isDefaultRoute: true } : {};
  if (typeof route.to === 'string') {
    const path = route.rewrite ?? (key === '$default' ? '/{proxy}' : key.slice(key.indexOf(' ') + 1));
    return {
      type: route.transform ? 'http' : 'http_proxy',
      httpMethod: 'ANY',
      uri: `${document.origins[route.to]?.url ?? ''}${path}`,
      ...transformOf(route),
      ...fallback,
    };
  }
  const { use } = route.to;
  if (use.startsWith('function')) {
    const file = text(route.to.with['file']);
    const name = (file.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    const region = options.region ?? api.region;
    const uri = `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${region}:${options.account ?? api.account}:function:${name}/invocations`;
    const proxy = route.to.with['proxy'] !== false;
    const version = api.kind === 'http' ? { payloadFormatVersion: use === 'function-rest' ? '1.0' : '2.0' } : {};
    return {
      type: proxy ? 'aws_proxy' : 'aws',
      httpMethod: 'POST',
      uri,
      ...version,
      ...transformOf(route),
      ...fallback,
    };
  }
  if (use !== 'mock')
    notes.push(`${key}: the integration "${use}" is ours alone; it stands as a mock in the description`);
  return { type: 'mock', ...transformOf(route), ...fallback };
}

const contentOf = (content: 'text' | 'binary' | undefined): Tree =>
  content === undefined ? {} : { contentHandling: content === 'text' ? 'CONVERT_TO_TEXT' : 'CONVERT_TO_BINARY' };

/** HTTP APIs have their own words for the same, which stand as they are. */
function parametersOf(route: ApiRouteDocument): Tree {
  const all = Object.entries(route.map?.request ?? {});
  if (all.length === 0) return {};
  const named = all.map(([key, value]) => [
    /^(?:header|querystring|path)\./.test(key) ? `integration.request.${key}` : key,
    value,
  ]);
  return { requestParameters: Object.fromEntries(named) as Tree };
}

function transformOf(route: ApiRouteDocument): Tree {
  const { transform } = route;
  if (!transform) return parametersOf(route);
  return {
    ...parametersOf(route),
    ...contentOf(transform.content),
    passthroughBehavior: transform.passthrough.toLowerCase(),
    requestTemplates: transform.templates,
    responses: Object.fromEntries(
      transform.responses.map(({ pattern, status, headers, templates, content }) => [
        pattern ?? 'default',
        {
          statusCode: String(status),
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([field, value]) => [`method.response.header.${field}`, value]),
          ),
          responseTemplates: templates,
          ...contentOf(content),
        },
      ]),
    ),
  };
}

function schemesOf(api: GatewayApiDocument, key: boolean, options: ExportOptions, notes: string[]): Tree {
  const out: Tree = {};
  if (key) out['api_key'] = { type: 'apiKey', name: 'x-api-key', in: 'header' };
  const region = options.region ?? api.region;
  for (const [name, { use, with: given }] of Object.entries(api.authorizers)) {
    if (use === 'jwt') {
      const identitySource = given['identity'] ?? '$request.header.Authorization';
      out[name] = {
        type: 'oauth2',
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          identitySource,
          jwtConfiguration: { issuer: given['issuer'], audience: given['audience'] },
        },
      };
    } else if (use === 'lambda') {
      const own = (text(given['file']).split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
      const sources = Array.isArray(given['identity'])
        ? given['identity'].join(', ')
        : given['type'] === 'TOKEN'
          ? 'method.request.header.Authorization'
          : undefined;
      out[name] = {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: text(given['type'], 'REQUEST').toLowerCase(),
          authorizerUri: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${region}:${options.account ?? api.account}:function:${own}/invocations`,
          ...(sources === undefined ? {} : { identitySource: sources }),
          ...(typeof given['ttl'] === 'string'
            ? { authorizerResultTtlInSeconds: Number.parseInt(given['ttl'], 10) }
            : {}),
          ...(given['validate'] === undefined ? {} : { identityValidationExpression: given['validate'] }),
          ...(api.kind === 'http'
            ? {
                authorizerPayloadFormatVersion: given['payload'] ?? '2.0',
                enableSimpleResponses: given['simple'] === true,
              }
            : {}),
        },
      };
    } else if (use === 'iam')
      out[name] = { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' };
    else notes.push(`the authorizer "${name}" (${use}) is ours alone and has no counterpart on AWS`);
  }
  return out;
}
