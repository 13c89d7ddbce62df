import type { Selector } from '../condition.ts';
import type { Program } from '../program.ts';
import type { Choosy, Look } from './look.ts';
import { add } from './rule-bits.ts';
import type { Routes } from './routes.ts';
import { Verdicts } from './verdicts.ts';

const mostNames = 1024;
const mostAudiences = 256;

/** Values of names with these in them are never kept: they are secrets. */
const secrets = ['auth', 'cookie', 'token', 'secret', 'pass', 'key', 'session', 'signature', 'credential'];

function isSecret(name: string): boolean {
  const low = name.toLowerCase();
  return secrets.some((text) => low.includes(text));
}

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
const ofBody =
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
  readonly names: Named;
  /** For all names, when no name matters. */
  readonly everybody: Audience | null;
  readonly byName: Map<string, Audience>;
  /** By what they read. */
  readonly audiences: Map<string, Audience>;
  /** Rules that read one name each, by that name. Null until a name is first looked up. */
  readers: Readers | null;
}

interface Readers {
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Those of which it takes more to tell. */
  readonly others: readonly Choosy[];
}

/** Looks of the second phase, by what they look at. */
export interface SecondLooks {
  /** At fields that say nothing but what the body is. */
  readonly bare: readonly OpenLook[];
  /** All others. */
  readonly filled: readonly OpenLook[];
  /** At what stands in the head. */
  readonly ofHead: readonly OpenLook[];
  /** At what the body may change. */
  readonly ofBody: readonly OpenLook[];
}

export function secondLooks(looks: readonly OpenLook[]): SecondLooks {
  const [bare, filled]: [OpenLook[], OpenLook[]] = [[], []];
  for (const open of looks) (ofBody.test(open.look.field.name) ? bare : filled).push(open);
  return {
    bare,
    filled,
    ofHead: looks.filter(({ look }) => look.field.lifetime === 'request'),
    ofBody: looks.filter(({ look }) => look.field.lifetime !== 'request'),
  };
}

export function openLook(names: Named, routes: Routes, look: Look): OpenLook {
  const open = { look, routes, names, byName: new Map(), audiences: new Map(), readers: null };
  const some = look.choosy.length > 0 || named.has(look.field.name);
  return { ...open, everybody: some ? null : audienceOf(look, look.rules, '') };
}

/** Names for which the same rules read are one audience, so that many names need no more memory than one. */
export function newAudience(open: OpenLook, key: string): Audience {
  const { look, byName, audiences, names } = open;
  const chosen: number[] = [];
  if (look.choosy.length > 0) {
    const { byName: one, others } = (open.readers ??= readersOf(look));
    const reads = one.get(key.toLowerCase());
    if (reads !== undefined) chosen.push(...reads);
    for (const choosy of others) if (means(choosy, key, names)) chosen.push(choosy.bit);
  }
  const same = `${keeps(look, key)} ${chosen.join(' ')}`;
  if (audiences.size >= mostAudiences) audiences.clear();
  let audience = audiences.get(same);
  if (audience === undefined) audiences.set(same, (audience = audienceOf(look, rulesOf(look, chosen), key)));
  if (byName.size >= mostNames) byName.clear();
  byName.set(key, audience);
  return audience;
}

function audienceOf(look: Look, rules: Uint32Array, key: string): Audience {
  return { rules, verdicts: keeps(look, key) ? new Verdicts() : null };
}

function keeps({ field: { name } }: Look, key: string): boolean {
  return kept.has(name) || (named.has(name) && !isSecret(key));
}

/** Those that read whatever the name is, and the chosen. */
function rulesOf({ rules, choosy }: Look, chosen: readonly number[]): Uint32Array {
  const found = rules.slice();
  for (const { bit } of choosy) found[bit >>> 5]! &= ~(1 << (bit & 31));
  for (const bit of chosen) add(found, bit);
  return found;
}

function readersOf({ choosy }: Look): Readers {
  const byName = new Map<string, number[]>();
  const others: Choosy[] = [];
  for (const one of choosy) {
    const { bit, reads, leaves } = one;
    const keys = reads.map((selector) => (selector.kind === 'key' ? selector.key : null));
    if (leaves.length > 0 || keys.includes(null)) others.push(one);
    else for (const key of new Set(keys as string[])) byName.set(key, [...(byName.get(key) ?? []), bit]);
  }
  return { byName, others };
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
