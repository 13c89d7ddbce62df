import { extname } from 'node:path';
import { messageOf } from '../base/fault.ts';
import { DocumentError, type Issue } from '../config/issues.ts';
import type { CollectionTag, ScalarTag } from 'yaml';

type Tags = (ScalarTag | CollectionTag)[];

/** The text of a JSON or YAML file to its value. Rejects with a `DocumentError` that gives line and column of whatever is wrong. */
export async function parseData(text: string, path: string, customTags: Tags = []): Promise<unknown> {
  const plain = text.replace(/^\uFEFF/, ''); // some editors begin a file with a byte order mark
  if (plain.trim() === '')
    throw new DocumentError([
      { path, wanted: 'a document', found: 'an empty file', hint: '`sallyport init` writes a first one' },
    ]);
  if (extname(path) !== '.json') return parseYaml(plain, path, customTags);
  try {
    return JSON.parse(plain);
  } catch (thrown) {
    throw new DocumentError([jsonIssue(plain, path, messageOf(thrown))]);
  }
}

async function parseYaml(text: string, path: string, customTags: Tags): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const read = parseDocument(text, { lineCounter, prettyErrors: false, customTags });
  const issues = read.errors.map((error): Issue => {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    return {
      path: `${path}:${line}:${col}`,
      wanted: 'YAML',
      found: error.message,
      hint: error.code === 'TAB_AS_INDENT' ? 'indent with blanks' : null,
    };
  });
  if (issues.length > 0) throw new DocumentError(issues);
  return read.toJS();
}

function jsonIssue(text: string, path: string, says: string): Issue {
  const at = placeOf(text, says);
  const before = text.slice(0, at ?? 0);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return {
    path: at === null ? path : `${path}:${line}:${column}`,
    wanted: 'JSON',
    found: says.replace(/ in JSON at position \d+.*| is not valid JSON$|^(Unexpected token '.+?'), .*/s, '$1'),
    hint: jsonHint(text[at ?? text.length], before),
  };
}

/** Node names the position in most cases, and in the others quotes what stands ten characters to both sides of it. */
function placeOf(text: string, says: string): number | null {
  const position = /at position (\d+)/.exec(says)?.[1];
  if (position !== undefined) return Number(position);
  const [, token, cut, around] =
    /^Unexpected token '(.+?)', (\.\.\.)?"([^]*?)"(?:\.\.\.)? is not valid JSON$/.exec(says) ?? [];
  if (token === undefined || around === undefined) return says.startsWith('Unexpected end') ? text.length : null;
  const begins = text.indexOf(around);
  if (begins < 0) return null;
  return cut ? begins + 10 : begins + around.indexOf(token);
}

function jsonHint(char: string | undefined, before: string): string | null {
  if ((char === '}' || char === ']') && /,\s*$/.test(before)) return 'remove the comma before it';
  if (char === "'") return 'JSON wants double quotes';
  if (char === '/' || char === '#') return 'JSON has no comments; a document in YAML or TypeScript may have them';
  if (char === undefined) return 'something that was opened is not closed';
  return null;
}
