import * as z from 'zod/mini';
import { byDefault, durationText, optional, says } from '../../config/params.ts';
import { Fault } from '../../base/fault.ts';
import { whenHere } from '../../base/later.ts';
import {
  authorizerEvent,
  methodArn,
  readAuthorizerAnswer,
  type AuthorizerForm,
  type AuthorizerSaid,
} from '../../events/authorizer.ts';
import { gatewayHeaders } from '../../events/gateway-headers.ts';
import { connectAuthorizerEvent } from '../../events/websocket.ts';
import { ms } from '../../config/words.ts';
import type { Exchange } from '../../flow/exchange.ts';
import type { Invoked } from '../../ports/invoker.ts';
import { authorizerReasons } from '../api-reasons.ts';
import { defineAuthorizer, type AuthorizerParts, type Finding } from '../authorizer.ts';
import { eventContext, type Call, type CallError } from '../call.ts';
import { cacheKeyOf, identityValues, parseIdentitySource, type IdentitySource } from '../identity-sources.ts';
import { Kept } from '../kept.ts';
import { compilePolicy, evaluate, type Policy } from '../resource-policy.ts';

/** Most answers kept per authorizer. */
const MOST_KEPT = 10_000;

type Answered = { readonly said: AuthorizerSaid; readonly policy: Policy | null };

const broken: CallError = { type: 'AUTHORIZER_CONFIGURATION_ERROR', message: null, member: 'message' };
const unauthorized: CallError = { type: 'UNAUTHORIZED', message: 'Unauthorized', member: 'message' };

/** Resource policies and authorizers are asked about `aws:SourceIp` and the like; an authorizer's own policy has no other keys. */
const noKeys = (): readonly string[] => [];

export default defineAuthorizer({
  name: 'lambda',
  says: "A function that answers with a policy or a plain yes or no; its answer is kept as API Gateway keeps it, with that cache's traps.",
  options: () =>
    z.strictObject({
      file: says(z.string(), 'Module of the handler, relative to the document.'),
      handler: byDefault(z.string(), 'handler', 'Name of the export.'),
      type: byDefault(
        z.enum(['TOKEN', 'REQUEST']),
        'REQUEST',
        'TOKEN: one header is handed over. REQUEST: everything but the body.',
      ),
      payload: optional(
        z.enum(['1.0', '2.0']),
        'HTTP APIs: the form of the event. Left out: 2.0 there, 1.0 on REST APIs.',
      ),
      simple: byDefault(z.boolean(), false, 'HTTP APIs with payload 2.0: the answer is `{ isAuthorized, context }`.'),
      identity: optional(
        z.array(z.string()),
        'Identity sources, e.g. `method.request.header.Authorization` or `$request.header.Authorization`. All must be there.',
      ),
      validate: optional(z.string(), 'TOKEN: a regular expression that the whole token must fit.'),
      ttl: byDefault(durationText(), '300s', 'How long an answer is kept, at most 1h; `0ms` asks each time.'),
      timeout: byDefault(durationText(), '10s', 'Patience with the function; at most 10s at an HTTP API.'),
      memory: byDefault(z.number().check(z.int(), z.gte(16), z.lte(10_240)), 128, 'Megabytes.'),
    }),
  open(options, parts) {
    const problem = (says: string): Fault =>
      new Fault('config.authorizer', 'config', `authorizer "${parts.name}": ${says}`);
    const version = options.payload ?? (parts.api === 'http' ? '2.0' : '1.0');
    const form: AuthorizerForm = options.type === 'TOKEN' ? 'token' : version === '2.0' ? 'request-2' : 'request-1';
    if (parts.api !== 'http' && (version === '2.0' || options.simple))
      throw problem('payload 2.0 and simple answers are for HTTP APIs');
    if (parts.api === 'http' && ms(options.timeout) > 10_000)
      throw problem('an authorizer of an HTTP API has at most 10s');
    if (options.type === 'TOKEN' && parts.api === 'http') throw problem('HTTP APIs have REQUEST authorizers only');
    if (options.simple && version !== '2.0') throw problem('simple answers need payload 2.0');
    if (options.type === 'TOKEN' && parts.api === 'websocket')
      throw problem('WebSocket APIs have REQUEST authorizers only');
    // A handshake is rare and its answer lives as long as the connection: nothing is kept.
    const ttlMs = parts.api === 'websocket' ? 0 : Math.min(ms(options.ttl), 3_600_000);
    const texts = options.identity ?? (options.type === 'TOKEN' ? ['method.request.header.Authorization'] : []);
    const sources = texts.map((text): IdentitySource => {
      const source = parseIdentitySource(text);
      if (!source) throw problem(`"${text}" is no identity source`);
      return source;
    });
    if (options.type === 'TOKEN' && (sources.length !== 1 || sources[0]?.from !== 'header'))
      throw problem('a TOKEN authorizer has one header as its identity source');
    let fits: RegExp | null = null;
    if (options.validate !== undefined) {
      try {
        fits = new RegExp(`^(?:${options.validate})$`);
      } catch {
        throw problem(`"${options.validate}" is no regular expression`);
      }
    }
    const invoker = parts.openFunction({
      file: options.file,
      handler: options.handler,
      timeoutMs: ms(options.timeout),
      memoryMb: options.memory,
      concurrency: 8,
      env: {},
    });
    const keep = ttlMs > 0 && sources.length > 0;
    const kept = new Kept<Answered>(parts.clock, MOST_KEPT);
    // A REST API's sources are a matter of caching: without it they may be missing. An HTTP API always wants them.
    const mandatory = sources.length > 0 && (keep || parts.api !== 'rest' || options.type === 'TOKEN');

    return {
      kind: 'lambda',
      flush: () => kept.clear(),
      ask(exchange, call) {
        // A handshake has the gateway's fields already.
        const request = call.socket ? exchange.request : { ...exchange.request, headers: gatewayHeaders(exchange) };
        const values = identityValues(sources, request, call);
        if (values === null && mandatory)
          return { kind: 'refusal', reason: authorizerReasons['source-missing'], error: unauthorized };
        if (fits && !fits.test(values?.[0] ?? ''))
          return { kind: 'refusal', reason: authorizerReasons['source-form'], error: unauthorized };
        const context = eventContext(call);
        const arn = methodArn({ method: call.method }, context);
        if (arn.length > 1600) {
          return {
            kind: 'refusal',
            reason: authorizerReasons['arn-long'],
            error: { type: null, message: 'Request URI too long', member: 'message' },
          };
        }
        const key = keep && values ? `${call.place.stage} ${cacheKeyOf(values)}` : null;
        const found = key === null ? undefined : kept.get(key);
        if (found) return finding(found, arn, call, version, parts.api, true);
        const asked = exchange.clock.ticks();
        const event = call.socket
          ? connectAuthorizerEvent(request, call.socket, call.requestId, call.at, arn)
          : authorizerEvent(form, { ...request, method: call.method }, exchange.viewer, context, values ?? []);
        return whenHere(
          invoker.invoke({ event, requestId: call.requestId, withinMs: ms(options.timeout) }),
          (invoked): Finding => {
            call.authorizerLatency = Math.round(exchange.clock.ticks() - asked);
            const answered = read(invoked, options, version, parts, exchange);
            if ('kind' in answered) return answered;
            // Only answers are kept: an error or an "Unauthorized" is asked again.
            if (key !== null) kept.set(key, answered, exchange.clock.now() + ttlMs);
            return finding(answered, arn, call, version, parts.api, false);
          },
        );
      },
    };
  },
});

