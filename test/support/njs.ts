import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** njs, the engine of nginx: the nearest kin of the one that runs CloudFront Functions, and an older and poorer one. */
export const noNjs: string | null =
  spawnSync('njs', ['-v']).status === 0 ? null : 'njs is not installed: apt-get install njs';

export interface NjsOptions {
  /** The KeyValueStore: texts by key; null: none is associated. */
  readonly store: Readonly<Record<string, string>> | null;
  /** Milliseconds since 1970, for the function as for us. */
  readonly now: number;
}

/** An event, and which call of the store fails while it is handled. */
export interface NjsRun {
  readonly event: unknown;
  readonly fails?: 'exists' | 'get';
}

/** What stands where CloudFront has its module: as much of it as is documented for a KeyValueStore. */
const cloudfront = (store: NjsOptions['store']): string => `
var stored = ${JSON.stringify(store)};
var cf = {
  fails: '',
  kvs: function() {
    if (stored === null) throw new Error('no KeyValueStore is associated with this function');
    return {
      exists: async function(key) {
        if (cf.fails === 'exists') throw new Error('the store is down');
        return stored[key] !== undefined;
      },
      get: async function(key, options) {
        if (cf.fails === 'get') throw new Error('the store is down');
        if (stored[key] === undefined) throw new Error('KeyNotFound');
        return options && options.format === 'json' ? JSON.parse(stored[key]) : stored[key];
      },
    };
  },
};
export default cf;
`;

// What it returns goes by a file: njs cuts the lines of its console at 2 kB.
const loop = (runs: readonly NjsRun[], now: number): string => `
Date.now = function() { return ${now}; };
var __runs = JSON.parse(${JSON.stringify(JSON.stringify(runs))});
async function __all() {
  var results = [];
  for (var at = 0; at < __runs.length; at++) {
    cf.fails = __runs[at].fails || '';
    try { var value = await handler(__runs[at].event); results.push({ value: value }); } catch (error) { results.push({ error: '' + error }); }
  }
  require('fs').writeFileSync('results.json', JSON.stringify(results));
}
__all();
`;

export interface NjsOutcome {
  readonly results: readonly { readonly value?: unknown; readonly error?: string }[];
  /** Lines. */
  readonly log: readonly string[];
}

/** Runs a function's text in the real engine, once for each event. Throws what the engine says against the text. */
export function njs(code: string, runs: readonly NjsRun[], options: NjsOptions): NjsOutcome {
  const folder = temporaryFolder({
    cloudfront: cloudfront(options.store),
    'function.js': code + loop(runs, options.now),
  });
  try {
    const { stdout, stderr } = spawnSync('njs', ['-p', `${folder.path}/`, '-t', 'module', 'function.js'], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    const written = join(folder.path, 'results.json');
    if (!existsSync(written)) throw new Error(`njs: ${stdout}${stderr}`);
    return {
      results: JSON.parse(readFileSync(written, 'utf8')) as NjsOutcome['results'],
      log: stdout.split('\n').filter((line) => line !== ''),
    };
  } finally {
    folder.remove();
  }
}
