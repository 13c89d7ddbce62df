import {
  policyAnswer,
  requestOfAuthorizer,
  simpleAnswer,
  type AuthorizerEvent,
  type PolicyAnswer,
  type SimpleAnswer,
} from '../events/authorizer.ts';
import { codeOf } from '../trace/record.ts';
import { sallyport, type App, type AppOptions } from './app.ts';

export interface AsAuthorizerOptions extends AppOptions {
  /** HTTP API with plain answers switched on: `{ isAuthorized }` instead of a policy. */
  readonly simple?: boolean;
  /** Who the caller is called in the policy. */
  readonly principalId?: string;
}

/**
 * The document's rules as a Lambda authorizer: REQUEST event in (1.0 or 2.0), decision out. Whatever the rules let
 * through is allowed, and whatever they stop is denied with the reason's code in the context. A fault is thrown, so that
 * the gateway answers 500 and the door stays closed. Configure it with a TTL of 0: a kept verdict would cover the next
 * request of the same caller, whatever is in it. An authorizer never sees a body, so rules about bodies do not run here.
 */
export function asAuthorizer(options: AsAuthorizerOptions): (event: unknown) => Promise<PolicyAnswer | SimpleAnswer> {
  let opening: Promise<App> | null = null;
  const document = {
    ...(options.document as object),
    routes: { $default: { to: { use: 'mock', with: { status: 204 } } } },
  };
  return async (event) => {
    const app = await (opening ??= sallyport({ ...options, document }));
    const given = event as AuthorizerEvent;
    const asked = requestOfAuthorizer(given);
    if (!asked) throw new Error('a TOKEN authorizer sees no request: configure it as REQUEST');
    const host = asked.request.headers.has('host')
      ? asked.request
      : {
          ...asked.request,
          headers: asked.request.headers.append('host', asked.context.place.domainName || 'localhost'),
        };
    const response = await app.handle(host, asked.viewer);
    await app.settle();
    if (response.from.by === 'fault') throw new Error(`the rules could not decide: ${response.from.code}`);
    const allowed = response.from.by === 'integration';
    const context = allowed ? {} : { code: codeOf(response) ?? '', status: String(response.status) };
    if (options.simple) return simpleAnswer(allowed, context);
    const arn = 'routeArn' in given ? given.routeArn : given.methodArn;
    return policyAnswer(options.principalId ?? 'sallyport', allowed, arn, context);
  };
}
