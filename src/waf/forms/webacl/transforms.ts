import { sha256 } from './sha256.ts';
import {
  cmdLineUnix,
  cmdLineWindows,
  compressWhiteSpace,
  entityDecode,
  escapeDecode,
  jsDecodeWindows,
  removeCommentMarks,
} from './transform-steps.ts';
import { transformNamed } from '../../transform-table.ts';
import { list, number, object, text, wrong, type Json } from './shape.ts';

type Step = (value: string) => string;

const house = (name: string): Step => {
  const page = transformNamed(name);
  return (value) => page.apply(value);
};

/** AWS's name to what it does; where AWS and ModSecurity agree, the page of ours. */
const steps: Readonly<Record<string, Step>> = {
  NONE: (value) => value,
  LOWERCASE: house('lowercase'),
  UPPERCASE: house('uppercase'),
  TRIM: house('trim'),
  TRIM_LEFT: house('trimLeft'),
  TRIM_RIGHT: house('trimRight'),
  REMOVE_WHITESPACE: house('removeWhitespace'),
  COMPRESS_WHITE_SPACE: compressWhiteSpace,
  REMOVE_NULLS: house('removeNulls'),
  REPLACE_NULLS: house('replaceNulls'),
  REPLACE_COMMENTS: house('replaceComments'),
  REMOVE_COMMENTS_CHAR: removeCommentMarks,
  CMD_LINE: house('cmdLine'),
  CMD_LINE_UNIX: cmdLineUnix,
  CMD_LINE_WIN: cmdLineWindows,
  URL_DECODE: house('urlDecode'),
  URL_DECODE_UNI: house('urlDecodeUni'),
  HTML_ENTITY_DECODE: entityDecode,
  JS_DECODE: house('jsDecode'),
  JS_DECODE_EXT: jsDecodeWindows,
  CSS_DECODE: house('cssDecode'),
  ESCAPE_SEQ_DECODE: escapeDecode,
  HEX_DECODE: (value) => (/^(?:[0-9a-fA-F]{2})+$/.test(value) ? house('hexDecode')(value) : value),
  SQL_HEX_DECODE: house('sqlHexDecode'),
  BASE64_DECODE: (value) => house('base64Decode')(value) || value,
  BASE64_DECODE_EXT: (value) => house('base64DecodeExt')(value.replaceAll('-', '+').replaceAll('_', '/')),
  MD5: house('md5'),
  SHA256: sha256,
  NORMALIZE_PATH: house('normalizePath'),
  NORMALIZE_PATH_WIN: house('normalizePathWin'),
  UTF8_TO_UNICODE: house('utf8toUnicode'),
};

/** AWS transformations of the same meaning as ours, for rules that go the other way. */
export const awsTransform: Readonly<Record<string, string>> = {
  none: 'NONE',
  lowercase: 'LOWERCASE',
  uppercase: 'UPPERCASE',
  trim: 'TRIM',
  trimleft: 'TRIM_LEFT',
  trimright: 'TRIM_RIGHT',
  removewhitespace: 'REMOVE_WHITESPACE',
  compresswhitespace: 'COMPRESS_WHITE_SPACE',
  removenulls: 'REMOVE_NULLS',
  replacenulls: 'REPLACE_NULLS',
  replacecomments: 'REPLACE_COMMENTS',
  cmdline: 'CMD_LINE',
  urldecode: 'URL_DECODE',
  urldecodeuni: 'URL_DECODE_UNI',
  htmlentitydecode: 'HTML_ENTITY_DECODE',
  jsdecode: 'JS_DECODE',
  cssdecode: 'CSS_DECODE',
  sqlhexdecode: 'SQL_HEX_DECODE',
  base64decode: 'BASE64_DECODE',
  base64decodeext: 'BASE64_DECODE_EXT',
  md5: 'MD5',
  normalizepath: 'NORMALIZE_PATH',
  normalisepath: 'NORMALIZE_PATH',
  normalizepathwin: 'NORMALIZE_PATH_WIN',
  normalisepathwin: 'NORMALIZE_PATH_WIN',
  utf8tounicode: 'UTF8_TO_UNICODE',
};

/** `TextTransformations` as one function, in ascending priority. */
export function transformation(statement: Json, path: string): Step {
  const entries = sorted(statement['TextTransformations'], `${path}.TextTransformations`);
  if (entries.length === 0) throw wrong(`${path}.TextTransformations`, 'at least one is wanted', 'write NONE');
  const chain = entries.map((type) => {
    const step = steps[type];
    if (!step) throw wrong(`${path}.TextTransformations`, `there is no transformation ${type}`);
    return step;
  });
  return chain.length === 1 ? (chain[0] as Step) : (value) => chain.reduce((made, step) => step(made), value);
}

/** `PreParseTextTransformations`: what runs on the raw query before it is taken apart. */
export function preParse(statement: Json, path: string): Step | null {
  if (statement['PreParseTextTransformations'] === undefined) return null;
  const chain = sorted(statement['PreParseTextTransformations'], `${path}.PreParseTextTransformations`).map(
    (type): Step => {
      if (type === 'NONE' || type === 'URL_DECODE' || type === 'URL_DECODE_UNI') return steps[type] as Step;
      if (type === 'REPLACE_SEMICOLONS_WITH_AMPERSANDS') return (query) => query.replaceAll(';', '&');
      if (type === 'COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA') return combine;
      throw wrong(
        `${path}.PreParseTextTransformations`,
        `there is no transformation ${type} before the query is parsed`,
      );
    },
  );
  return (query) => chain.reduce((made, step) => step(made), query);
}

function combine(query: string): string {
  const values = new Map<string, string[]>();
  for (const piece of query.split('&')) {
    const equals = piece.indexOf('=');
    const name = equals < 0 ? piece : piece.slice(0, equals);
    const value = equals < 0 ? '' : piece.slice(equals + 1);
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return [...values].map(([name, all]) => `${name}=${all.join(',')}`).join('&');
}

function sorted(given: unknown, path: string): readonly string[] {
  const entries = list(given, path).map((entry, at) => {
    const each = object(entry, `${path}[${at}]`);
    return {
      priority: number(each['Priority'] ?? 0, `${path}[${at}].Priority`),
      type: text(each['Type'], `${path}[${at}].Type`),
    };
  });
  const seen = new Set(entries.map((entry) => entry.priority));
  if (seen.size !== entries.length) throw wrong(path, 'two of them have the same Priority');
  return entries.sort((a, b) => a.priority - b.priority).map((entry) => entry.type);
}
