import type { Selector } from '../condition.ts';
import { keyTest } from '../selector.ts';
import type { Choosy, Look } from './look.ts';
import { Routes } from './routes.ts';
import type { ScreenPlan } from './screen-shape.ts';
import { Verdicts } from './verdicts.ts';

const mostNames = 1024;
const mostAudiences = 256;

/** Values of these names are never kept: they are secrets. */
const secret = /auth|cookie|token|secret|pass|key|session|signature|credential/i;

/** Fields of which verdicts are remembered, unless a value's name says that it is a secret. */
const named = new Set(['REQUEST_HEADERS', 'ARGS', 'ARGS_GET', 'ARGS_POST']);
const kept = new Set([
  'REQUEST_HEADERS_NAMES',
  'ARGS_NAMES',
  'ARGS_GET_NAMES',
  'ARGS_POST_NAMES',
  'REQUEST_COOKIES_NAMES',
  'REQUEST_METHOD',
  'REQUEST_PROTOCOL',
  'REQUEST_FILENAME',
  'REQUEST_BASENAME',
  'REMOTE_ADDR',
]);

/** Fields that have one and the same content when there is no body. */
export const ofBody =
  /^(?:MULTIPART_.*|FILES(?:_.*)?|XML|REQBODY_.*ERROR(?:_MSG)?|REQUEST_BODY(?:_LENGTH)?|ARGS_POST(?:_NAMES)?)$/;

/** For one name of one field: who reads it, and which rules its values hit when they came before. */
export interface Audience {
  readonly rules: Uint32Array;
  readonly verdicts: Verdicts | null;
}

/** A look with what is remembered about it. */
export interface OpenLook {
  readonly look: Look;
  readonly routes: Routes;
  /** For all names, when no name matters. */
  readonly everybody: Audience | null;
  readonly byName: Map<string, Audience>;
  /** By what they read. */
  readonly audiences: Map<string, Audience>;
}

export function openLook(plan: ScreenPlan, look: Look): OpenLook {
  const open: OpenLook = {
    look,
    routes: new Routes(plan, look),
    everybody: null,
    byName: new Map(),
    audiences: new Map(),
  };
  const some = look.choosy.length > 0 || named.has(look.field.name);
  return some ? open : { ...open, everybody: newAudience(open, '') };
}

/** Names for which the same rules read are one audience, so that many names need no more memory than one. */
export function newAudience({ look, byName, audiences }: OpenLook, key: string): Audience {
  const rules = look.rules.slice();
  for (const choosy of look.choosy) if (!means(choosy, key)) rules[choosy.bit >>> 5]! &= ~(1 << (choosy.bit & 31));
  const { name } = look.field;
  const keeps = kept.has(name) || (named.has(name) && !secret.test(key));
  const same = `${keeps} ${rules.join(' ')}`;
  if (audiences.size >= mostAudiences) audiences.clear();
  let audience = audiences.get(same);
  if (audience === undefined) audiences.set(same, (audience = { rules, verdicts: keeps ? new Verdicts() : null }));
  if (byName.size >= mostNames) byName.clear();
  byName.set(key, audience);
  return audience;
}

function means({ reads, leaves }: Choosy, key: string): boolean {
  return reads.some((selector) => names(selector, key)) && !leaves.some((selector) => names(selector, key));
}

/** Selectors that are patterns, read when a name is first held against one. */
const patterns = new Map<string, (key: string) => boolean>();
const mostPatterns = 256;

function names(selector: Selector, key: string): boolean {
  if (selector.kind === 'all') return true;
  if (selector.kind === 'key') return key.length === selector.key.length && key.toLowerCase() === selector.key;
  let test = patterns.get(selector.source);
  if (test === undefined) {
    if (patterns.size >= mostPatterns) patterns.clear();
    patterns.set(selector.source, (test = keyTest(selector)!));
  }
  return test(key);
}
