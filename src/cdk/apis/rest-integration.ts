import type { Stack } from 'aws-cdk-lib';
import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ApiRouteDocument } from '../../config/api-routes.ts';
import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { patienceOf } from './limits.ts';
import type { FunctionWords } from './function-words.ts';
import type { RoutePlan } from './route-plan.ts';

type Integration = CfnMethod.IntegrationProperty;

/** `path.id` and `integration.request.path.id` are the same to the document. */
const target = (key: string): string => (key.startsWith('integration.request.') ? key : `integration.request.${key}`);
const holes = (path: string): readonly string[] =>
  [...path.matchAll(/\{([\w.-]+)\+?\}/g)].map((found) => found[1] as string);
const contentOf = (content: 'text' | 'binary' | undefined): Partial<Integration> =>
  content === undefined ? {} : { contentHandling: content === 'text' ? 'CONVERT_TO_TEXT' : 'CONVERT_TO_BINARY' };

export interface RestRoute {
  readonly document: Document;
  readonly api: GatewayApiDocument;
  readonly route: RoutePlan;
  readonly words: FunctionWords | null;
  /** Who is called; null where nobody is. */
  readonly called: IFunction | null;
  readonly stack: Stack;
}

/** Parameters of the method that tell cached answers apart. */
export function cacheKeys(api: GatewayApiDocument, { key, given }: RoutePlan): readonly string[] {
  const own = given.stageCache;
  if (own === false || (own === undefined && (!api.stageCache || !/^(?:GET|ANY) /.test(key)))) return [];
  const named = own?.keys ?? api.stageCache?.keys ?? [];
  return named.filter((name) => !name.startsWith('method.request.path.') || holes(key).includes(name.slice(20)));
}

/** What API Gateway does with a request of this method, and how it reads the answer. */
export function restIntegration(given: RestRoute): Integration {
  const { api, route, document } = given;
  const keys = cacheKeys(api, route);
  return {
    ...(keys.length > 0 && { cacheKeyParameters: [...keys] }),
    timeoutInMillis: patienceOf(document, api, route.given),
    ...(given.called ? functionIntegration(given, given.called) : {}),
    ...(route.ends === 'origin' ? originIntegration(given) : {}),
    ...(route.ends === 'mock' ? mock(route.given) : {}),
    ...(route.ends === 'mock' || route.ends === 'origin' || given.words?.proxy === false ? responses(route.given) : {}),
  } as Integration;
}

function functionIntegration({ words, route, stack }: RestRoute, called: IFunction): Partial<Integration> {
  const own = route.ends === 'function';
  const streams = own && words?.stream === true;
  const path = streams ? '2021-11-15' : '2015-03-31';
  return {
    type: own && words?.proxy === false ? 'AWS' : 'AWS_PROXY',
    integrationHttpMethod: 'POST',
    uri: `arn:${stack.partition}:apigateway:${stack.region}:lambda:path/${path}/functions/${called.functionArn}/${streams ? 'response-streaming-invocations' : 'invocations'}`,
    ...(streams && { responseTransferMode: 'STREAM' }),
    ...(own && words?.proxy === false ? requestSide(route.given) : {}),
  };
}

function originIntegration({ document, route: { key, given } }: RestRoute): Partial<Integration> {
  const [verb = 'ANY', resource = '/'] = key.split(' ', 2);
  const origin = document.origins[given.to as string];
  const path = (given.rewrite ?? resource).replaceAll('+}', '}');
  const mapped = Object.keys(given.map?.request ?? {}).map(target);
  const params = Object.fromEntries(
    holes(path)
      .filter((name) => holes(resource).includes(name) && !mapped.includes(`integration.request.path.${name}`))
      .map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
  );
  const headers = Object.fromEntries(
    Object.entries(origin?.headers ?? {}).map(([name, value]) => [`integration.request.header.${name}`, `'${value}'`]),
  );
  const side = requestSide(given);
  return {
    type: given.transform ? 'HTTP' : 'HTTP_PROXY',
    integrationHttpMethod: verb,
    uri: `${origin?.url ?? ''}${path}`,
    ...side,
    requestParameters: { ...params, ...headers, ...(side.requestParameters as Record<string, string> | undefined) },
  };
}

function requestSide({ map, transform }: ApiRouteDocument): Partial<Integration> {
  const requestParameters = Object.fromEntries(
    Object.entries(map?.request ?? {}).map(([key, value]) => [target(key), value]),
  );
  return {
    ...(Object.keys(requestParameters).length > 0 && { requestParameters }),
    ...(transform && {
      requestTemplates: transform.templates,
      passthroughBehavior: transform.passthrough,
      ...contentOf(transform.content),
    }),
  };
}

