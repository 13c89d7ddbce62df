import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { join } from 'node:path';
import { ProtectedSocket } from '../../src/cdk/index.ts';
import { document } from './sallyport.config.ts';

/** A WebSocket API behind CloudFront: web ACL at the handshake, a rotated secret origin header, a key for each client, and rules for every message. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'ProtectedWebSocket', { env: { region: 'us-east-1' } });
  new ProtectedSocket(stack, 'Chat', {
    handler: join(import.meta.dirname, 'handler.ts'),
    alarms: new Topic(stack, 'Alarms', { enforceSSL: true }),
    clients: { names: ['ann', 'bob'], rate: 5, burst: 20, quota: { limit: 10_000, period: 'DAY' } },
    throttle: { rate: 200, burst: 400 },
    document,
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) build(new App());
