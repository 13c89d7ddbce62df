/**
 * Folders to registries: each folder below that holds definition pages gets an `all.gen.ts` which imports every page's
 * default export. `--check` compares instead of writing and names what is stale.
 */
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of pages; each page's default export is one definition. */
export const families = [
  'src/waf/operators',
  'src/waf/transforms',
  'src/waf/fields',
  'src/waf/actions',
  'src/waf/bodies',
  'src/waf/forms/seclang/directives',
  'src/rules/pages',
  'src/gateway/authorizers',
  'src/gateway/policies',
  'src/integration/integrations',
  'src/edge/functions',
  'src/stores/pages',
  'src/stores/sources',
  'src/sinks/pages',
] as const;

const root = join(import.meta.dirname, '..');

/** The text of one registry: imports in alphabetical order, then one constant. */
export function registryOf(folder: string): string | null {
  const path = join(root, folder);
  if (!existsSync(path)) return null;
  const pages = readdirSync(path)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.gen.ts'))
    .filter((name) => /^export default /m.test(readFileSync(join(path, name), 'utf8')))
    .sort();
  if (pages.length === 0) return null;
  const imports = pages.map((name, at) => `import page${at} from './${name}';`);
  const list = pages.map((_, at) => `page${at}`).join(', ');
  return `// Written by scripts/gen.ts from the pages in this folder.\n${imports.join('\n')}\n\nexport const all = [${list}] as const;\n`;
}

function main(check: boolean): number {
  let stale = 0;
  for (const folder of families) {
    const wanted = registryOf(folder);
    if (wanted === null) continue;
    const file = join(root, folder, 'all.gen.ts');
    const found = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (found === wanted) continue;
    stale++;
    if (check) console.error(`${folder}/all.gen.ts is stale: run \`npm run gen\``);
    else writeFileSync(file, wanted);
  }
  if (!check) console.log(`${families.length} families looked at, ${stale} registries written`);
  return check && stale > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('gen.ts')) process.exitCode = main(process.argv.includes('--check'));
