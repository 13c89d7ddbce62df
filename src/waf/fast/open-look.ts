import type { Selector } from '../condition.ts';
import { keyTest } from '../selector.ts';
import type { Choosy, Look } from './look.ts';
import { Routes } from './routes.ts';
import type { ScreenPlan } from './screen-shape.ts';

/** Values that are worth remembering: longer ones do not come back. */
export const longestKept = 1024;
export const mostKept = 512;
const mostNames = 256;

/** Values of these names are never kept: they are secrets. */
const secret = /auth|cookie|token|secret|pass|key|session|signature|credential/i;

/** Fields of which verdicts are remembered; what a body, a query or a cookie carries seldom comes back. */
const kept = new Set([
  'REQUEST_HEADERS',
  'REQUEST_HEADERS_NAMES',
  'ARGS_NAMES',
  'ARGS_GET_NAMES',
  'REQUEST_COOKIES_NAMES',
]);
const lines = new Set(['REQUEST_METHOD', 'REQUEST_PROTOCOL', 'REQUEST_FILENAME', 'REQUEST_BASENAME', 'REMOTE_ADDR']);

/** Fields that have one and the same content when there is no body. */
export const ofBody =
  /^(?:MULTIPART_.*|FILES(?:_.*)?|XML|REQBODY_.*ERROR(?:_MSG)?|REQUEST_BODY(?:_LENGTH)?|ARGS_POST(?:_NAMES)?)$/;

/** For one name of one field: who reads it, and which rules its values hit when they came before. */
export interface Audience {
  readonly rules: Uint32Array;
  readonly verdicts: Map<string, readonly number[]> | null;
}

/** A look with what is remembered about it. */
export interface OpenLook {
  readonly look: Look;
  readonly routes: Routes;
  /** For all names, when no name matters. */
  readonly everybody: Audience | null;
  readonly byName: Map<string, Audience>;
}

export function openLook(plan: ScreenPlan, look: Look): OpenLook {
  const named = look.choosy.length > 0 || look.field.name === 'REQUEST_HEADERS';
  const open: OpenLook = { look, routes: new Routes(plan, look), everybody: null, byName: new Map() };
  return named ? open : { ...open, everybody: newAudience(open, '') };
}

export function newAudience({ look, byName }: OpenLook, key: string): Audience {
  const rules = look.rules.slice();
  for (const choosy of look.choosy) if (!means(choosy, key)) rules[choosy.bit >>> 5]! &= ~(1 << (choosy.bit & 31));
  const { name } = look.field;
  const keeps = (kept.has(name) && !(name === 'REQUEST_HEADERS' && secret.test(key))) || lines.has(name);
  const audience: Audience = { rules, verdicts: keeps ? new Map() : null };
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
