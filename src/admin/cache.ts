import type { IncomingMessage } from 'node:http';
import { DocumentError } from '../config/issues.ts';
import type { App } from '../pipeline/app.ts';

/** Most bytes of a list of items to purge. */
const MOST = 1_048_576;

interface Said {
  readonly status: number;
  readonly value: unknown;
}

/**
 * `GET /cache`: how many objects, how many bytes. `POST /cache/purge` with `{"items": ["/path", "/prefix*", "#tag"]}`:
 * drops them, here and on the other nodes. The content type has to be JSON, so that no page in a browser can ask for it.
 */
export async function answerCache(app: App, path: string, incoming: IncomingMessage): Promise<Said | null> {
  if (path === '/cache' && incoming.method === 'GET') {
    const stats = await app.cacheStats();
    return stats
      ? { status: 200, value: stats }
      : { status: 404, value: { message: 'this document has neither an edge nor an API with a cache' } };
  }
  if (path !== '/cache/purge' || incoming.method !== 'POST') return null;
  if (!/^application\/json\b/.test(incoming.headers['content-type'] ?? ''))
    return { status: 415, value: { message: 'wanted application/json' } };
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    if (text.length > MOST) return { status: 413, value: { message: `at most ${MOST} bytes` } };
  }
  let items: unknown;
  try {
    items = (JSON.parse(text) as { readonly items?: unknown }).items;
  } catch {
    items = null;
  }
  if (!Array.isArray(items) || items.length === 0 || !items.every((item) => typeof item === 'string'))
    return { status: 400, value: { message: 'wanted {"items": ["/path", "/prefix*", "#tag"]}' } };
  try {
    return { status: 200, value: { purged: await app.purge(items) } };
  } catch (thrown) {
    if (thrown instanceof DocumentError)
      return { status: 400, value: { message: 'an item is none that can be purged', issues: thrown.issues } };
    throw thrown;
  }
}
