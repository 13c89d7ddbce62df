import { alb } from '../aws/alb.ts';
import { functionUrl, type ResponseStream } from '../aws/function-url.ts';
import { httpApi } from '../aws/http-api.ts';
import { restApi } from '../aws/rest-api.ts';
import { albShape } from '../events/alb.ts';
import { httpShape } from '../events/http.ts';
import { base64, concat } from '../base/bytes.ts';
import { viewerAt, type ApiKind, type EventContext } from '../events/parts.ts';
import { restShape } from '../events/rest.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { App } from '../pipeline/app.ts';
import type { OpenShell, StoryRequest } from './shell.ts';
import { visit } from './visit.ts';

/** The same document behind a Lambda door: each request is made into the event that AWS would send, each result read back. */
interface Door {
  readonly kind: Exclude<ApiKind, 'websocket'>;
  open(app: App): (event: unknown) => Promise<unknown>;
  event(request: HttpRequest, context: EventContext): Promise<unknown>;
  read(result: unknown): HttpResponse;
}

const address = '127.0.0.1';

const doors: Readonly<Record<string, Door>> = {
  'HTTP API': {
    kind: 'http',
    open: (app) => httpApi(app),
    event: (request, context) => httpShape.toEvent(request, viewerAt(address), context),
    read: (result) => httpShape.fromResult(result, { name: 'door', malformed: 500 } as never),
  },
  'REST API': {
    kind: 'rest',
    open: (app) => restApi(app),
    event: (request, context) => restShape.toEvent(request, viewerAt(address), context),
    read: (result) =>
      restShape.fromResult(result, {
        name: 'door',
        malformed: 502,
        accept: undefined,
        binaryMediaTypes: null,
        strict: false,
      }),
  },
  'load balancer': {
    kind: 'http',
    open: (app) => alb(app),
    event: (request, context) =>
      albShape.toEvent(
        { ...request, headers: request.headers.append('X-Forwarded-For', address) },
        viewerAt(address),
        context,
      ),
    read: (result) => albShape.fromResult(result, { name: 'door' }),
  },
  'function URL': {
    kind: 'http',
    open: streamed,
    event: (request, context) => httpShape.toEvent(request, viewerAt(address), context),
    read: (result) => httpShape.fromResult(result, { name: 'door', malformed: 500 } as never),
  },
};

/** A streaming handler whose stream is gathered, so that it can be read like the result of any other. */
function streamed(app: App): (event: unknown) => Promise<unknown> {
  let head: object = {};
  const handler = functionUrl(app, {
    runtime: {
      streamifyResponse: (handle) => handle,
      HttpResponseStream: { from: (stream, given) => ((head = given as object), stream) },
    },
  }) as (event: unknown, stream: ResponseStream, context: unknown) => Promise<void>;
  return async (event) => {
    const chunks: Uint8Array[] = [];
    let broken: Error | null = null;
    await handler(
      event,
      { write: (bytes) => chunks.push(bytes) > 0, end() {}, once() {}, destroy: (error) => (broken = error) },
      {},
    );
    if (broken) throw broken as Error;
    return { ...head, body: base64(concat(chunks)), isBase64Encoded: true };
  };
}

function contextOf(kind: Door['kind'], request: HttpRequest, at: number): EventContext {
  const [path = '/'] = request.target.split('?');
  const place = {
    kind,
    region: 'us-east-1',
    account: '111122223333',
    id: 'a1b2c3',
    stage: '$default',
    deploymentId: 'd',
    domainName: 'localhost',
    domainPrefix: 'localhost',
  } as const;
  return {
    place,
    requestId: 'r',
    extendedRequestId: 'r',
    at,
    routeKey: '$default',
    resource: '/{proxy+}',
    resourceId: 'x',
    path,
    contextPath: path,
    params: null,
    stageVariables: null,
    authorizer: null,
    identity: {},
    binaryMediaTypes: ['*/*'],
  };
}

function requestOf(given: StoryRequest): HttpRequest {
  const headers =
    given.headers === undefined ? HeaderList.empty : HeaderList.of(given.headers as Record<string, string>);
  const lines = [...(headers.has('host') ? [] : ['Host', 'localhost']), ...headers.flat];
  if (given.body !== undefined && !headers.has('content-length'))
    lines.push('Content-Length', String(new TextEncoder().encode(given.body).length));
  return {
    method: given.method ?? 'GET',
    target: given.target ?? '/',
    version: '1.1',
    headers: HeaderList.fromFlat(lines),
    body: given.body === undefined ? null : Body.of(given.body),
  };
}

const shellOf =
  (name: string, door: Door): OpenShell =>
  async (options) => {
    const visiting = await visit(options);
    const handler = door.open(visiting.app);
    return {
      name,
      app: visiting.app,
      clock: visiting.clock,
      asked: visiting.asked,
      async send(given) {
        const request = requestOf(given);
        const response = door.read(
          await handler(await door.event(request, contextOf(door.kind, request, visiting.clock.now()))),
        );
        const id = response.headers.get('x-sallyport-trace');
        return {
          status: response.status,
          headers: response.headers,
          body: response.body === null ? '' : await response.body.text(),
          record: visiting.records.find((record) => record.id === id) ?? null,
        };
      },
      close: () => visiting.close(),
    };
  };

/** Every Lambda door that carries the whole line, by name. */
export const lambdaShells: ReadonlyMap<string, OpenShell> = new Map(
  Object.entries(doors).map(([name, door]) => [name, shellOf(name, door)]),
);
