import { fromLatin1 } from '../../base/bytes.ts';
import { manualClock, type ManualClock } from '../../base/clock.ts';
import { plainRunner } from '../plain.ts';
import { createWaf, type Waf, type WafOptions } from '../engine.ts';
import { readSecLang } from '../forms/seclang/read.ts';
import type { Inspection } from '../inspection.ts';
import type { Match, Verdict } from '../match.ts';

export interface Question {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly address?: string;
  readonly country?: string;
  readonly response?: {
    readonly status?: number;
    readonly headers?: readonly (readonly [string, string])[];
    readonly body?: string;
  };
}

export interface Reply {
  readonly verdict: Verdict;
  /** Ids of findings, in order. */
  readonly ids: readonly string[];
  readonly matches: readonly Match[];
  readonly inspection: Inspection;
  tx(name: string): string | undefined;
}

export interface Asked extends Waf {
  readonly clock: ManualClock;
  ask(question?: Question): Reply;
}

/** An engine for a few lines of SecLang, with a clock that stands still, and one call for a whole request. */
export function engineFor(rules: string, options: WafOptions = {}): Asked {
  const clock = manualClock();
  const waf = createWaf(readSecLang([{ file: 'test.conf', text: rules }]), {
    clock,
    newId: () => 'ID',
    runner: plainRunner,
    ...options,
  });
  return {
    ...waf,
    clock,
    ask(question = {}) {
      const {
        method = 'GET',
        target = '/',
        headers = [],
        body = '',
        address = '192.0.2.7',
        country,
        response,
      } = question;
      const inspection = waf.inspect(
        { method, target, version: '1.1', headers },
        { address, ...(country !== undefined && { country }) },
      );
      inspection.requestHead();
      let verdict = inspection.requestBody(fromLatin1(body), true);
      if (response) {
        inspection.responseHead(response.status ?? 200, response.headers ?? [['Content-Type', 'text/plain']]);
        verdict = inspection.responseBody(fromLatin1(response.body ?? ''), true);
      }
      const matches = inspection.finish();
      return {
        verdict,
        matches,
        inspection,
        ids: matches.filter((match) => match.logged).map((match) => match.rule.id),
        tx: (name) => inspection.transaction.tx.get(name, clock.now()),
      };
    },
  };
}
