import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aclPage, testedParts } from '../../../scripts/acl-conformance.ts';
import { aclParts, choices } from './rules.ts';

const root = join(import.meta.dirname, '../../..');
const spec = join(root, '../shared/spec/wafv2.md');

describe('the list of parts', () => {
  const tested = testedParts();
  const known = new Set(aclParts.map((part) => part.id));

  it('has a test for every part that it says is held', () => {
    const held = aclParts.filter((part) => part.status !== 'absent');
    expect(held.filter((part) => !tested.has(part.id)).map((part) => part.id)).toEqual([]);
    expect(held.length).toBeGreaterThanOrEqual(29);
  });
  it('names every part that a test is named after', () => {
    expect([...tested.keys()].filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe(aclParts.length);
  });
  it('is written down as it is', () => {
    expect(readFileSync(join(root, 'docs/aws-waf-conformance.md'), 'utf8')).toBe(aclPage());
  });
  it.skipIf(!existsSync(spec))('has every number of the specification (skipped where that is not at hand)', () => {
    const text = readFileSync(spec, 'utf8');
    const sections = [...text.matchAll(/^#{2,3} (\d+(?:\.\d+)?)[. ]/gm)].map(([, id]) => id as string);
    const steps = ['2.1', '2.2', '2.3', '2.4', '2.5'];
    const wanted = [...sections.filter((id) => id !== '1' && id !== '3'), ...steps];
    expect(new Set(wanted)).toEqual(known);
    // Every mark of a choice has its line.
    expect(choices.length).toBeGreaterThanOrEqual([...text.matchAll(/\[OURS[\]:\s]/g)].length - 2);
  });
  it.skipIf(!existsSync(spec))('tests every field and transformation of the specification (skipped without it)', () => {
    const text = readFileSync(spec, 'utf8');
    const fields = text.slice(text.indexOf('## 4. FieldToMatch'), text.indexOf('## 5. Text'));
    const steps = text.slice(text.indexOf('## 5. Text'), text.indexOf('## 6. Resources'));
    const names = [
      ...[...fields.matchAll(/^\| `(\w+)\{/gm)].map(([, name]) => name as string),
      ...[...steps.matchAll(/^\| ((?:`[A-Z0-9_]+`(?: \/ )?)+)/gm)].flatMap(([, cell]) =>
        [...(cell as string).matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name as string),
      ),
    ];
    const tests = ['statements', 'evaluation', 'forms', 'parts']
      .map((name) => readFileSync(join(import.meta.dirname, `${name}.test.ts`), 'utf8'))
      .join('\n');
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests))).toEqual([]);
  });
});
