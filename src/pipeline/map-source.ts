import { parse as parseYaml } from 'yaml';
import { messageOf } from '../base/fault.ts';
import { describeWith, DocumentError } from '../config/parse.ts';
import { resourceMap, type ResourceMap } from '../config/rules.ts';
import type { LoadedText } from '../ports/documents.ts';

/** Text from a source to a rule map; JSON is YAML too. Throws `DocumentError`; never gives half a map. */
export function parseMap(loaded: LoadedText, name: string): ResourceMap {
  let given: unknown;
  try {
    given = parseYaml(loaded.text);
  } catch (thrown) {
    throw new DocumentError([{ path: name, wanted: 'JSON or YAML', found: messageOf(thrown), hint: null }]);
  }
  const result = resourceMap.safeParse(given);
  if (result.success) return result.data;
  throw new DocumentError(result.error.issues.flatMap((issue) => describeWith(resourceMap, issue, given)).map((issue) => ({ ...issue, path: `${name} ${issue.path}` })));
}
