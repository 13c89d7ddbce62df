import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ask, isOrigin, type Wishes } from '../ask.ts';
import { exits, guarded, type Terminal } from '../command.ts';

const defaults: Wishes = { origin: 'http://127.0.0.1:3000', port: 8080, key: true, rate: 10 };

export function init(program: Command, io: Terminal): void {
  program
    .command('init')
    .description('write a first document, by asking a few questions')
    .argument('[folder]', 'where to', '.')
    .option('-y, --yes', 'ask nothing, take what is sensible')
    .option('--origin <url>', 'where requests shall go')
    .option('--json', 'write sallyport.config.json instead of TypeScript')
    .option('--force', 'write over a document that is there')
    .action((folder: string, options: { yes?: boolean; origin?: string; json?: boolean; force?: boolean }) =>
      guarded(io, false, async () => {
        const path = join(resolve(folder), options.json ? 'sallyport.config.json' : 'sallyport.config.ts');
        if (existsSync(path) && !options.force) {
          io.err(`sallyport: ${path} is there already; --force writes over it`);
          return exits.notInOrder;
        }
        const start = { ...defaults, ...(options.origin === undefined ? {} : { origin: options.origin }) };
        const wishes = options.yes || !process.stdin.isTTY ? start : await atTerminal(start);
        if (!isOrigin(wishes.origin)) {
          io.err(
            `sallyport: the origin has to be scheme, host and port, e.g. ${defaults.origin}; not "${wishes.origin}"`,
          );
          return exits.usage;
        }
        mkdirSync(resolve(folder), { recursive: true });
        writeFileSync(path, options.json ? asJson(wishes) : asTypeScript(wishes));
        io.out(`wrote ${path}`);
        io.out('next:  sallyport check');
        if (wishes.key) io.out('       sallyport keys create my-first-customer');
        io.out('       sallyport dev');
        return exits.ok;
      }),
    );
}

async function atTerminal(start: Wishes): Promise<Wishes> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const over = new AbortController();
  lines.once('close', () => over.abort());
  try {
    return await ask(start, (text) => lines.question(text, { signal: over.signal }));
  } catch (thrown) {
    if (over.signal.aborted) throw new Error('the questions were broken off; nothing is written', { cause: thrown });
    throw thrown;
  } finally {
    lines.close();
  }
}

/** The block to list, where the origin is an address that is not public. */
function allowOf(origin: string): string[] {
  const { hostname } = new URL(origin);
  if (hostname === 'localhost') return ['127.0.0.1', '::1'];
  return /^[\d.]+$/.test(hostname) || hostname.startsWith('[') ? [hostname.replaceAll(/[[\]]/g, '')] : [];
}

function documentOf(wishes: Wishes): object {
  const limit = { rate: wishes.rate, burst: wishes.rate * 2 };
  return {
    listen: { port: wishes.port },
    rules: {
      map: { default: [{ name: 'user-agent' }, { name: 'size-limits', params: { body: '1mb', headerCount: 60 } }] },
    },
    throttles: wishes.key ? { perKey: limit } : { perAddress: limit },
    routes: { 'ANY /{proxy+}': { to: 'main', ...(wishes.key ? { key: 'required' } : {}) } },
    origins: { main: { url: wishes.origin, allow: allowOf(wishes.origin) } },
  };
}

const asJson = (wishes: Wishes): string =>
  `${JSON.stringify({ $schema: './node_modules/sallyport/dist/schema.json', ...documentOf(wishes) }, null, 2)}\n`;

function asTypeScript(wishes: Wishes): string {
  const limit = `{ rate: ${wishes.rate}, burst: ${wishes.rate * 2} }`;
  return `import { defineConfig } from 'sallyport';

export default defineConfig({
  listen: { port: ${wishes.port} },

  // Rules per resource: an exact resource wins over the most specific wildcard, and that over \`default\`.
  rules: {
    map: {
      default: [
        { name: 'user-agent' },
        { name: 'size-limits', params: { body: '1mb', headerCount: 60 } },
      ],
    },
  },

  // Token buckets; an empty one answers 429 with Retry-After.
  throttles: { ${wishes.key ? 'perKey' : 'perAddress'}: ${limit} },

  routes: {
    'ANY /{proxy+}': { to: 'main'${wishes.key ? ", key: 'required'" : ''} },
  },

  origins: {
    // Addresses that are not public are dialled only when they are listed.
    main: { url: '${wishes.origin}', allow: ${JSON.stringify(allowOf(wishes.origin)).replaceAll('"', "'")} },
  },
});
`;
}
