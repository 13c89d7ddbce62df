import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { pathText } from '../../config/issues.ts';
import { methodKey } from '../../pipeline/api-plans.ts';
import { text } from '../../openapi/importing.ts';
import { wordsOf } from './function-words.ts';
import type { ApisGiven } from './needs.ts';
import { policyErrors } from './policy.ts';

/** What an API says of itself and AWS has no word for: the place, and what to write instead. */
export function apiErrors(document: Document, name: string, api: GatewayApiDocument, given: ApisGiven): string[] {
  const errors: string[] = [];
  const at = (...path: readonly PropertyKey[]): string => pathText(['apis', name, ...path]);
  const rest = api.kind === 'rest';
  const needsRest: readonly (readonly [member: string, there: boolean])[] = [
    ['policy', api.policy !== undefined],
    ['responses', Object.keys(api.responses).length > 0],
    ['stageCache', api.stageCache !== undefined],
    ['canary', api.canary !== undefined],
    ['binaryMediaTypes', api.binaryMediaTypes.length > 0],
    ['keySource', api.keySource === 'authorizer'],
  ];
  for (const [member, there] of rest ? [] : needsRest)
    if (there) errors.push(`${at(member)}: HTTP APIs have none: make it kind "rest", or leave it out`);
  if (rest && api.cors)
    errors.push(
      `${at('cors')}: a REST API answers no preflight by itself: write OPTIONS methods, and \`responses\` for errors`,
    );
  if (rest && api.stage === '$default') errors.push(`${at('stage')}: only HTTP APIs have $default: write a name`);
  const missing = api.hosts.filter((host) => !(host in given.domains));
  if (missing.length > 0)
    errors.push(
      `${at('hosts')}: ${missing.join(', ')}: a host of one’s own needs a certificate: give \`domains: { "${missing[0]}": { certificate } }\`, or leave \`hosts\` out and use the address that AWS gives`,
    );
  if (api.mutualTls && Object.keys(given.domains).length === 0)
    errors.push(
      `${at('mutualTls')}: API Gateway asks for client certificates at a domain of one’s own only: write \`hosts\`, and give \`domains\``,
    );
  if (api.mutualTls && !document.listen.tls?.clients)
    errors.push(
      `${at('mutualTls')}: nobody says whom to trust: write \`listen.tls.clients: { truststore: "clients.pem" }\``,
    );
  if (api.cache)
    errors.push(
      `${at('cache')}: a cache in a function goes with its container: ${rest ? 'write `stageCache`, or ' : ''}put CloudFront in front (\`edge\`)`,
    );
  if (!api.strict)
    errors.push(`${at('strict')}: API Gateway always is: leave it out, and answer header values as texts`);
  if (api.canary && Object.keys(api.canary.routes).length > 0)
    errors.push(
      `${at('canary', 'routes')}: a template holds one set of methods, so both deployments would have the same: let the canary differ in \`variables\`, or deploy the new routes as an API of their own`,
    );
  if (given.webAcl && !rest)
    errors.push(
      `apis.${name}: AWS WAF cannot be attached to an HTTP API: make it kind "rest", or leave \`webAcl\` out`,
    );
  if (api.responses['REQUEST_TOO_LARGE'])
    errors.push(`${at('responses', 'REQUEST_TOO_LARGE')}: API Gateway does not let it be changed: leave it out`);
  for (const [key, { transform }] of rest ? [] : Object.entries(api.routes))
    if (transform)
      errors.push(
        `${at('routes', key, 'transform')}: HTTP APIs have no templates: write \`map\`, or make it kind "rest"`,
      );
  invalidations(at, api, errors);
  for (const [status, place] of Object.entries(api.routes).flatMap(([key, { map }]) =>
    Object.keys(map?.responses ?? {}).map((each) => [each, at('routes', key, 'map', 'responses', each)] as const),
  ))
    if (status === 'default') errors.push(`${place}: API Gateway maps by status: write each one, e.g. "200"`);
  for (const [own, { use, with: options }] of Object.entries(api.authorizers))
    if (use === 'lambda') {
      const found = wordsOf(functionPart(options));
      if (typeof found === 'string') errors.push(`${at('authorizers', own, 'with')}: ${found}`);
    } else if (use === 'cognito') errors.push(...poolErrors(at('authorizers', own, 'with', 'pools'), options));
  for (const [key, { to }] of Object.entries(api.routes))
    if (typeof to !== 'string' && to.use.startsWith('function')) {
      const found = wordsOf(to.with);
      if (typeof found === 'string') errors.push(`${at('routes', key, 'to', 'with')}: ${found}`);
      else if (found.stream && !rest)
        errors.push(`${at('routes', key, 'to', 'with', 'stream')}: only REST APIs stream: make it kind "rest"`);
    }
  for (const [key, { validate }] of Object.entries(api.routes))
    for (const [type, model] of Object.entries(validate?.body ?? {}))
      if (typeof model === 'string' && !Object.hasOwn(api.models, model))
        errors.push(
          `${at('routes', key, 'validate', 'body', type)}: there is no model "${model}": known are ${Object.keys(api.models).join(', ') || 'none'}`,
        );
  for (const [model, schema] of Object.entries(api.models)) {
    const says = (schema as { $schema?: unknown } | null)?.$schema;
    if (rest && says !== undefined && !text(says).includes('draft-04'))
      errors.push(
        `${at('models', model, '$schema')}: API Gateway reads draft 4 only: leave it out, or write "http://json-schema.org/draft-04/schema#"`,
      );
  }
  return [...errors, ...policyErrors(name, api), ...planErrors(document, name)];
}

