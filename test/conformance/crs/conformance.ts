import { diskFiles } from '../../../src/node/rule-files.ts';
import { fromLatin1 } from '../../../src/base/bytes.ts';
import { loadCrs, type LoadedCrs } from '../../../src/waf/crs/load.ts';
import { createWaf, type Waf, type WafOptions } from '../../../src/waf/engine.ts';
import { answer } from './backend.ts';
import type { Case, Stage } from './cases.ts';
import { receive, type Received } from './front-door.ts';
import { judge, type Outcome } from './judge.ts';
import { wireRequest } from './wire-request.ts';

/** The rule set as the suite's documentation wants it: everything reported, nothing refused, limits on. */
export function suiteWaf(rules: string, options: WafOptions = {}): { readonly waf: Waf; readonly loaded: LoadedCrs } {
  const loaded = loadCrs({
    path: rules,
    files: diskFiles,
    mode: 'detect',
    paranoia: 4,
    limits: {
      argumentName: 100,
      argumentValue: 400,
      argumentsTotal: 64_000,
      arguments: 255,
      file: 64_100,
      files: 65_535,
    },
    validateUtf8: true,
  });
  return { loaded, waf: createWaf(loaded.set, { readFile: (path) => diskFiles.read(path), ...options }) };
}

/**
 * Sends one stage past the engine. A request that the listener refuses is shown to the rules all the same: a case that
 * expects a status is about the listener, one that expects ids about the rules.
 */
function visit(waf: Waf, received: Received): Outcome {
  const inspection = waf.inspect(received.request, {
    address: '192.0.2.7',
    port: 40000,
    serverAddress: '192.0.2.1',
    serverPort: 80,
  });
  inspection.requestHead();
  inspection.requestBody(fromLatin1(received.body), true);
  const origin = answer(received);
  inspection.responseHead(origin.status, origin.headers);
  inspection.responseBody(fromLatin1(origin.body), true);
  const matches = inspection
    .finish()
    .filter((match) => match.logged)
    .map(({ rule, message, logData, tags }) => ({ id: rule.id, message, data: logData, tags }));
  return { status: received.refused ?? origin.status, body: received.refused === null ? origin.body : '', matches };
}

export interface CaseResult {
  readonly name: string;
  readonly wrong: readonly string[];
}

function runStage(waf: Waf, stage: Stage): string[] {
  return judge(stage, visit(waf, receive(wireRequest(stage))));
}

export function runCase(waf: Waf, one: Case): CaseResult {
  return { name: one.name, wrong: one.stages.flatMap((stage) => runStage(waf, stage)) };
}
