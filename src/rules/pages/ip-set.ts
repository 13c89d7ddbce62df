import * as z from 'zod/mini';
import { addressSet, parseAddress, type Address } from '../../base/ip.ts';
import { listOf } from '../../http/headers.ts';
import { blockText, byDefault, headerName, optional, says } from '../../config/params.ts';
import { allow, defineRule, deny, type RuleRequest } from '../rule.ts';

/**
 * Who may come, by address. Denied blocks win over allowed ones; with an `allow` list, whoever is not on it is denied.
 * Where Sallyport sits behind proxies that `listen.trustedProxies` does not know (as an authorizer, say), `forwarded`
 * reads the client from a field, taking trusted proxies off from the right; a field that is malformed denies.
 */
export default defineRule({
  name: 'ip-set',
  says: 'Allowed and denied IPv4 and IPv6 blocks, the client found behind trusted proxies.',
  params: () => {
    const blocks = z.array(blockText());
    const forwarded = z.strictObject({
      header: byDefault(headerName(), 'x-forwarded-for', 'The field with the chain of addresses.'),
      trust: says(blocks.check(z.minLength(1)), 'Proxies that are believed, the peer included.'),
    });
    return z
      .strictObject({
        allow: optional(blocks.check(z.minLength(1)), 'Only these may come.'),
        deny: byDefault(blocks, [], 'These may not, even if allowed above.'),
        forwarded: optional(forwarded, 'Left out: the client as the listener sees it.'),
      })
      .check(
        z.refine((params) => params.allow !== undefined || params.deny.length > 0, {
          error: 'wanted `allow`, `deny` or both: an empty set restricts nobody',
        }),
      );
  },
  examples: [
    { params: { allow: ['10.0.0.0/8'] }, request: { address: '10.1.2.3' }, verdict: 'allow' },
    { params: { allow: ['10.0.0.0/8'] }, request: { address: '192.0.2.1' }, verdict: 'deny' },
    { params: { allow: ['2001:db8::/32'] }, request: { address: '2001:db8::7' }, verdict: 'allow' },
    { params: { deny: ['192.0.2.0/24'] }, request: { address: '::ffff:192.0.2.9' }, verdict: 'deny' },
    { params: { allow: ['10.0.0.0/8'], deny: ['10.6.6.6'] }, request: { address: '10.6.6.6' }, verdict: 'deny' },
    {
      params: { allow: ['198.51.100.7'], forwarded: { trust: ['10.0.0.0/8'] } },
      request: { peer: '10.0.0.1', address: '10.0.0.1', headers: { 'x-forwarded-for': '198.51.100.7, 10.0.0.9' } },
      verdict: 'allow',
    },
    {
      params: { allow: ['198.51.100.7'], forwarded: { trust: ['10.0.0.0/8'] } },
      request: { peer: '203.0.113.5', address: '203.0.113.5', headers: { 'x-forwarded-for': '198.51.100.7' } },
      verdict: 'deny',
    },
  ],
  check(params) {
    const allowed = params.allow ? addressSet(params.allow).set : null;
    const denied = addressSet(params.deny).set;
    const forwarded = params.forwarded;
    const trusted = forwarded ? addressSet(forwarded.trust).set : null;
    const clientOf = (request: RuleRequest): Address | null => {
      if (!forwarded || !trusted) return parseAddress(request.address);
      const chain = request.headers.all(forwarded.header.toLowerCase()).flatMap(listOf);
      let client = parseAddress(request.peer);
      while (client && trusted.has(client) && chain.length > 0) client = parseAddress((chain.pop() as string).trim());
      return client;
    };
    return (request) => {
      const client = clientOf(request);
      if (!client) return deny('the client has no readable address');
      if (denied.has(client)) return deny("the client's address is denied");
      if (allowed && !allowed.has(client)) return deny("the client's address is not on the list");
      return allow;
    };
  },
});
