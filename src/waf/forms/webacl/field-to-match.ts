import { latin1, utf8 } from '../../../base/bytes.ts';
import type { Sight } from '../../condition.ts';
import { headerOf } from '../../request.ts';
import { pointerOf, readJson, within } from './json-body.ts';
import { list, named, object, only, text, wrong, type Json } from './shape.ts';
import { preParse } from './transforms.ts';

export interface Component {
  /** For stories: `header x-a`, `body`. */
  readonly name: string;
  readonly value: string;
}

/** What a field is for one request: values to test, or an answer that needs no test (oversize, fallback). */
export type Extracted =
  | { readonly kind: 'values'; readonly values: readonly Component[] }
  | { readonly kind: 'forced'; readonly match: boolean };

export interface Field {
  readonly name: string;
  readonly body: boolean;
  read(sight: Sight): Extracted;
}

const headerBytes = 8192;
const most = 200;
const values = (list: readonly Component[]): Extracted => ({ kind: 'values', values: list });
const one = (name: string, value: string | null): Extracted =>
  values(value === null || value === '' ? [] : [{ name, value }]);

/** `FieldToMatch` of a statement, compiled. */
export function fieldToMatch(statement: Json, path: string): Field {
  const [kind, member] = only(statement['FieldToMatch'], `${path}.FieldToMatch`);
  const at = `${path}.FieldToMatch.${kind}`;
  switch (kind) {
    case 'SingleHeader':
      return singleHeader(text(member['Name'], `${at}.Name`).toLowerCase());
    case 'Headers':
      return lines(member, at, 'Headers');
    case 'Cookies':
      return lines(member, at, 'Cookies');
    case 'HeaderOrder':
      return headerOrder(member, at);
    case 'UriPath':
      return { name: 'path', body: false, read: ({ target }) => one('path', target.path) };
    case 'UriFragment': {
      const forced = fallback(member, at);
      return {
        name: 'fragment',
        body: false,
        read({ request }) {
          const hash = request.target.indexOf('#');
          if (hash >= 0) return one('fragment', request.target.slice(hash + 1));
          return forced === null ? values([]) : { kind: 'forced', match: forced };
        },
      };
    }
    case 'QueryString':
      return { name: 'query', body: false, read: ({ target }) => one('query', target.query) };
    case 'SingleQueryArgument':
      return queryArguments(statement, path, text(member['Name'], `${at}.Name`).toLowerCase());
    case 'AllQueryArguments':
      return queryArguments(statement, path, null);
    case 'Method':
      return { name: 'method', body: false, read: ({ request }) => one('method', request.method) };
    case 'Body':
      return body(member, at);
    case 'JsonBody':
      return jsonBody(member, at);
    case 'JA3Fingerprint':
    case 'JA4Fingerprint':
      return fingerprint(kind, fallback(member, at));
    default:
      throw wrong(at, 'there is no such field');
  }
}

function singleHeader(wanted: string): Field {
  return {
    name: `header ${wanted}`,
    body: false,
    read({ request }) {
      const found = request.headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
      // Two lines of one name reach some servers as two values and others as one: both are tested.
      if (found.length > 1) found.push(found.join(','));
      return values(found.map((value) => ({ name: `header ${wanted}`, value })));
    },
  };
}

interface Line {
  readonly key: string;
  readonly value: string;
}

/** The first 8 KB and the first 200, whichever ends first. */
function fitting(all: readonly Line[]): { readonly lines: readonly Line[]; readonly oversize: boolean } {
  const kept: Line[] = [];
  let room = headerBytes;
  for (const line of all) {
    if (kept.length >= most || room <= 0) return { lines: kept, oversize: true };
    const value = line.value.slice(0, Math.max(0, room - line.key.length));
    kept.push({ key: line.key.slice(0, room), value });
    room -= line.key.length + line.value.length;
  }
  return { lines: kept, oversize: room < 0 };
}

const cookiesOf = ({ request }: Sight): readonly Line[] =>
  request.headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      return equals < 0 ? { key: piece, value: '' } : { key: piece.slice(0, equals), value: piece.slice(equals + 1) };
    });

function lines(member: Json, path: string, kind: 'Headers' | 'Cookies'): Field {
  const [pattern, given] = patternOf(member, path, ['All', `Included${kind}`, `Excluded${kind}`]);
  const fold = (name: string): string => (kind === 'Headers' ? name.toLowerCase() : name);
  const listed = new Set(
    pattern === 'All'
      ? []
      : list(given, `${path}.MatchPattern.${pattern}`).map((name) =>
          fold(text(name, `${path}.MatchPattern.${pattern}`)),
        ),
  );
  const wanted = (name: string): boolean =>
    pattern === 'All' || listed.has(fold(name)) === pattern.startsWith('Included');
  const scope = scopeOf(member, path);
  const oversized = oversize(member, path);
  const word = kind === 'Headers' ? 'header' : 'cookie';
  return {
    name: kind.toLowerCase(),
    body: false,
    read(sight) {
      const all = kind === 'Headers' ? sight.request.headers.map(([key, value]) => ({ key, value })) : cookiesOf(sight);
      const { lines: kept, oversize: over } = fitting(all);
      if (over && oversized !== null) return { kind: 'forced', match: oversized };
      return values(
        kept
          .filter(({ key }) => wanted(key))
          .flatMap(({ key, value }) => [
            ...(scope === 'VALUE' ? [] : [{ name: `${word} name`, value: key }]),
            ...(scope === 'KEY' ? [] : [{ name: `${word} ${key}`, value }]),
          ]),
      );
    },
  };
}

