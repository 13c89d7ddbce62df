import { messageOf } from '../base/fault.ts';
import { describeWith, DocumentError } from '../config/issues.ts';
import type { ResourceMap } from '../config/rules.ts';
import type { LoadedText } from '../ports/documents.ts';

/** Text from a source, JSON or YAML, to a rule map. Rejects with `DocumentError`; never gives half a map. */
export async function parseMap(loaded: LoadedText, name: string): Promise<ResourceMap> {
  let given: unknown;
  try {
    given = loaded.text.trimStart().startsWith('{')
      ? JSON.parse(loaded.text)
      : (await import('yaml')).parse(loaded.text);
  } catch (thrown) {
    throw new DocumentError([{ path: name, wanted: 'JSON or YAML', found: messageOf(thrown), hint: null }]);
  }
  const { resourceMap } = await import('../config/rules.ts');
  const result = resourceMap.safeParse(given);
  if (result.success) return result.data;
  throw new DocumentError(
    result.error.issues
      .flatMap((issue) => describeWith(resourceMap, issue, given))
      .map((issue) => ({ ...issue, path: `${name} ${issue.path}` })),
  );
}
