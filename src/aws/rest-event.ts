import { fromBase64 } from '../base/bytes.ts';
import type { RestEvent, RestResult } from '../events/rest.ts';

/** The console's test button and some clients leave the lists out; the single values say the same then. */
export function whole(event: RestEvent): RestEvent {
  const lists = (single: Record<string, string> | null | undefined): Record<string, string[]> =>
    Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));
  return {
    ...event,
    body: event.body ?? null,
    multiValueHeaders: event.multiValueHeaders ?? lists(event.headers),
    multiValueQueryStringParameters: event.multiValueQueryStringParameters ?? lists(event.queryStringParameters),
  };
}

/**
 * A REST API without binary media types sends base64 to the client as it is. What is text may go as text whatever its type
 * says, and only what is none needs those types (`binaryMediaTypes: ["*\/*"]`).
 */
export function asText(result: RestResult): RestResult {
  if (!result.isBase64Encoded) return result;
  try {
    return {
      ...result,
      body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        fromBase64(result.body) ?? new Uint8Array([0xff]),
      ),
      isBase64Encoded: false,
    };
  } catch {
    return result;
  }
}
