/**
 * docs/gateway-conformance.md from the rules in test/conformance/api/rules.ts and the names of the tests beside them.
 * `--check` compares instead of writing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { apiRules, type Rule } from '../test/conformance/api/rules.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test/conformance/api');
const page = join(root, 'docs/gateway-conformance.md');

/** Rule ids at the beginning of each test's name, with its file. */
export function testedRules(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const files = [
    ...readdirSync(folder).map((name) => join(folder, name)),
    join(root, 'src/gateway/resource-policy.test.ts'),
    join(root, 'test/cli/gateway-commands.test.ts'),
    join(root, 'test/tls/mutual.test.ts'),
  ];
  for (const path of files.filter((name) => name.endsWith('.test.ts'))) {
    const text = readFileSync(path, 'utf8');
    const file = relative(root, path);
    for (const [, name = ''] of text.matchAll(/\bit\(\s*['"`]([^'"`\n]+)/g)) {
      for (const word of name.split(' ')) {
        if (!/^(?:[A-Z][A-Z0-9]*-\d+|EV1|EV2|ORDER|STORE)$/.test(word)) break;
        found.set(word, file);
      }
    }
    // Two rules are named in comments, where one test holds them together with another.
    for (const [, id = ''] of text.matchAll(/\/\/ ((?:RT|BN)-\d+):/g)) found.set(id, file);
  }
  return found;
}

const words = { same: 'same as AWS', chosen: 'chosen', different: 'different', absent: 'not here' } as const;

export function conformancePage(): string {
  const tested = testedRules();
  const count = (status: Rule['status']): number => apiRules.filter((rule) => rule.status === status).length;
  const lines = [
    '# API Gateway, rule by rule',
    '',
    'Written by `node scripts/run.mjs scripts/api-conformance.ts` from `test/conformance/api/`. The ids are those of the behaviour specification that the tests are named after.',
    '',
    `${apiRules.length} rules: ${count('same')} same as AWS, ${count('chosen')} chosen where AWS does not say, ${count('different')} different with a reason, ${count('absent')} not here. ${apiRules.filter((rule) => tested.has(rule.id)).length} are held by a test of their name.`,
    '',
    '| Rule | Status | What | Test |',
    '|---|---|---|---|',
    ...apiRules.map(
      ({ id, status, says }) =>
        `| ${id} | ${words[status]} | ${says.replaceAll('|', '\\|')} | ${tested.get(id) ?? ''} |`,
    ),
    '',
  ];
  return lines.join('\n');
}

if (process.argv[1]?.endsWith('api-conformance.ts')) {
  const wanted = conformancePage();
  if (process.argv.includes('--check')) {
    if (!existsSync(page) || readFileSync(page, 'utf8') !== wanted) {
      console.error('docs/gateway-conformance.md is stale: node scripts/run.mjs scripts/api-conformance.ts');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(page, wanted);
    console.log(`${apiRules.length} rules written`);
  }
}
