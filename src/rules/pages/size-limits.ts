import * as z from 'zod/mini';
import { size } from '../../config/words.ts';
import { byDefault, optional, sizeText } from '../../config/params.ts';
import { allow, defineRule, deny } from '../rule.ts';

/** Limits beyond those of the listener. A body is judged by its declared length; without one it is held to the route's limit while it streams. */
export default defineRule({
  name: 'size-limits',
  says: 'Most bytes of path, query, header and body, and most header lines and query parameters.',
  params: () => {
    const bytes = sizeText();
    const number = z.number().check(z.int(), z.nonnegative());
    return z.strictObject({
      path: optional(bytes, 'Bytes of the raw path.'),
      query: optional(bytes, 'Bytes of the raw query.'),
      queryParameters: optional(number, 'Parameters in the query.'),
      headers: optional(bytes, 'Bytes of all header lines together.'),
      headerValue: optional(bytes, 'Bytes of any one header value.'),
      headerCount: optional(number, 'Header lines.'),
      body: optional(bytes, 'Bytes of the body, by its declared length.'),
      lengthRequired: byDefault(z.boolean(), false, 'True: a body without a declared length is denied with 411.'),
    });
  },
  examples: [
    { params: { path: 10 }, request: { target: '/short' }, verdict: 'allow' },
    { params: { path: 10 }, request: { target: '/much-too-long' }, verdict: 'deny' },
    { params: { query: 4 }, request: { target: '/?a=1' }, verdict: 'allow' },
    { params: { query: 4 }, request: { target: '/?a=12345' }, verdict: 'deny' },
    { params: { queryParameters: 1 }, request: { target: '/?a=1&b=2' }, verdict: 'deny' },
    { params: { headerValue: 5 }, request: { headers: { cookie: 'abcdef' } }, verdict: 'deny' },
    { params: { headerCount: 1 }, request: { headers: { a: '1', b: '2' } }, verdict: 'deny' },
    { params: { body: '1kb' }, request: { method: 'POST', headers: { 'content-length': '2000' } }, verdict: 'deny' },
    { params: { body: '1kb' }, request: { method: 'POST', headers: { 'content-length': '1000' } }, verdict: 'allow' },
    {
      params: { lengthRequired: true },
      request: { method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
      verdict: 'deny',
    },
  ],
  check(params) {
    const most = (given: number | string | undefined): number =>
      given === undefined ? Number.POSITIVE_INFINITY : size(given);
    const path = most(params.path);
    const query = most(params.query);
    const headers = most(params.headers);
    const headerValue = most(params.headerValue);
    const body = most(params.body);
    const parameters = params.queryParameters ?? Number.POSITIVE_INFINITY;
    const lines = params.headerCount ?? Number.POSITIVE_INFINITY;
    return (request) => {
      if (request.rawPath.length > path) return deny('the path is too long', 414);
      const raw = request.rawQuery ?? '';
      if (raw.length > query) return deny('the query is too long', 414);
      if (raw !== '' && raw.split('&').length > parameters) return deny('too many query parameters', 400);
      if (request.headers.size > lines) return deny('too many header lines', 431);
      let sum = 0;
      for (const [name, value] of request.headers) {
        sum += name.length + value.length + 4;
        if (value.length > headerValue) return deny('a header value is too long', 431);
      }
      if (sum > headers) return deny('the header is too long', 431);
      const declared = request.headers.get('content-length');
      if (declared !== undefined && Number(declared) > body) return deny('the body is too long', 413);
      if (params.lengthRequired && declared === undefined && request.headers.has('transfer-encoding'))
        return deny('the length of the body must be declared', 411);
      return allow;
    };
  },
});
