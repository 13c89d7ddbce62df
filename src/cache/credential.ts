import { cookiePairs } from '../http/cookies.ts';
import type { HttpRequest } from '../http/message.ts';
import { decodeForm } from '../http/query.ts';
import type { CachePolicy } from './policy.ts';

/** Does the request identify its sender by something that the key does not hold? */
export function bearsCredential(request: HttpRequest, policy: CachePolicy): boolean {
  const { headers } = request;
  for (const name of ['authorization', 'x-api-key']) {
    if (headers.has(name) && !policy.key.headers.includes(name)) return true;
  }
  return policy.credentials.some(({ in: place, name }) => {
    if (place === 'header') return headers.has(name) && !policy.key.headers.includes(name);
    if (place === 'cookie')
      return !policy.key.cookies?.(name) && cookiePairs(headers.all('cookie')).some(([own]) => own === name);
    return hasParameter(request.target, name);
  });
}

function hasParameter(target: string, name: string): boolean {
  const mark = target.indexOf('?');
  if (mark < 0) return false;
  return target
    .slice(mark + 1)
    .split('&')
    .some((part) => decodeForm(part.split('=', 1)[0] as string) === name);
}
