import { all } from './bodies/all.gen.ts';
import type { BodyProcessorDefinition } from './bodies/body-view.ts';

const table = new Map<string, BodyProcessorDefinition>(
  (all as readonly BodyProcessorDefinition[]).map((page) => [page.name.toUpperCase(), page]),
);

/** Who reads a body; undefined when nobody of that name does. */
export const processorNamed = (name: string): BodyProcessorDefinition | undefined => table.get(name.toUpperCase());

/** What a content type says by itself. JSON and XML are for rules to choose, as other engines have it. */
export function processorFor(contentType: string): string {
  const lower = contentType.trimStart().toLowerCase();
  if (lower.startsWith('application/x-www-form-urlencoded')) return 'URLENCODED';
  return lower.startsWith('multipart/form-data') ? 'MULTIPART' : '';
}
