import { edgeMoments } from '../../../src/aws/edge-moments.ts';

export const handler = edgeMoments({
  viewerRequest: (request) =>
    new URL(request.url).pathname === '/secret' ? new Response('no', { status: 403 }) : undefined,
});
