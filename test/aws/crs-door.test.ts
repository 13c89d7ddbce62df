import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crsAsset } from './lib/crs-asset.ts';
import { events } from './functions/events.ts';
import { run } from './lib/lambda.ts';

const asset = crsAsset();

/** The event of a door, asking for `/x` with this query and body. */
function asked(door: string, query: string, body?: string): unknown {
  const event = structuredClone(events[door]?.('/x')) as Record<string, unknown>;
  event['rawQueryString'] = query;
  if (body === undefined) return event;
  const headers = { ...(event['headers'] as object), 'content-type': 'application/x-www-form-urlencoded' };
  const context = event['requestContext'] as { http: object };
  return { ...event, body, headers, requestContext: { ...context, http: { ...context.http, method: 'POST' } } };
}

describe.skipIf(asset === null)('the OWASP Core Rule Set in a Lambda function, out of its asset', () => {
  it.each(['authorizer-crs', 'protect-crs'])('%s: cold, warm, an attack in the query', async (door) => {
    const files = { 'waf.asset': asset as Uint8Array };
    const running = await run(join(import.meta.dirname, 'functions', `${door}.ts`), 'line', {}, files);
    const passes = async (query: string, body?: string): Promise<boolean> => {
      const invoked = await running.invoke(asked(door, query, body));
      if (invoked.kind !== 'answer') throw new Error(`${JSON.stringify(invoked)}\n${running.log()}`);
      const value = invoked.value as { isAuthorized?: boolean; statusCode?: number };
      return value.isAuthorized ?? value.statusCode === 200;
    };
    try {
      expect(await passes('q=tea'), running.log()).toBe(true);
      expect(await passes('q=tea')).toBe(true);
      expect(await passes('q=1%27%20or%20%271%27=%271')).toBe(false);
      await expect.poll(running.log, { timeout: 5000 }).toContain('"code":"waf.blocked"');
      // An authorizer is never shown a body.
      if (door === 'protect-crs') {
        expect(await passes('', 'q=tea')).toBe(true);
        expect(await passes('', 'q=<script>alert(1)</script>')).toBe(false);
      }
      const zipped = gzipSync(asset as Uint8Array).length / 1024;
      console.info(`${door}: ${(running.bytes / 1024).toFixed(0)} kB of code, ${zipped.toFixed(0)} kB of asset (gzip)`);
    } finally {
      await running.stop();
    }
  });

  it('websocket-crs: a handshake, a message, an attack in a message', async () => {
    const files = { 'waf.asset': asset as Uint8Array };
    const running = await run(join(import.meta.dirname, 'functions/websocket-crs.ts'), 'line', {}, files);
    const context = { routeKey: 'send', connectionId: 'c=', stage: 'prod', apiId: 'a', domainName: 'a.test' };
    const ask = async (body: string): Promise<unknown> => {
      const requestContext = { ...context, eventType: 'MESSAGE', requestId: 'r', identity: { sourceIp: '192.0.2.1' } };
      const invoked = await running.invoke({ requestContext, body, isBase64Encoded: false });
      return invoked.kind === 'answer' ? (invoked.value as { statusCode: number }).statusCode : invoked;
    };
    try {
      expect(await running.invoke(events['websocket']?.('/prod'))).toMatchObject({ value: { statusCode: 200 } });
      expect(await ask('{"action":"send","text":"ahoy"}'), running.log()).toBe(200);
      expect(await ask('just words')).toBe(200);
      expect(await ask('{"action":"send","text":"<script>alert(1)</script>"}')).toBe(403);
      await expect.poll(running.log, { timeout: 5000 }).toContain('"code":"waf.blocked"');
    } finally {
      await running.stop();
    }
  });
});
