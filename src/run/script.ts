import { createHash, createHmac } from 'node:crypto';
import { Script as Compiled, createContext, type Context } from 'node:vm';
import { messageOf } from '../base/fault.ts';
import type { OpenScript, ScriptChoice, ScriptOptions, ScriptOutcome } from '../ports/script.ts';
import { preamble } from './script-preamble.ts';

/** Most characters of what a run logs. */
const MOST_LOG = 10_240;
/** CloudFront's bound on the source, in bytes. */
const MOST_SOURCE = 10_240;

/**
 * A CloudFront function in a context of its own: no network, no files, no timers. Event and result cross as JSON, so
 * neither side can hold on to the other's objects; promises are settled within the run, which is cut off when it takes
 * too long. It is a fence for the operator's own code and not a wall against a stranger's.
 */
export const openScript: OpenScript = (options) => {
  if (Buffer.byteLength(options.code) > MOST_SOURCE)
    throw new Error(`${options.name} is longer than ${MOST_SOURCE} bytes`);
  const compiled = new Compiled(sourceOf(options), { filename: options.name });
  const start = new Compiled(preamble, { filename: 'preamble' });
  const loaded = new Date(options.now).toISOString();
  return {
    run(event, rawQuery) {
      const log: string[] = [];
      let size = 0;
      const host = {
        event: JSON.stringify(event),
        rawQuery,
        moment: momentOf(event),
        loaded,
        store: options.store === null ? null : JSON.stringify(options.store),
        hash: (kind: string, key: string | null, data: string, encoding: 'hex' | 'base64' | 'base64url'): string =>
          (key === null ? createHash(kind) : createHmac(kind, key)).update(data).digest(encoding),
        log: (text: string): void => {
          size += text.length;
          if (size <= MOST_LOG) log.push(text);
        },
        result: '',
        failure: '',
        origin: '',
      };
      return runIn(
        createContext({ host }, { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' }),
        host,
        log,
      );
    },
  };

  function runIn(
    context: Context,
    host: { readonly result: string; readonly failure: string; readonly origin: string },
    log: readonly string[],
  ): ScriptOutcome {
    try {
      start.runInContext(context, { timeout: options.timeoutMs });
      compiled.runInContext(context, { timeout: options.timeoutMs });
    } catch (thrown) {
      return { kind: 'error', says: messageOf(thrown), log };
    }
    if (host.failure !== '') return { kind: 'error', says: host.failure, log };
    if (host.result === '') return { kind: 'error', says: 'the function did not come to an end', log };
    return {
      kind: 'answer',
      value: JSON.parse(host.result) as unknown,
      origin: host.origin === '' ? null : (JSON.parse(host.origin) as ScriptChoice),
      log,
    };
  }
};

const momentOf = (event: unknown): string =>
  (event as { readonly context?: { readonly eventType?: string } }).context?.eventType ?? 'viewer-request';

/** Imports become look-ups; the handler is called at the end. */
function sourceOf({ code }: ScriptOptions): string {
  const body = code
    .replaceAll(
      /^\s*import\s+(\w+)\s+from\s+(['"])([\w:]+)\2\s*;?/gm,
      (_, name: string, __: string, module: string) => `const ${name} = require(${JSON.stringify(module)});`,
    )
    .replaceAll(/^\s*export\s+(?:default\s+)?(?=(?:async\s+)?function\b)/gm, '');
  return `'use strict';(() => {${body}
;__run(handler);})();`;
}
