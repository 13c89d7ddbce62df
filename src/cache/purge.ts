import type { Purge } from '../ports/objects.ts';

/** Why an invalidation path is not one. */
export type PurgeFlaw = 'no-slash' | 'too-long' | 'star-inside' | 'bad-tag' | 'empty';

const MOST_PATH = 4000;

/**
 * An invalidation item as CloudFront's users write it: `/a.jpg`, `/a*` (`*` only as the last character), `#tag`, `/*`. A
 * path means every host; with scheme and host in front, `https://example.com/a*`, it means that one.
 */
export function parsePurge(item: string): Purge | PurgeFlaw {
  if (item === '') return 'empty';
  if (item.startsWith('#')) {
    const tag = item.slice(1).toLowerCase();
    return /^[\x21-\x2b\x2d-\x7e]{1,256}$/.test(tag) && !tag.includes('*') ? { by: 'tag', tag } : 'bad-tag';
  }
  const absolute = /^https?:\/\/[^/*]+\//.test(item);
  if (!absolute && !item.startsWith('/')) return 'no-slash';
  if (item.length > MOST_PATH) return 'too-long';
  const star = item.indexOf('*');
  if (star >= 0 && star !== item.length - 1) return 'star-inside';
  const bare = star < 0 ? item : item.slice(0, -1);
  if (absolute) return star < 0 ? { by: 'url', url: bare } : { by: 'prefix', prefix: bare };
  return item === '/*' ? { by: 'all' } : { by: 'path', path: bare, whole: star < 0 };
}

export const purgeFlaws: Readonly<Record<PurgeFlaw, string>> = {
  empty: 'an empty item',
  'no-slash': 'a path begins with "/", a tag with "#"',
  'too-long': `a path has at most ${MOST_PATH} characters`,
  'star-inside': '"*" may stand only at the end',
  'bad-tag': 'a tag has 1 to 256 visible characters, no comma and no "*"',
};
