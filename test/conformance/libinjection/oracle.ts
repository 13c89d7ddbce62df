import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SEED, type Family } from './corpus.ts';

/** What libinjection says of each value of a family. */
export interface Verdicts {
  readonly sql: readonly boolean[];
  readonly html: readonly boolean[];
}

/** The record: per family a digest of its values (a record of other values is worthless) and the verdicts, one bit each, in base64. */
interface Record {
  readonly seed: number;
  readonly families: Readonly<
    globalThis.Record<string, { readonly digest: string; readonly sql: string; readonly html: string }>
  >;
}

export const RECORD = fileURLToPath(new URL('./verdicts.json', import.meta.url));

/** Asks the oracle program: base64 lines in, `<sqli> <fingerprint> <xss>` lines out. */
export function ask(program: string, families: readonly Family[]): Verdicts[] {
  const lines = families.flatMap((family) =>
    family.values.map((value) => Buffer.from(value, 'latin1').toString('base64')),
  );
  const output = execFileSync(program, { input: `${lines.join('\n')}\n`, maxBuffer: 1 << 28 })
    .toString()
    .trimEnd()
    .split('\n');
  if (output.length !== lines.length) throw new Error(`the oracle answered ${output.length} of ${lines.length} values`);
  let at = 0;
  return families.map((family) => {
    const mine = output.slice(at, (at += family.values.length)).map((line) => line.split(' '));
    return { sql: mine.map((words) => words[0] === '1'), html: mine.map((words) => words[2] === '1') };
  });
}

export function pack(families: readonly Family[], verdicts: readonly Verdicts[]): Record {
  const entries = families.map((family, at) => {
    const { sql, html } = verdicts[at] as Verdicts;
    return [`${family.kind}/${family.name}`, { digest: digest(family), sql: bits(sql), html: bits(html) }] as const;
  });
  return { seed: SEED, families: Object.fromEntries(entries) };
}

/** The recorded verdicts. Throws when the corpus is not the one they were recorded for. */
export function recorded(families: readonly Family[]): Verdicts[] {
  const record = JSON.parse(readFileSync(RECORD, 'utf8')) as Record;
  return families.map((family) => {
    const name = `${family.kind}/${family.name}`;
    const entry = record.families[name];
    if (entry?.digest !== digest(family))
      throw new Error(`${name} is not the corpus that was recorded: record it again`);
    return { sql: unbits(entry.sql, family.values.length), html: unbits(entry.html, family.values.length) };
  });
}

function digest(family: Family): string {
  return createHash('sha256').update(family.values.join('\n'), 'latin1').digest('hex').slice(0, 16);
}

function bits(flags: readonly boolean[]): string {
  const bytes = Buffer.alloc(Math.ceil(flags.length / 8));
  flags.forEach((flag, at) => {
    if (flag) bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
  });
  return bytes.toString('base64');
}

function unbits(text: string, count: number): boolean[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: count }, (_, at) => ((bytes[at >> 3] as number) & (1 << (at & 7))) !== 0);
}
