import { fromBase64 } from '../base/bytes.ts';
import { restShape, type RestEvent, type RestResult } from '../events/rest.ts';
import { wholeLine } from './answer.ts';
import { flawOf, restWanted, wrongVersion } from './event.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** API Gateway REST, and an HTTP API with payload 1.0, with the whole line behind it. */
export function restApi(source: AppSource, options: DoorOptions = {}): (event: unknown) => Promise<RestResult> {
  return wholeLine<RestEvent, RestResult>(opened(source, options), {
    door: 'rest-api',
    flaw: restFlaw,
    read: (event) => restShape.fromEvent(whole(event)),
    write: async (response) => asText(await restShape.toResult(response)),
  });
}

export function restFlaw(event: unknown): ReturnType<typeof flawOf> {
  const version = (event as { version?: unknown } | null)?.version;
  return version === undefined || version === '1.0' ? flawOf(event, restWanted) : wrongVersion(version, '1.0');
}

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
