import { insideStage } from '../gateway/api-call.ts';
import type { GatewayApi } from '../gateway/api.ts';

/** By what an API is found: its hosts, and its base path or stage. */
export interface ApiDoor {
  /** In lower case, without port; empty means every host. */
  readonly hosts: ReadonlySet<string>;
  readonly api: GatewayApi;
}

/**
 * A host of one's own before every host; then the longest base path, then a named stage, then `$default`. When the host
 * is known and the path is not, the first API of that host says so in its own way.
 */
export function pickApi<Door extends ApiDoor>(
  doors: readonly Door[],
  host: string,
  path: string,
  fallback: boolean,
): Door | null {
  const named = doors.filter((door) => door.hosts.has(host));
  return best(named, path) ?? (named.length > 0 ? (named[0] as Door) : pickAny(doors, path, fallback));
}

function pickAny<Door extends ApiDoor>(doors: readonly Door[], path: string, fallback: boolean): Door | null {
  const open = doors.filter((door) => door.hosts.size === 0);
  return best(open, path) ?? (fallback ? (open[0] ?? doors[0] ?? null) : null);
}

function best<Door extends ApiDoor>(doors: readonly Door[], path: string): Door | null {
  let found: Door | null = null;
  for (const door of doors) {
    if (insideStage(door.api, path) === null) continue;
    if (found === null || rank(door) > rank(found)) found = door;
  }
  return found;
}

const rank = ({ api }: ApiDoor): number =>
  api.basePath !== null
    ? 1000 + api.basePath.length
    : api.kind === 'http' && (api.place.stage === '$default' || api.customDomain)
      ? 0
      : api.customDomain
        ? 1
        : 500;
