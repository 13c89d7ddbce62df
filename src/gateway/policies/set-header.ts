import * as z from 'zod/mini';
import { headerName, says } from '../../config/params.ts';
import { Fault } from '../../base/fault.ts';
import { isFieldValue } from '../../http/headers.ts';
import { httpSource } from '../mapping-source.ts';
import { definePolicy } from '../policy.ts';

export default definePolicy({
  name: 'set-header',
  says: 'Sets a header field of the request or of the answer; the value may hold `${context.X}`, `${request.header.X}` and the like.',
  options: () =>
    z.strictObject({
      name: says(headerName(), 'The field.'),
      value: says(z.string(), "Text, or an expression of HTTP APIs' parameter mapping."),
      on: z._default(z.enum(['request', 'response']), 'request'),
    }),
  open({ name, value, on }) {
    const source = httpSource(value);
    if (typeof source === 'string') throw new Fault('config.policy', 'config', source);
    if (on === 'request') {
      return {
        request(request, { call }) {
          const found = source({ call, request, body: null })?.join(',');
          return found === undefined || !isFieldValue(found)
            ? request
            : { ...request, headers: request.headers.with(name, found) };
        },
      };
    }
    return {
      response(response, { call, exchange }) {
        const found = source({
          call,
          request: exchange.request,
          body: null,
          response: { status: response.status, headers: response.headers, body: null },
        })?.join(',');
        return found === undefined || !isFieldValue(found)
          ? response
          : { ...response, headers: response.headers.with(name, found) };
      },
    };
  },
});
