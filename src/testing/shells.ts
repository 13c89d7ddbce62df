import { request } from 'node:http';
import { manualClock } from '../base/clock.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import { serve } from '../node/serve.ts';
import { sallyport } from '../pipeline/app.ts';
import type { DecisionRecord } from '../trace/record.ts';
import { lambdaShells } from './lambda-shells.ts';
import type { OpenShell, Shell, StoryAnswer, StoryOptions, StoryRequest } from './shell.ts';
import { visit, type Asked, type Script } from './visit.ts';

const inProcess: OpenShell = async (options) => {
  const visiting = await visit(options);
  return {
    name: 'in process',
    app: visiting.app,
    clock: visiting.clock,
    asked: visiting.asked,
    send: (given) => visiting.send(given),
    close: () => visiting.close(),
  };
};

/** The same document behind a real socket; origins still play their script, so that a story is about the shell alone. */
const node: OpenShell = async (options) => {
  const clock = manualClock();
  const asked: Asked[] = [];
  const records: DecisionRecord[] = [];
  const document = (typeof options.document === 'object' && options.document !== null ? options.document : {}) as {
    listen?: object;
    logging?: object;
  };
  const app = await sallyport({
    ...options,
    document: {
      store: { use: 'memory' },
      ...document,
      listen: { shutdown: '300ms', ...document.listen, port: 0 },
      logging: { ...document.logging, keepSteps: 'all' },
    },
    ports: {
      clock,
      log() {},
      sinks: [{ name: 'story', write: (record) => void records.push(record), flush: async () => {} }],
      openDialer: ({ url }) => ({
        async dial(outbound) {
          const body = outbound.body === null ? '' : await outbound.body.text();
          const question: Asked = {
            method: outbound.method,
            target: outbound.target,
            headers: outbound.headers,
            body,
            url,
          };
          asked.push(question);
          return (options.origin ?? hello)(question);
        },
        async close() {},
      }),
      ...options.ports,
    },
  });
  const serving = await serve(app, options.folder === undefined ? {} : { folder: options.folder });
  return {
    name: 'Node',
    app,
    clock,
    asked,
    async send(given) {
      const answer = await overSocket(serving.port, given);
      const id = answer.headers.get('x-sallyport-trace');
      return { ...answer, record: records.find((record) => record.id === id) ?? null };
    },
    async close() {
      await serving.close();
      await app.close();
    },
  };
};

const hello: Script = () => ({
  status: 200,
  headers: HeaderList.of({ 'Content-Type': 'text/plain' }),
  body: Body.of('hello from the origin\n'),
  address: 'script',
});

function overSocket(port: number, given: StoryRequest): Promise<Omit<StoryAnswer, 'record'>> {
  return new Promise((resolve, reject) => {
    const headers =
      given.headers === undefined ? HeaderList.empty : HeaderList.of(given.headers as Record<string, string>);
    const flat = [...headers.flat];
    if (!headers.has('host')) flat.unshift('Host', 'localhost');
    if (given.body !== undefined && !headers.has('content-length'))
      flat.push('Content-Length', String(Buffer.byteLength(given.body)));
    const outgoing = request(
      {
        agent: false,
        host: '127.0.0.1',
        port,
        method: given.method ?? 'GET',
        path: given.target ?? '/',
        headers: flat as never,
        setHost: false,
      },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
        incoming
          .on('error', reject)
          .on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: HeaderList.fromFlat(incoming.rawHeaders), body }),
          );
      },
    );
    outgoing.on('error', reject).end(given.body);
  });
}

/** Every shell there is, by name. */
export const shells: ReadonlyMap<string, OpenShell> = new Map([
  ['in process', inProcess],
  ['Node', node],
  ...lambdaShells,
]);

export interface Runner {
  /** Registers one test: `it` of any test runner. */
  (name: string, test: () => Promise<void>): unknown;
}

export interface Story extends StoryOptions {
  /** Shell to the reason why this story cannot be told in it. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** Tells one story in every shell: `inEveryShell(it, 'keys', { document }, async (edge) => { ... })`. */
export function inEveryShell(test: Runner, name: string, story: Story, tell: (edge: Shell) => Promise<void>): void {
  for (const [shell, open] of shells) {
    if (story.skip?.[shell] !== undefined) continue;
    test(`${name} (${shell})`, async () => {
      const edge = await open(story);
      try {
        await tell(edge);
      } finally {
        await edge.close();
      }
    });
  }
}
