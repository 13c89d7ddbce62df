import type { FetchJson } from '../ports/fetch-json.ts';

/** By the platform's own `fetch`: discovery documents and key sets are asked for once in hours. */
export const fetchJson: FetchJson = async (url, { withinMs, most }) => {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(withinMs),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > most) throw new Error(`${url} answered more than ${most} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
};
