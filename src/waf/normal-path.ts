import { byteString, bytesIn, workspace } from './bytes.ts';

const slash = 0x2f;
const dot = 0x2e;

/**
 * The shared half of `normalizePath` and `normalizePathWin`: one slash for many, `/./` and `segment/../` resolved,
 * never above the root; a relative path keeps leading `..`. Byte for byte what ModSecurity v2 makes of a path,
 * including that two dots at the end of a name (`name../`) count as a back reference.
 *
 * `backslash` also takes `\` for a slash: each one, where v2 leaves the last of a longer run as it is (`a\\\b`), so that
 * phrases with slashes in them miss it.
 */
export function normalPath(value: string, backslash: boolean): string {
  if (isNormal(value, backslash)) return value;
  const slashed = backslash ? value.replaceAll('\\', '/') : value;
  // Without a dot that could be a segment, all there is to do is to make one slash of many.
  if (!slashed.includes('./') && !slashed.endsWith('.')) return slashed.replace(/\/{2,}/g, '/');
  const length = value.length;
  const out = workspace(length);
  const bytes = bytesIn(slashed);
  const end = length - 1;
  const relative = bytes[0]! !== slash;
  const trailing = bytes[end]! === slash;
  let n = 0;
  let hitRoot = false;

  for (let i = 0; i <= end; i += 1) {
    const closes = i === end || bytes[i + 1]! === slash;
    if (closes && bytes[i]! === dot) {
      const last = i === end;
      if (n > 0 && out[n - 1] === dot) {
        if (!(relative && (hitRoot || n <= 2))) {
          n = parent(out, n);
          if (n <= 0) {
            hitRoot = true;
            n = !relative && last ? 1 : 0;
          }
          if (last) break;
          i += 1;
        } else hitRoot = true;
      } else if (n === 0 || out[n - 1] === slash) {
        if (last) break;
        if (n > 0) n -= 1;
        i += 1;
      }
    } else if (closes && bytes[i]! !== slash && n > 0) hitRoot = false;

    if (bytes[i]! === slash) {
      while (i < end && bytes[i + 1]! === slash) i += 1;
      // A relative path must not become absolute when its first segment has gone.
      if (relative && n === 0) continue;
    }
    out[n++] = bytes[i]!;
  }
  if (!trailing && n > 0 && out[n - 1] === slash) n -= 1;
  const text = byteString(out, n);
  return text === value ? value : text;
}

/** Nothing to do: only two slashes in a row, or a dot before a slash or at the end, begin any of the above. */
function isNormal(value: string, backslash: boolean): boolean {
  if (backslash && value.includes('\\')) return false;
  return !value.includes('//') && !value.includes('./') && !value.endsWith('.');
}

/** Where the segment before a back reference begins: its slash, or 0. `n` stands behind the reference's first dot. */
function parent(out: Uint8Array, n: number): number {
  let at = n - 3;
  while (at > 0 && out[at] !== slash) at -= 1;
  return at;
}
