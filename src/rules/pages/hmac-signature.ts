import * as z from 'zod/mini';
import { fromBase64, fromHex, utf8 } from '../../base/bytes.ts';
import { byDefault, headerName, says } from '../../config/params.ts';
import { allow, defineRule, deny } from '../rule.ts';

const hashes = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const;

/** What the examples sign, with what, and the signatures: reckoned beforehand, so that they prove something. */
const body = '{"action":"opened","number":7}';
const secrets = { HOOK_SECRET: "It's a secret", HOOK_SECRET_NEXT: 'next secret' };
const first = 'sha256=a868d552e3b7ccf8ee910201bbffbcb10f813349f017cc8c6af707a9d159d445';
const next = 'sha256=0a7aa1ae8fe806f9ec9c9f1ee5cc149301cded61f08c67ebfba004480aabcc85';
const both = { secrets: ['HOOK_SECRET', 'HOOK_SECRET_NEXT'] };
const signed = (signature: string) => ({ method: 'POST', headers: { 'x-hub-signature-256': signature }, body });

/**
 * A webhook's signature over the raw bytes of its body, e.g. GitHub's `X-Hub-Signature-256: sha256=…`. Several secrets
 * may be good at a time, so that one can be exchanged for another without losing a delivery. The platform compares in
 * constant time.
 */
export default defineRule({
  name: 'hmac-signature',
  says: 'The HMAC signature of a webhook, verified over the raw body against one of several secrets.',
  needs: 'body',
  params: () =>
    z.strictObject({
      header: byDefault(headerName(), 'x-hub-signature-256', 'The field with the signature.'),
      prefix: byDefault(z.string(), 'sha256=', 'What stands before the signature in the field.'),
      hash: byDefault(z.enum(['sha1', 'sha256', 'sha512']), 'sha256', 'The hash.'),
      encoding: byDefault(z.enum(['hex', 'base64']), 'hex', 'How the signature is written.'),
      secrets: says(
        z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
        'Names of the secrets (environment variables); those that are not set are left out, one has to be.',
      ),
    }),
  examples: [
    { params: both, secrets, request: signed(first), verdict: 'allow' },
    { params: both, secrets, request: signed(next), verdict: 'allow' },
    { params: { secrets: ['HOOK_SECRET'] }, secrets, request: signed(next), verdict: 'deny' },
    { params: both, secrets, request: { ...signed(first), body: '{"action":"closed","number":7}' }, verdict: 'deny' },
    { params: both, secrets, request: { ...signed(first), headers: {} }, verdict: 'deny' },
    { params: both, secrets, request: signed(first.replace('sha256=', '')), verdict: 'deny' },
    {
      params: { secrets: ['HOOK_SECRET'], header: 'x-signature', prefix: '', hash: 'sha1', encoding: 'base64' },
      secrets,
      request: { method: 'POST', headers: { 'x-signature': 'K/N6pNTN0aXldJLK3tVVbQGBv70=' }, body },
      verdict: 'allow',
    },
  ],
  check(params, context) {
    const secrets = params.secrets
      .map((name) => context.secret(name))
      .filter((secret): secret is string => secret !== null && secret !== '');
    if (secrets.length === 0) throw new Error(`none of the secrets ${params.secrets.join(', ')} is set`);
    const algorithm = { name: 'HMAC', hash: hashes[params.hash] };
    const keys = Promise.all(
      secrets.map((secret) =>
        crypto.subtle.importKey('raw', utf8(secret) as Uint8Array<ArrayBuffer>, algorithm, false, ['verify']),
      ),
    );
    const header = params.header.toLowerCase();
    const decode = params.encoding === 'hex' ? fromHex : fromBase64;
    return async ({ headers, body, bodyWhole }) => {
      const given = headers.all(header);
      if (given.length !== 1)
        return deny(given.length === 0 ? 'there is no signature' : 'there is more than one signature', 401);
      const text = given[0] as string;
      const signature = text.startsWith(params.prefix) ? decode(text.slice(params.prefix.length)) : null;
      if (!signature) return deny('the signature is not written as it must be', 401);
      if (!bodyWhole) return deny('the body is longer than rules.bodyBytes, so its signature cannot be verified', 413);
      const bytes = body ?? new Uint8Array();
      // Every key is tried, whichever fits: how long it takes does not tell which.
      const fits = await Promise.all(
        (await keys).map((key) =>
          crypto.subtle.verify('HMAC', key, signature as Uint8Array<ArrayBuffer>, bytes as Uint8Array<ArrayBuffer>),
        ),
      );
      return fits.includes(true) ? allow : deny('the signature does not fit the body', 401);
    };
  },
});
