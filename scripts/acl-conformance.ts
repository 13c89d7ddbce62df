/** docs/aws-waf-conformance.md from test/conformance/webacl/rules.ts and the tests that name its parts. `--check` compares instead. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { aclParts, choices, type AclPart } from '../test/conformance/webacl/rules.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test/conformance/webacl');
const page = join(root, 'docs/aws-waf-conformance.md');

/** Numbers at the beginning of tests' names, with the files that have them. */
export function testedParts(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const files = [...readdirSync(folder).map((name) => join(folder, name)), join(root, 'src/lab/cost.test.ts')];
  for (const path of files.filter((name) => name.endsWith('.test.ts'))) {
    const text = readFileSync(path, 'utf8');
    const file = relative(root, path);
    for (const [, id = ''] of text.matchAll(
      /\b(?:it|table)(?:\.each)?\([^'"`]*?['"`](\d{1,2}(?:\.\d{1,2})?)(?=[ '"`])/g,
    )) {
      const known = found.get(id) ?? [];
      if (!known.includes(file)) found.set(id, [...known, file]);
    }
    for (const [, id = ''] of text.matchAll(/['"`](\d{1,2}\.\d{1,2}(?= [a-zA-Z%])|\d{1,2}(?= %))/g)) {
      const known = found.get(id) ?? [];
      if (!known.includes(file)) found.set(id, [...known, file]);
    }
  }
  return found;
}

const words = { same: 'same as AWS', chosen: 'chosen', approximate: 'approximate', absent: 'not here' } as const;

export function aclPage(): string {
  const tested = testedParts();
  const count = (status: AclPart['status']): number => aclParts.filter((part) => part.status === status).length;
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    '# AWS WAF, part by part',
    '',
    'Written by `node scripts/run.mjs scripts/acl-conformance.ts` from `test/conformance/webacl/`. The numbers are those of the behaviour specification that the tests are named after.',
    '',
    `${aclParts.length} parts: ${count('same')} same as AWS documents it, ${count('chosen')} with something chosen where AWS does not say, ${count('approximate')} approximate because AWS publishes nothing, ${count('absent')} not here. What is approximate is said so at each decision that rests on it.`,
    '',
    '| Part | Status | What | Tests |',
    '|---|---|---|---|',
    ...aclParts.map(
      ({ id, status, says }) =>
        `| ${id} | ${words[status]} | ${cell(says)} | ${(tested.get(id) ?? []).map((file) => file.slice(file.lastIndexOf('/') + 1)).join(', ')} |`,
    ),
    '',
    '## Where we differ, or had to choose',
    '',
    'AWS does not document these, or not to the byte. `sallyport import waf` names those that a rule rests on.',
    '',
    '| About | What is done here |',
    '|---|---|',
    ...choices.map(([topic, choice]) => `| ${cell(topic)} | ${cell(choice)} |`),
    '',
    '## Unconfirmed',
    '',
    'No AWS account was asked. These rest on reading alone: the units of transformations, custom keys and ACFP or Anti-DDoS groups; the step in which bodies beyond 16 KB are charged; the price of ATP and ACFP (left out of every estimate).',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('acl-conformance.ts')) {
  const wanted = aclPage();
  if (process.argv.includes('--check')) {
    if (!existsSync(page) || readFileSync(page, 'utf8') !== wanted) {
      console.error('docs/aws-waf-conformance.md is stale: node scripts/run.mjs scripts/acl-conformance.ts');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(page, wanted);
    console.log(`${aclParts.length} parts written`);
  }
}
