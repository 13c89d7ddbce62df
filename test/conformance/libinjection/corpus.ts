import { benign, BENIGN_FAMILIES } from './benign.ts';
import { seeded } from './random.ts';
import { sqliAttack, SQLI_FAMILIES } from './sqli-attacks.ts';
import { xssAttack, XSS_FAMILIES } from './xss-attacks.ts';

export const SEED = 20_260_401;

export interface Family {
  /** `sqli`, `xss` or `benign`, and the family's name. */
  readonly kind: 'sqli' | 'xss' | 'benign';
  readonly name: string;
  readonly values: readonly string[];
}

const SIZES = { sqli: 600, xss: 400, benign: 400 } as const;

/** The whole corpus for a seed: byte strings, each family from a stream of its own, so that changing one leaves the others. */
export function corpus(seed: number = SEED): readonly Family[] {
  return [
    ...families('sqli', SQLI_FAMILIES, sqliAttack, seed),
    ...families('xss', XSS_FAMILIES, xssAttack, seed),
    ...families('benign', BENIGN_FAMILIES, benign, seed),
  ];
}

function families(
  kind: Family['kind'],
  templates: Readonly<Record<string, unknown>>,
  make: typeof benign,
  seed: number,
): Family[] {
  return Object.keys(templates).map((name) => {
    const random = seeded(seed ^ hash(`${kind}/${name}`));
    const values = new Set<string>();
    for (let tries = 0; values.size < SIZES[kind] && tries < SIZES[kind] * 8; tries++) values.add(make(random, name));
    return { kind, name, values: [...values] };
  });
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) | 0;
  return value;
}
