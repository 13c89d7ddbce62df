import type { Clock } from '../base/clock.ts';
import type { Inspect, MessageVerdict, MessageView } from '../socket/inspect.ts';
import { notJson } from '../socket/select.ts';
import { Trace } from '../trace/trace.ts';
import { messageJudge, type MessageInspection, type MessageJudge } from '../waf/message.ts';
import { Findings } from '../waf/stage-notes.ts';
import type { MessageGuards } from './waf-words.ts';

const pass: MessageVerdict = { action: 'pass' };
const stages = ['waf'];

/**
 * The firewall at the moment `message`. A refusal drops the message, or ends the connection where `blocked` says so or
 * the rule asks for that itself (`drop`); what a firewall that only tells would have refused is counted.
 */
export function messageWaf(guards: MessageGuards, blocked: 'drop' | 'close', clock: Clock): Inspect {
  // Route keys are those of the document, so they are few.
  const places = new Map<string, { readonly path: string; readonly judge: MessageJudge } | null>();
  const placeOf = (routeKey: string) => {
    let place = places.get(routeKey);
    if (place === undefined) {
      const path = `/${routeKey}`;
      const guard = guards.guard(path);
      place = guard === null ? null : { path, judge: messageJudge(guard.waf, guard.overlays) };
      places.set(routeKey, place);
    }
    return place;
  };
  return (message) => {
    const place = placeOf(message.routeKey);
    if (place === null) return pass;
    const { path, judge } = place;
    const { text } = message;
    const { address } = message.session;
    if (text !== null && judge.isKnown(path, address, text)) return pass;
    const seen = judge.judge({ path, address, kind: kindOf(message), text, bytes: message.bytes });
    return seen === null ? pass : told(seen, message, guards, blocked, clock);
  };
}

function kindOf(message: MessageView): 'json' | 'text' | 'bytes' {
  if (message.text === null) return 'bytes';
  return message.json() === notJson ? 'text' : 'json';
}

function told(
  { verdict, inspection }: MessageInspection,
  message: MessageView,
  guards: MessageGuards,
  blocked: 'drop' | 'close',
  clock: Clock,
): MessageVerdict {
  const { matches, faults, wouldStop, score } = inspection.transaction;
  if (verdict.kind === 'pass' && wouldStop === null) {
    const [fault] = faults;
    if (fault === undefined) return pass;
    if (guards.onFault === 'closed') throw new Error(fault);
    return { action: 'count', rule: 'waf.fault', says: fault };
  }
  const trace = new Trace(message.requestId, stages, clock);
  const findings = new Findings('waf', guards.secrets);
  findings.tell(trace, matches);
  trace.note('waf', 'found', { ...findings.summary(), score });
  // The rule that adds up scores refuses; the one that gave the first points is what a reader wants to know.
  const first = matches.find((match) => match.logged) ?? matches[0];
  const rule = `waf.${first?.rule.id ?? ''}`;
  const says = first?.message ?? '';
  const { notes } = trace;
  if (verdict.kind === 'pass') return { action: 'count', rule, says, notes };
  return { action: verdict.how === 'drop' || blocked === 'close' ? 'close' : 'drop', rule, says, notes };
}
