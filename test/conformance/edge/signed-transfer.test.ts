import { createSign, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { Body, type BodySink } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { distribution, seconds } from './parts.ts';

it('T28 looks at the end of a signature when the request arrives, and not while the answer flows', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  let sink: BodySink | null = null;
  const v = await distribution(
    () => ({
      status: 200,
      headers: HeaderList.of({ 'Content-Length': '10' }),
      body: Body.from((given) => {
        sink = given;
        given.data(new TextEncoder().encode('01234'));
        return { pause() {}, resume() {}, cancel() {} };
      }, 10),
      address: 'script',
    }),
    [{ signed: { keys: { K1: 'k.pem' } } }],
    {},
    {},
    { ports: { readFile: () => pem } },
  );
  const expires = Math.floor(v.clock.now() / 1000) + 5;
  const text = `{"Statement":[{"Resource":"http://localhost/film","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
  const signature = createSign('sha1').update(text).sign(privateKey).toString('base64');
  const safe = signature.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
  const target = `/film?Expires=${expires}&Signature=${safe}&Key-Pair-Id=K1`;
  const going = v.send({ target });
  await new Promise((resolve) => setImmediate(resolve));
  v.clock.turn(seconds(10));
  (sink as BodySink | null)?.data(new TextEncoder().encode('56789'));
  (sink as BodySink | null)?.end();
  const reply = await going;
  expect([reply.status, reply.body]).toEqual([200, '0123456789']);
  expect((await v.send({ target })).record.code).toBe('edge.signature-expired');
});
