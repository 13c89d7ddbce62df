import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const places = {
  crs4: fileURLToPath(new URL('../../../shared/data/crs4/rules', import.meta.url)),
  crs3: '/usr/share/modsecurity-crs/rules',
};

/** Every `@rx` pattern of an installed rule set; null when it is not on this machine. */
export function rulePatterns(which: keyof typeof places): readonly string[] | null {
  const folder = places[which];
  if (!existsSync(folder)) return null;
  const patterns: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.conf')) continue;
    const text = readFileSync(`${folder}/${name}`, 'latin1')
      .replace(/^\s*#.*$/gm, '')
      .replace(/\\\r?\n\s*/g, '');
    for (const match of text.matchAll(/"!?@rx ((?:[^"\\]|\\[^])*)"/g)) patterns.push(match[1]!.replace(/\\"/g, '"'));
  }
  return patterns;
}
