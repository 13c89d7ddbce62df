import type { Sight } from '../../condition.ts';
import { text, wrong, type Json } from './shape.ts';

/** Labels that a statement left (geography) are seen from the next rule on: each is kept with the rule that left it. */
const left = new WeakMap<object, { readonly rule: number; readonly label: string }[]>();

export function leave(sight: Sight, rule: number, labels: readonly string[]): void {
  const known = left.get(sight) ?? [];
  left.set(sight, known);
  for (const label of labels) if (!known.some((each) => each.label === label)) known.push({ rule, label });
}

/** Every label of this request, in no rule's way. */
export const labelsOf = (sight: Sight): readonly string[] => [
  ...new Set([...sight.labels, ...(left.get(sight) ?? []).map(({ label }) => label)]),
];

const visible = (sight: Sight, rule: number): readonly string[] => [
  ...sight.labels,
  ...(left.get(sight) ?? []).filter((each) => each.rule !== rule).map(({ label }) => label),
];

/** `LabelMatchStatement`. A key that begins with `awswaf:` is whole; any other means labels of this ACL or group alone. */
export function labelMatch(statement: Json, path: string, prefix: string, rule: number): (sight: Sight) => boolean {
  const key = text(statement['Key'], `${path}.Key`);
  const whole = key.startsWith('awswaf:');
  const own = (label: string): string | null => (label.startsWith(prefix) ? label.slice(prefix.length) : null);
  if (statement['Scope'] === 'LABEL') {
    return (sight) =>
      visible(sight, rule).some((label) => {
        if (whole) return label === key;
        const tail = own(label);
        return tail !== null && (tail === key || tail.endsWith(`:${key}`));
      });
  }
  if (statement['Scope'] !== 'NAMESPACE') throw wrong(`${path}.Scope`, 'LABEL or NAMESPACE is wanted');
  const spaces = key.endsWith(':') ? key : `${key}:`;
  return (sight) =>
    visible(sight, rule).some((label) => {
      if (whole) return label.startsWith(spaces);
      const tail = own(label);
      return tail !== null && (tail.startsWith(spaces) || tail.includes(`:${spaces}`));
    });
}

/** The parts of labels under a namespace, for rates counted by label; null when there is none. */
export function under(sight: Sight, namespace: string, prefix: string, rule: number): string | null {
  const spaces = namespace.startsWith('awswaf:') ? namespace : prefix + namespace;
  const found = visible(sight, rule).filter((label) => label.startsWith(spaces));
  return found.length === 0 ? null : found.sort().join(' ');
}