function headerOrder(member: Json, path: string): Field {
  const oversized = oversize(member, path);
  return {
    name: 'header order',
    body: false,
    read({ request }) {
      const { lines: kept, oversize: over } = fitting(request.headers.map(([key, value]) => ({ key, value })));
      if (over && oversized !== null) return { kind: 'forced', match: oversized };
      const names = kept.map(({ key }) => (request.version === '2' ? key.toLowerCase() : key));
      return one('header order', names.join(':'));
    },
  };
}

function queryArguments(statement: Json, path: string, wanted: string | null): Field {
  const before = preParse(statement, path);
  return {
    name: wanted === null ? 'query arguments' : `query argument ${wanted}`,
    body: false,
    read({ target }) {
      const query = before && target.query !== null ? before(target.query) : target.query;
      if (query === null || query === '') return values([]);
      const found: Component[] = [];
      for (const piece of query.split('&')) {
        if (piece === '') continue;
        const equals = piece.indexOf('=');
        const name = equals < 0 ? piece : piece.slice(0, equals);
        if (wanted === null || name.toLowerCase() === wanted)
          found.push({ name: `query argument ${name}`, value: equals < 0 ? '' : piece.slice(equals + 1) });
      }
      return values(found);
    },
  };
}

function body(member: Json, path: string): Field {
  const oversized = oversize(member, path);
  return {
    name: 'body',
    body: true,
    read({ bodyText, bodyTooLong }) {
      if (bodyTooLong && oversized !== null) return { kind: 'forced', match: oversized };
      return one('body', bodyText);
    },
  };
}

function jsonBody(member: Json, path: string): Field {
  const scope = scopeOf(member, path);
  const oversized = oversize(member, path);
  const [pattern, given] = patternOf(member, path, ['All', 'IncludedPaths']);
  const pointers =
    pattern === 'All'
      ? null
      : list(given, `${path}.MatchPattern.IncludedPaths`).map((each, at) => {
          const pointer = text(each, `${path}.MatchPattern.IncludedPaths[${at}]`);
          if (!pointer.startsWith('/'))
            throw wrong(`${path}.MatchPattern.IncludedPaths[${at}]`, `a pointer begins with /, not as ${pointer}`);
          return pointerOf(pointer);
        });
  const invalid = word(member, 'InvalidFallbackBehavior', path, ['MATCH', 'NO_MATCH', 'EVALUATE_AS_STRING']);
  return {
    name: 'JSON body',
    body: true,
    read({ bodyText, bodyTooLong }) {
      if (bodyTooLong && oversized !== null) return { kind: 'forced', match: oversized };
      if (bodyText === '') return values([]);
      const { elements, whole } = readJson(bodyText);
      if (!whole && invalid === 'EVALUATE_AS_STRING') return one('body', bodyText);
      if (!whole && (invalid === 'MATCH' || invalid === 'NO_MATCH'))
        return { kind: 'forced', match: invalid === 'MATCH' };
      return values(
        elements
          .filter(({ what }) => scope === 'ALL' || (scope === 'KEY') === (what === 'key'))
          .filter((element) => pointers === null || pointers.some((pointer) => within(element, pointer)))
          .map((element) => ({ name: `JSON ${element.what} /${element.path.join('/')}`, value: element.text })),
      );
    },
  };
}

/** CloudFront tells the fingerprint of a handshake in a header of its own. */
function fingerprint(kind: 'JA3Fingerprint' | 'JA4Fingerprint', forced: boolean | null): Field {
  const header = `cloudfront-viewer-${kind.slice(0, 3).toLowerCase()}-fingerprint`;
  return {
    name: kind,
    body: false,
    read({ request }) {
      const found = headerOf(request.headers, header);
      if (found === null && forced !== null) return { kind: 'forced', match: forced };
      return one(kind, found);
    },
  };
}

/** One of a few words; undefined where it may be left out and is. What is misspelt must not be taken for what is usual. */
function word<Word extends string>(member: Json, key: string, path: string, words: readonly Word[]): Word | undefined {
  const given = member[key];
  const found = words.find((each) => each === given);
  if (found === undefined && given !== undefined)
    throw wrong(
      `${path}.${key}`,
      `${words.join(', ')} is wanted, not ${typeof given === 'string' ? given : named(given)}`,
    );
  return found;
}

const forcedBy = (given: string | undefined): boolean | null =>
  given === 'MATCH' ? true : given === 'NO_MATCH' ? false : null;

const oversize = (member: Json, path: string): boolean | null =>
  forcedBy(word(member, 'OversizeHandling', path, ['CONTINUE', 'MATCH', 'NO_MATCH']));

const fallback = (member: Json, path: string): boolean | null =>
  forcedBy(word(member, 'FallbackBehavior', path, ['MATCH', 'NO_MATCH']));

function scopeOf(member: Json, path: string): 'ALL' | 'KEY' | 'VALUE' {
  const scope = word(member, 'MatchScope', path, ['ALL', 'KEY', 'VALUE']);
  if (scope === undefined) throw wrong(`${path}.MatchScope`, 'ALL, KEY or VALUE is wanted');
  return scope;
}

/** The one pattern that is set, and what it lists. */
function patternOf(member: Json, path: string, known: readonly string[]): readonly [name: string, listed: unknown] {
  const at = `${path}.MatchPattern`;
  const [set, ...more] = Object.entries(object(member['MatchPattern'], at)).filter(([, given]) => given !== undefined);
  if (set === undefined || more.length > 0 || !known.includes(set[0]))
    throw wrong(at, `exactly one of ${known.join(', ')} is wanted`);
  return set;
}

/** Text of a document as the bytes that a request would carry. */
export const bytesOf = (written: string): string => latin1(utf8(written));
