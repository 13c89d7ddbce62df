import { directInvoker } from '../../../src/run/direct.ts';
import { visit, type Script, type Visit, type VisitAnswer, type VisitRequest } from '../../../src/testing/visit.ts';
import type { Invoker } from '../../../src/ports/invoker.ts';

/** A REST or HTTP API in this process, with handlers given as functions instead of files, and a clock turned by hand. */

type Handler = (event: never, context: never, callback: (error?: unknown, value?: unknown) => void) => unknown;

export interface ApiVisit {
  readonly visit: Visit;
  readonly clock: Visit['clock'];
  /** Events that each handler was called with. */
  readonly events: Record<string, unknown[]>;
  readonly logs: {
    readonly level: string;
    readonly says: string;
    readonly facts: Readonly<Record<string, unknown>> | undefined;
  }[];
  readonly send: (request: VisitRequest) => Promise<VisitAnswer>;
  readonly get: (target: string, headers?: VisitRequest['headers']) => Promise<VisitAnswer>;
  close(): Promise<void>;
}

const open: ApiVisit[] = [];

export interface ApiOptions {
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly document?: Readonly<Record<string, unknown>>;
  readonly origin?: Script;
  /** Milliseconds that each handler may take. */
  readonly functionMs?: number;
  readonly ports?: Parameters<typeof visit>[0]['ports'];
}

/** One API named `shop`; `api` is its entry in the document. */
export async function api(entry: Readonly<Record<string, unknown>>, options: ApiOptions = {}): Promise<ApiVisit> {
  return apis({ shop: entry }, options);
}

export async function apis(entries: Readonly<Record<string, unknown>>, options: ApiOptions = {}): Promise<ApiVisit> {
  const events: Record<string, unknown[]> = {};
  const logs: { level: string; says: string; facts: Readonly<Record<string, unknown>> | undefined }[] = [];
  const openFunction = ({ file }: { readonly file: string }): Invoker => {
    const handler = options.handlers?.[file];
    if (!handler) return { invoke: () => ({ kind: 'unavailable', says: `no handler ${file}` }), close: async () => {} };
    const inner = directInvoker(handler, file, options.functionMs ?? 3000);
    return {
      invoke(invocation) {
        (events[file] ??= []).push(JSON.parse(JSON.stringify(invocation.event)));
        return inner.invoke(invocation);
      },
      close: () => inner.close(),
    };
  };
  const made = await visit({
    document: { apis: entries, ...options.document },
    ...(options.origin ? { origin: options.origin } : {}),
    ports: { openFunction, log: (level, says, facts) => void logs.push({ level, says, facts }), ...options.ports },
  });
  const result: ApiVisit = {
    visit: made,
    clock: made.clock,
    events,
    logs,
    send: (request) => made.send(request),
    get: (target, headers) => made.send({ target, ...(headers ? { headers } : {}) }),
    close: () => made.close(),
  };
  open.push(result);
  return result;
}

/** Closes everything that was opened; for `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((each) => each.close()));
}

/** A route to a handler. */
export const fn = (file: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  to: { use: 'function', with: { file } },
  ...more,
});

export const mock = (body = 'ok'): Readonly<Record<string, unknown>> => ({ to: { use: 'mock', with: { body } } });

/** The handler that most tests need: says nothing but yes. */
export const ok: Handler = async () => ({ statusCode: 200, body: 'ok' });

export const policy = (effect: 'Allow' | 'Deny', resource: string | readonly string[], more: object = {}): unknown => ({
  principalId: 'user',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
  },
  ...more,
});

export const message = (answer: { readonly body: string }): unknown => {
  const parsed = JSON.parse(answer.body) as { message?: unknown; Message?: unknown };
  return 'Message' in parsed ? parsed.Message : parsed.message;
};
