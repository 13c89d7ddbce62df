import velocity from 'velocityjs';
import { describe, expect, it } from 'vitest';
import { queue } from '../../src/aws/queue.ts';
import { webhookTemplate } from '../../src/cdk/webhook-template.ts';

/** What API Gateway gives templates, as far as this one uses it. */
function render(given: {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: string;
  readonly path: string;
}): string {
  const params = { header: given.headers, querystring: given.query } as const;
  const names = {
    input: {
      params: (name?: string) =>
        name === undefined
          ? {
              get: (kind: keyof typeof params) => ({
                keySet: () => Object.keys(params[kind]),
                get: (key: string) => params[kind][key],
              }),
            }
          : given.path,
      body: given.body,
    },
    util: {
      urlEncode: (text: string) => encodeURIComponent(text),
      base64Encode: (text: string) => Buffer.from(text).toString('base64'),
      // Java's: quotes of both kinds and the backslash.
      escapeJavaScript: (text: string) => new JavaText(text.replaceAll(/["'\\]/g, '\\$&')),
    },
    context: {
      httpMethod: 'POST',
      requestId: 'r',
      requestTimeEpoch: 1,
      stage: 'prod',
      identity: { sourceIp: '192.0.2.1' },
    },
  };
  return new velocity.Compile(velocity.parse(webhookTemplate), { escape: false }).render(names);
}
class JavaText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  // In a template `"\\'"` is a backslash and an apostrophe, as written or read once.
  replaceAll(_: string, by: string): string {
    return this.text.replaceAll("\\'", by);
  }
}

describe('the mapping template of a webhook', () => {
  it('makes a message that the queue’s door reads as the request that came', async () => {
    const body = '{"says":"it\'s \\"here\\" & there"}';
    const message = new URLSearchParams(
      render({ headers: { 'X-Sig': 'a"b\'c&d=e', Host: 'h.test' }, query: { a: '1&2' }, body, path: 'hooks/git hub' }),
    );
    expect(message.get('Action')).toBe('SendMessage');
    const lines: string[] = [];
    const seen: { target: string; sig: string | undefined; text: string }[] = [];
    const line = {
      handle: async (request: {
        target: string;
        headers: { get(name: string): string | undefined };
        body: { text(): Promise<string> };
      }) => {
        seen.push({ target: request.target, sig: request.headers.get('x-sig'), text: await request.body.text() });
        return { status: 200, headers: null, body: null, from: { by: 'integration', name: 'x' } };
      },
      settle: async () => {},
      refresh: async () => true,
    };
    const door = queue(line as never, { write: (text) => void lines.push(text) });
    const record = { messageId: 'm', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:q', body: message.get('MessageBody') };
    expect(await door({ Records: [record] }), lines.join()).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([{ target: '/hooks/git%20hub?a=1%262', sig: 'a"b\'c&d=e', text: body }]);
  });
});