function read(
  invoked: Invoked,
  options: { readonly simple: boolean },
  version: string,
  parts: AuthorizerParts,
  exchange: Exchange,
): Answered | Finding {
  if (invoked.kind === 'error' && invoked.message === 'Unauthorized')
    return { kind: 'refusal', reason: authorizerReasons.unauthorized, error: unauthorized };
  const fail = (says: string): Finding => {
    parts.warn(`authorizer ${parts.name} cannot decide`, { trace: exchange.trace.id, says });
    exchange.trace.note('gateway.authorize', 'broken', { authorizer: parts.name, says });
    return { kind: 'refusal', reason: authorizerReasons.broken, error: broken };
  };
  if (invoked.kind !== 'answer')
    return fail(
      invoked.kind === 'error'
        ? `${invoked.type}: ${invoked.message}`
        : invoked.kind === 'unavailable'
          ? invoked.says
          : invoked.kind,
    );
  let said: AuthorizerSaid;
  try {
    said = readAuthorizerAnswer(invoked.value, { simple: options.simple, nested: version === '2.0' });
  } catch (thrown) {
    return fail((thrown as Error).message);
  }
  if (said.form === 'simple') return { said, policy: null };
  const { policy, problems } = compilePolicy(said.policy, { principals: 'none', arnPrefix: parts.arnPrefix });
  const first = problems[0];
  return first ? fail(`its policy: ${first.path} ${first.says}`) : { said, policy };
}

/** The kept policy is asked again for each method: an answer that names one method denies the next. */
function finding(answered: Answered, arn: string, call: Call, version: string, api: string, cached: boolean): Finding {
  const { said, policy } = answered;
  const nest = (context: Record<string, unknown>): Record<string, unknown> =>
    version === '2.0' ? { lambda: context } : context;
  if (said.form === 'simple') {
    return { kind: 'decision', decision: said.allowed ? 'allow' : 'deny', context: nest(said.context), cached };
  }
  const decision = evaluate(policy as Policy, {
    action: 'execute-api:Invoke',
    resource: arn,
    keys: noKeys,
    principals: [],
  });
  const about =
    api === 'http' && version === '2.0'
      ? said.context
      : { ...said.context, principalId: said.principalId, integrationLatency: call.authorizerLatency ?? 0 };
  return { kind: 'decision', decision, context: nest(about), usageKey: said.usageKey, cached };
}
