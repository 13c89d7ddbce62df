import type { DocumentInput } from '../../src/config/document.ts';
import { serve, type Serving } from '../../src/node/serve.ts';
import { sallyport, type App, type AppOptions } from '../../src/pipeline/app.ts';
import type { PortOverrides } from '../../src/pipeline/outfit.ts';
import type { DecisionRecord } from '../../src/trace/record.ts';

export interface Edge {
  readonly app: App;
  readonly serving: Serving;
  readonly port: number;
  readonly url: string;
  readonly records: DecisionRecord[];
  readonly logged: string[];
  close(): Promise<void>;
}

export interface EdgeOptions extends Partial<Omit<AppOptions, 'document' | 'ports'>> {
  readonly ports?: PortOverrides;
}

/** A running Node shell on a free loopback port, with its records kept and its state in memory unless the document says otherwise. */
export async function edge(
  document: Omit<DocumentInput, 'listen'> & { listen?: DocumentInput['listen'] },
  options: EdgeOptions = {},
): Promise<Edge> {
  const records: DecisionRecord[] = [];
  const logged: string[] = [];
  const app = await sallyport({
    ...options,
    document: {
      store: { use: 'memory' },
      answers: { codeHeader: true },
      ...document,
      listen: { port: 0, shutdown: '300ms', ...document.listen },
      logging: { keepSteps: 'all', ...document.logging },
    },
    ports: {
      sinks: [{ name: 'test', write: (record) => void records.push(record), flush: async () => {} }],
      log: (level, says, facts) => void logged.push(`${level} ${says} ${JSON.stringify(facts ?? {})}`),
      ...options.ports,
    },
  });
  const serving = await serve(app, options.folder === undefined ? {} : { folder: options.folder });
  return {
    app,
    serving,
    port: serving.port,
    url: serving.url,
    records,
    logged,
    async close() {
      await serving.close();
      await app.close();
    },
  };
}

/** A document that sends everything to one origin on loopback. */
export const everythingTo = (
  url: string,
  more: Partial<NonNullable<DocumentInput['origins']>[string]> = {},
): Pick<DocumentInput, 'routes' | 'origins'> => ({
  routes: { 'ANY /{proxy+}': { to: 'main' } },
  origins: { main: { url, allow: ['127.0.0.1'], ...more } },
});
