/** API Gateway's key file: CSV with the columns name, key, description, enabled and usageplanIds. */

export interface FileKey {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly name: string;
  readonly key: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly plans: readonly string[];
}

export interface KeyFile {
  readonly keys: readonly FileKey[];
  /** With their lines. Keys themselves are not repeated here. */
  readonly problems: readonly string[];
}

const columns = ['name', 'key', 'description', 'enabled', 'usageplanids'] as const;
type Column = (typeof columns)[number];

/** Keys in a file are longer than those made one by one, as at AWS. */
const LEAST_KEY = 30;
const MOST_KEY = 128;

/** Reads the file. `plans` are the usage plans of the document. */
export function parseKeyFile(text: string, plans: readonly string[]): KeyFile {
  const problems: string[] = [];
  const rows = parseCsv(text.replace(/^\uFEFF/, ''));
  const [head, ...rest] = rows;
  if (!head) return { keys: [], problems: ['the file is empty; its first line names the columns name and key'] };
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  for (const name of names)
    if (!(columns as readonly string[]).includes(name))
      problems.push(`line 1: there is no column "${name}"; known: name, key, description, enabled, usageplanIds`);
  for (const wanted of ['name', 'key'] as const)
    if (!names.includes(wanted)) problems.push(`line 1: the column "${wanted}" is missing`);
  if (problems.length > 0) return { keys: [], problems };
  const keys: FileKey[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells, broken } of rest) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const say = (says: string): void => void problems.push(`line ${line}: ${says}`);
    if (broken) say('a quotation mark is not closed');
    if (cells.length > names.length)
      say(`${cells.length} cells for ${names.length} columns; put quotation marks around commas`);
    const cell = (column: Column): string => cells[names.indexOf(column)]?.trim() ?? '';
    const key = cell('key');
    if (cell('name') === '') say('the name is empty');
    if (key.length < LEAST_KEY || key.length > MOST_KEY || !/^[\x21-\x7E]+$/.test(key))
      say(`the key has ${key.length} characters; wanted ${LEAST_KEY} to ${MOST_KEY} visible ASCII characters`);
    const other = seen.get(key);
    if (other !== undefined) say(`the same key as in line ${other}`);
    seen.set(key, line);
    const enabled = cell('enabled').toLowerCase();
    if (!['', 'true', 'false'].includes(enabled)) say(`"${cell('enabled')}" is neither true nor false`);
    const wanted = cell('usageplanids')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    for (const plan of wanted)
      if (!plans.includes(plan))
        say(`there is no usage plan "${plan}" in the document; known: ${plans.join(', ') || 'none'}`);
    keys.push({
      line,
      name: cell('name'),
      key,
      description: cell('description'),
      enabled: enabled !== 'false',
      plans: wanted,
    });
  }
  if (keys.length === 0) problems.push('the file has no keys below its first line');
  return { keys, problems };
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
  readonly broken: boolean;
}

/** CSV as RFC 4180 has it; a line break inside quotation marks belongs to the cell. */
function parseCsv(text: string): readonly Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell.trim() !== '') rows.push({ line: begun, cells, broken: quoted });
    cells = [];
    cell = '';
    begun = line;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') end();
    else if (char !== '\r') cell += char;
  }
  end();
  return rows;
}
