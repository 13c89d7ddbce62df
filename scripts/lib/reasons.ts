import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Reason } from '../../src/trace/reason.ts';

export interface DeclaredReason extends Reason {
  /** Path below src, with slashes. */
  readonly file: string;
}

const src = join(import.meta.dirname, '../../src');

/** Every reason that is declared in a `reasons.ts` or `*-reasons.ts`, in order of code. */
export async function declaredReasons(): Promise<DeclaredReason[]> {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?:^|[/\\-])reasons\.ts$/.test(name),
  );
  const found: DeclaredReason[] = [];
  for (const file of files) {
    const module = (await import(/* @vite-ignore */ pathToFileURL(join(src, file)).href)) as Record<string, unknown>;
    for (const table of Object.values(module)) {
      if (typeof table !== 'object' || table === null) continue;
      for (const reason of Object.values(table as Record<string, Partial<Reason>>)) {
        if (typeof reason?.code === 'string' && typeof reason.says === 'string')
          found.push({ ...(reason as Reason), file: file.replaceAll('\\', '/') });
      }
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}
