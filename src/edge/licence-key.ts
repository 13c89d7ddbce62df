import { cookiePairs } from '../http/cookies.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { decodeForm } from '../http/query.ts';

export interface KeyPlace {
  readonly in: 'query' | 'header' | 'cookie';
  readonly name: string;
}

/** `query:license`, `header:x-license`, `cookie:license`. */
export function keyPlace(text: string): KeyPlace {
  const mark = text.indexOf(':');
  const place = text.slice(0, mark) as KeyPlace['in'];
  return { in: place, name: place === 'header' ? text.slice(mark + 1).toLowerCase() : text.slice(mark + 1) };
}

/** The first key, in the order of the places. */
export function findKey(
  request: HttpRequest,
  places: readonly KeyPlace[],
): { readonly place: KeyPlace; readonly key: string } | null {
  for (const place of places) {
    const key = valueIn(request, place);
    if (key) return { place, key };
  }
  return null;
}

function valueIn(request: HttpRequest, place: KeyPlace): string | undefined {
  if (place.in === 'header') return request.headers.get(place.name);
  if (place.in === 'cookie')
    return cookiePairs(request.headers.all('cookie')).find(([name]) => name === place.name)?.[1];
  const part = queryOf(request.target).find((each) => nameOf(each) === place.name);
  const mark = part?.indexOf('=') ?? -1;
  return part === undefined || mark < 0 ? undefined : decodeForm(part.slice(mark + 1));
}

const queryOf = (target: string): string[] => {
  const mark = target.indexOf('?');
  return mark < 0 ? [] : target.slice(mark + 1).split('&');
};

const nameOf = (part: string): string => decodeForm(part.split('=', 1)[0] as string);

/** The request without any key, wherever one may stand: a second one must not reach the cache key either. */
export function withoutKey(request: HttpRequest, places: readonly KeyPlace[]): HttpRequest {
  let { target, headers } = request;
  for (const place of places) {
    if (place.in === 'header') headers = headers.without(place.name);
    else if (place.in === 'cookie') headers = withoutCookie(headers, place.name);
    else {
      const kept = queryOf(target).filter((part) => nameOf(part) !== place.name);
      const mark = target.indexOf('?');
      if (mark >= 0) target = kept.length === 0 ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept.join('&')}`;
    }
  }
  return { ...request, target, headers };
}

function withoutCookie(headers: HeaderList, name: string): HeaderList {
  const lines = headers.all('cookie');
  if (!lines.some((line) => line.includes(name))) return headers;
  const kept = cookiePairs(lines).filter(([own]) => own !== name);
  const rest = headers.without('cookie');
  return kept.length === 0 ? rest : rest.append('Cookie', kept.map(([own, value]) => `${own}=${value}`).join('; '));
}

export function withKey(request: HttpRequest, place: KeyPlace, key: string): HttpRequest {
  if (place.in === 'header') return { ...request, headers: request.headers.append(place.name, key) };
  if (place.in === 'cookie') return { ...request, headers: request.headers.append('Cookie', `${place.name}=${key}`) };
  const mark = request.target.includes('?') ? '&' : '?';
  return { ...request, target: `${request.target}${mark}${encodeURIComponent(place.name)}=${encodeURIComponent(key)}` };
}
