import type { DecisionRecord, RecordStep } from './record.ts';

/** A record as a story that a person reads from top to bottom, one line per step. */
export function explain(record: DecisionRecord): string {
  const lines = [
    `${record.method} ${record.path}  from ${record.client}${record.tenant ? `  tenant ${record.tenant}` : ''}`,
    `${record.time}  trace ${record.id}  document ${record.version}`,
    '',
  ];
  if (record.steps === null) lines.push('  (the steps of this request were not kept; see logging.keepSteps)');
  else lines.push(...table(record.steps));
  lines.push('', `  answered ${record.status} after ${record.ms.toFixed(1)} ms by ${record.from}`);
  if (record.code) lines.push(`  ${record.code} is explained in docs/reference/reasons.md`);
  return lines.join('\n');
}

function table(steps: readonly RecordStep[]): string[] {
  const rows: (readonly [time: string, stage: string, what: string, facts: string])[] = [];
  for (const step of steps) {
    if (step.entered === null && step.notes.length === 0) {
      rows.push(['', step.stage, 'not reached', '']);
    } else if (step.notes.length === 0) {
      rows.push([ms(step.entered ?? 0), step.stage, 'passed', '']);
    } else {
      for (const note of step.notes) rows.push([ms(note.at), step.stage, note.what, facts(note.facts)]);
    }
  }
  const width = (at: 1 | 2): number => Math.max(...rows.map((row) => row[at].length), 0);
  const stage = width(1);
  const what = width(2);
  return rows.map(([time, name, said, rest]) =>
    `  ${time.padStart(9)}  ${name.padEnd(stage)}  ${said.padEnd(what)}  ${rest}`.trimEnd(),
  );
}

const ms = (value: number): string => `${value.toFixed(2)}ms`;

function facts(given: Readonly<Record<string, unknown>> | undefined): string {
  if (!given) return '';
  return Object.entries(given)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'string' && /\s/.test(value) ? JSON.stringify(value) : String(value)}`,
    )
    .join('  ');
}
