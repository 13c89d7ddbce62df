import type { Selector } from '../condition.ts';
import type { Program } from '../program.ts';
import type { Choosy, Look } from './look.ts';
import { Routes, type Reach } from './routes.ts';
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
  'REQBODY_ERROR',
  'REQUEST_BODY_LENGTH',
  'MULTIPART_STRICT_ERROR',
  'MULTIPART_UNMATCHED_BOUNDARY',
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
  readonly names: Program['named'];
  /** For all names, when no name matters. */
  readonly everybody: Audience | null;
  readonly byName: Map<string, Audience>;
  /** By what they read. */
  readonly audiences: Map<string, Audience>;
}

export function openLook(program: Program, reach: Reach, look: Look): OpenLook {
  const open: OpenLook = {
    look,
    routes: new Routes(reach, look),
    names: program.named,
    everybody: null,
    byName: new Map(),
    audiences: new Map(),
  };
  const some = look.choosy.length > 0 || named.has(look.field.name);
  return some ? open : { ...open, everybody: newAudience(open, '') };
}

/** Names for which the same rules read are one audience, so that many names need no more memory than one. */
export function newAudience({ look, byName, audiences, names }: OpenLook, key: string): Audience {
  const rules = look.rules.slice();
  for (const choosy of look.choosy)
    if (!means(choosy, key, names)) rules[choosy.bit >>> 5]! &= ~(1 << (choosy.bit & 31));
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

type Named = Program['named'];

function means({ reads, leaves }: Choosy, key: string, named: Named): boolean {
  return reads.some((selector) => isName(selector, key, named)) && !leaves.some((one) => isName(one, key, named));
}

function isName(selector: Selector, key: string, named: Named): boolean {
  if (selector.kind === 'all') return true;
  if (selector.kind === 'pattern') return named(selector.source)(key);
  return key.length === selector.key.length && key.toLowerCase() === selector.key;
}