/** What of an authorizer's options is of its function. */
export const functionPart = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).filter(([word]) => ['file', 'handler', 'timeout', 'memory'].includes(word)),
  );

function poolErrors(place: string, options: Readonly<Record<string, unknown>>): string[] {
  const pools = Array.isArray(options['pools']) ? options['pools'] : [];
  return pools
    .filter((pool) => !/^arn:[\w-]+:cognito-idp:/.test(String(pool)))
    .map((pool) => `${place}: ${String(pool)}: API Gateway wants the ARN of a user pool`);
}

/** CloudFormation knows of no other way than API Gateway's own. */
function invalidations(
  at: (...path: readonly PropertyKey[]) => string,
  api: GatewayApiDocument,
  errors: string[],
): void {
  const places = [
    [at('stageCache', 'invalidation'), api.stageCache?.invalidation] as const,
    ...Object.entries(api.routes).map(
      ([key, { stageCache }]) =>
        [
          at('routes', key, 'stageCache', 'invalidation'),
          stageCache === false ? undefined : stageCache?.invalidation,
        ] as const,
    ),
  ];
  for (const [place, says] of places)
    if (says && (!says.authorization || says.unauthorized !== 'SUCCEED_WITH_RESPONSE_HEADER'))
      errors.push(
        `${place}: CloudFormation has no word for it: leave it out (asked for with permission only, otherwise answered with a Warning), and deny \`execute-api:InvalidateCache\` in \`policy\` to keep everybody from it`,
      );
}

/** Most methods with a throttle of their own in one stage of a plan. */
const mostMethods = 20;

function planErrors(document: Document, name: string): string[] {
  const errors: string[] = [];
  for (const [plan, { stages, quota, keys }] of Object.entries(document.plans)) {
    const kinds = new Set(stages.map(({ api }) => document.apis[api]?.kind));
    for (const [at, { api, throttle }] of stages.entries()) {
      if (api !== name) continue;
      const place = (...more: readonly PropertyKey[]): string => pathText(['plans', plan, 'stages', at, ...more]);
      const methods = Object.keys(throttle);
      if (methods.length > mostMethods)
        errors.push(
          `${place('throttle')}: ${methods.length} methods, and API Gateway takes ${mostMethods}: make another plan`,
        );
      for (const text of methods) {
        const key = methodKey(text);
        if (key === null || !document.apis[name]?.routes[key])
          errors.push(
            `${place('throttle', text)}: the API "${name}" has no such method: known are ${Object.keys(document.apis[name]?.routes ?? {}).join(', ')}`,
          );
      }
      if (kinds.size > 1 && (quota || keys.length > 0))
        errors.push(
          `${pathText(['plans', plan])}: API Gateway counts for REST APIs and the line for HTTP APIs, so nobody would count both: make two plans, or the APIs of one kind`,
        );
    }
  }
  return errors;
}
