import { describe, expect, it } from 'vitest';
import { licenceScript, type LicenceScriptOptions } from '../../../src/cdk/licence-script.ts';
import { licenceHash } from '../../../src/edge/licence-book.ts';
import { toScriptEvent } from '../../../src/events/edge-script.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { openScript } from '../../../src/run/script.ts';
import { njs, noNjs } from '../../support/njs.ts';

const now = Date.UTC(2026, 0, 1);
const store = { [licenceHash(nodeDigest, 'good')]: '{}' };
const eventOf = (target: string) =>
  toScriptEvent({ method: 'GET', target, version: '1.1', headers: HeaderList.of([]), body: null }, null, {
    moment: 'viewer-request',
    distributionId: 'E1',
    domain: 'd.test',
    requestId: 'r',
    ip: '192.0.2.1',
  });

interface Result {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
  readonly querystring: object;
}
/** What the function says under the edge's own engine. `kept`: its KeyValueStore; null: it has none. */
function ask(options: LicenceScriptOptions, target: string, kept: Record<string, string> | null = store): Result {
  const script = openScript({ name: 'licence.js', code: licenceScript(options), store: kept, timeoutMs: 1000, now });
  const { event, rawQuery } = eventOf(target);
  const outcome = script.run(event, rawQuery);
  if (outcome.kind !== 'answer') throw new Error(outcome.says);
  return outcome.value as Result;
}
const codeOf = ({ statusCode, headers }: Result): string =>
  statusCode === undefined ? 'in' : (headers['x-sallyport-code']?.value ?? '');

/** Names that ours has too; whoever is called has to find his own. */
const own = `import cf from 'cloudfront';
var store = 'mine';
var places = 1;
function refuse() { return store; }
function handler(event) {
  event.request.headers['x-own'] = { value: refuse() + places + Object.keys(event.request.querystring).join() };
  return event.request;
}
`;

describe('the licence function beside the rest of a document', () => {
  it('calls a function of the user’s with what it lets in, and with nothing else', () => {
    const result = ask({ then: own }, '/s?q=1&license=good');
    expect(result.headers['x-own']?.value).toBe('mine1q');
    expect(codeOf(ask({ then: own }, '/s?license=bad'))).toBe('edge.licence.unknown');
    expect(ask({ then: own }, '/s').headers).not.toHaveProperty('x-own');
  });
  it.skipIf(noNjs !== null)(`and under njs${noNjs === null ? '' : ` (${noNjs})`}`, () => {
    const runs = ['/s?q=1&license=good', '/s?license=bad'].map((target) => ({ event: eventOf(target).event }));
    const { results } = njs(licenceScript({ then: own.replace('function handler', 'async function handler') }), runs, {
      store,
      now,
    });
    expect((results[0]?.value as Result | undefined)?.headers['x-own']?.value).toBe('mine1q');
    expect((results[1]?.value as Result | undefined)?.statusCode).toBe(403);
  });
  it('leaves the licence in the request for an origin that shall see it', () => {
    expect(ask({ forward: true }, '/s?license=good').querystring).toHaveProperty('license');
    expect(ask({}, '/s?license=good').querystring).not.toHaveProperty('license');
  });
  it('asks for any licence and for no store, where the origin decides', () => {
    const options = { check: 'presence', forward: true } as const;
    expect(licenceScript(options)).not.toMatch(/kvs|crypto/);
    expect(codeOf(ask(options, '/s', null))).toBe('edge.licence.missing');
    expect(codeOf(ask(options, '/s?license=anything', null))).toBe('in');
  });
  it('lets in or refuses while the store cannot be read, as the document says', () => {
    const broken = { [licenceHash(nodeDigest, 'good')]: '{' };
    expect(codeOf(ask({}, '/s?license=good', broken))).toBe('edge.licence.unavailable');
    expect(codeOf(ask({ onFault: 'open' }, '/s?license=good', broken))).toBe('in');
    expect(codeOf(ask({ onFault: 'open' }, '/s?license=bad', broken))).toBe('edge.licence.unknown');
  });
  it.each([
    ['an arrow', 'const handler = (event) => event.request;'],
    ['the word twice', 'function handler(event) { return handler.name; }'],
    ['none', 'function other(event) { return event.request; }'],
  ])('a function that cannot be called is refused: %s', (_, then) =>
    expect(() => licenceScript({ then })).toThrow(/declare it as `function handler\(event\)`/),
  );
  it('both together are held to 10 kB', () =>
    expect(() => licenceScript({ then: `${own}// ${'x'.repeat(9000)}` })).toThrow(
      /may have 10240: name fewer open paths, or make the function beside it shorter/,
    ));
});