interface MockWords {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const mockWords = ({ to }: ApiRouteDocument): MockWords => (typeof to === 'string' ? {} : to.with);

function mock(given: ApiRouteDocument): Partial<Integration> {
  if (given.transform) return { type: 'MOCK', ...requestSide(given) };
  return {
    type: 'MOCK',
    // What is sent with a type of its own would be passed on as it is, and a mock reads its status from it.
    passthroughBehavior: 'NEVER',
    requestTemplates: { 'application/json': `{"statusCode":${mockWords(given).status ?? 200}}` },
  };
}

/** A template that is this text, whatever the template language makes of it. */
const literally = (text: string): string =>
  /[$#]/.test(text) ? `$util.base64Decode('${Buffer.from(text).toString('base64')}')` : text;

function responses(given: ApiRouteDocument): Partial<Integration> {
  if (given.transform)
    return {
      integrationResponses: given.transform.responses.map(({ pattern, status, headers, templates, content }) => ({
        statusCode: String(status),
        ...(pattern !== undefined && { selectionPattern: pattern }),
        ...(Object.keys(headers).length > 0 && { responseParameters: prefixed('method.response.header.', headers) }),
        ...(Object.keys(templates).length > 0 && { responseTemplates: templates }),
        ...contentOf(content),
      })),
    };
  if (typeof given.to === 'string') return {};
  const { status = 200, body = '' } = mockWords(given);
  const { type, headers } = mockFields(given);
  return {
    integrationResponses: [
      {
        statusCode: String(status),
        responseTemplates: { [type]: literally(body) },
        ...(Object.keys(headers).length > 0 && { responseParameters: prefixed('method.response.header.', headers) }),
      },
    ],
  };
}

/** A template is chosen by its type, and the answer has that; other fields are literals. */
function mockFields(given: ApiRouteDocument): { readonly type: string; readonly headers: Record<string, string> } {
  const all = Object.entries(mockWords(given).headers ?? {});
  const type = all.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'application/json';
  const headers = all
    .filter(([name]) => name.toLowerCase() !== 'content-type')
    .map(([name, text]) => [name, `'${text}'`]);
  return { type, headers: Object.fromEntries(headers) as Record<string, string> };
}

const prefixed = (prefix: string, all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [`${prefix}${name}`, value]));

/** What a method has to declare before its integration may say it: one entry for each status. */
export function methodResponses(route: RoutePlan, words: FunctionWords | null): CfnMethod.MethodResponseProperty[] {
  const { given, ends } = route;
  if (ends !== 'mock' && !given.transform) return [];
  if (ends === 'line' || ends === 'forwarder' || (ends === 'function' && words?.proxy !== false)) return [];
  const all = given.transform?.responses ?? [
    { status: mockWords(given).status ?? 200, headers: mockFields(given).headers },
  ];
  const byStatus = new Map<string, Set<string>>();
  for (const { status, headers } of all) {
    const names = byStatus.get(String(status)) ?? new Set<string>();
    for (const name of Object.keys(headers)) names.add(name);
    byStatus.set(String(status), names);
  }
  return [...byStatus].map(([statusCode, names]) => ({
    statusCode,
    ...(names.size > 0 && {
      responseParameters: Object.fromEntries([...names].map((name) => [`method.response.header.${name}`, true])),
    }),
  }));
}

/** Parameters that the method declares: true where a request must have it. */
export function methodParameters(
  api: GatewayApiDocument,
  route: RoutePlan,
  integration: Integration,
): Record<string, boolean> {
  const { validate } = route.given;
  const said = [
    ...Object.values((integration.requestParameters ?? {}) as Record<string, string>),
    ...cacheKeys(api, route),
  ].flatMap((text) => [...text.matchAll(/method\.request\.(?:multivalue)?(header|querystring|path)\.([^\s'"}]+)/g)]);
  const required = (place: string, names: readonly string[]): [string, boolean][] =>
    names.map((name) => [`method.request.${place}.${name}`, true]);
  const [, resource = ''] = route.key.split(' ', 2);
  return Object.fromEntries([
    ...said.map((found): [string, boolean] => [`method.request.${found[1]}.${found[2]}`, false]),
    ...required('path', holes(resource)),
    ...required('header', validate?.header ?? []),
    ...required('querystring', validate?.query ?? []),
  ]);
}
