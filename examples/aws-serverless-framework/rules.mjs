import { authorizer } from 'sallyport/lambda';

export const handler = authorizer({
  payload: '2.0',
  // serverless-offline does not tell the client's address; AWS always does, and an event without it is denied.
  assumeAddress: process.env.IS_OFFLINE ? '127.0.0.1' : undefined,
  map: {
    default: [{ name: 'user-agent', params: { scanners: true } }],
    'GET /orders/0*': [{ name: 'method-and-path', params: { deny: ['/orders/0*'] } }],
  },
});
