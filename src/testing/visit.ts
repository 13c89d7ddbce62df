import { manualClock, type ManualClock } from '../base/clock.ts';
import type { Viewer } from '../flow/exchange.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse, Provenance } from '../http/message.ts';
import { nodeDigest } from '../net/digest.ts';
import { sallyport, type App, type AppOptions } from '../pipeline/app.ts';
import type { PortOverrides } from '../pipeline/outfit.ts';
import type { Dialer, Inbound, Outbound } from '../ports/dialer.ts';
import memory from '../stores/pages/memory.ts';
import type { DecisionRecord } from '../trace/record.ts';

/** What an origin was asked, with its body read. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: string;
  /** The origin's URL in the document. */
  readonly url: string;
}

/** An origin that answers by script. */
export type Script = (asked: Asked) => Inbound | Promise<Inbound>;

/** An origin's answer with a text body. */
export const answerWith =
  (status: number, type: string, text: string, more: Readonly<Record<string, string>> = {}): Script =>
  () => ({
    status,
    headers: HeaderList.of({
      'Content-Type': type,
      'Content-Length': String(new TextEncoder().encode(text).length),
      ...more,
    }),
    body: Body.of(text),
    address: 'script',
  });

export interface VisitRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | Body | null;
  readonly address?: string;
  readonly viewer?: Partial<Viewer>;
}

export interface VisitAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly from: Provenance;
  /** The record of this request. */
  readonly record: DecisionRecord;
}

/** A viewer in this process: no socket, a clock turned by hand, an origin that plays a script. */
export interface Visit {
  readonly app: App;
  readonly clock: ManualClock;
  /** What origins were asked, in order. */
  readonly asked: Asked[];
  readonly records: DecisionRecord[];
  send(request: VisitRequest): Promise<VisitAnswer>;
  close(): Promise<void>;
}

export interface VisitOptions extends Omit<AppOptions, 'ports'> {
  readonly origin?: Script;
  readonly ports?: PortOverrides;
  readonly keepSteps?: 'all' | 'refusals';
}

export async function visit(options: VisitOptions): Promise<Visit> {
  const clock = manualClock();
  const asked: Asked[] = [];
  const records: DecisionRecord[] = [];
  const script = options.origin ?? answerWith(200, 'text/plain', 'hello from the origin\n');
  const state = options.ports?.state ?? (await memory.open({}, { clock, folder: '.', warn() {} }));
  const keep = options.keepSteps ?? 'all';
  const document = typeof options.document === 'object' && options.document !== null ? options.document : {};
  const given = document as { logging?: object };
  const app = await sallyport({
    ...options,
    document: { ...document, logging: { ...given.logging, keepSteps: keep } },
    ports: {
      clock,
      digest: nodeDigest,
      log() {},
      sinks: [{ name: 'visit', write: (record) => void records.push(record), flush: async () => {} }],
      openDialer: ({ url }) => scripted(url, script, asked),
      ...options.ports,
      state,
    },
  });
  return {
    app,
    clock,
    asked,
    records,
    async send(request) {
      const headers =
        request.headers === undefined ? HeaderList.empty : HeaderList.of(request.headers as Record<string, string>);
      const address = request.address ?? '127.0.0.1';
      const viewer: Viewer = {
        address,
        peer: address,
        port: 1,
        secure: false,
        localAddress: '127.0.0.1',
        localPort: 8080,
        ...request.viewer,
      };
      const { body } = request;
      const content = body === undefined || body === null ? null : body instanceof Body ? body : Body.of(body);
      const response: HttpResponse = await app.handle(
        {
          method: request.method ?? 'GET',
          target: request.target ?? '/',
          version: '1.1',
          headers: headers.has('host') ? headers : HeaderList.fromFlat(['Host', 'localhost', ...headers.flat]),
          body: content,
        },
        viewer,
      );
      const text = response.body === null ? '' : await response.body.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text,
        from: response.from,
        record: records.at(-1) as DecisionRecord,
      };
    },
    close: () => app.close(),
  };
}

function scripted(url: string, script: Script, asked: Asked[]): Dialer {
  return {
    async dial(outbound: Outbound) {
      const body = outbound.body === null ? '' : await outbound.body.text();
      const question: Asked = {
        method: outbound.method,
        target: outbound.target,
        headers: outbound.headers,
        body,
        url,
      };
      asked.push(question);
      return script(question);
    },
    async close() {},
  };
}
