import { App, Stack } from 'aws-cdk-lib';
import { join } from 'node:path';
import { ProtectedSocket } from '../../src/cdk/index.ts';

/** A WebSocket API behind CloudFront: web ACL at the handshake, a secret origin header, and rules for every message. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'ProtectedWebSocket', { env: { region: 'us-east-1' } });
  new ProtectedSocket(stack, 'Chat', {
    handler: join(import.meta.dirname, 'handler.ts'),
    document: {
      name: 'protected-websocket',
      rules: {
        map: {
          default: [{ name: 'user-agent', params: { required: false } }],
          'MESSAGE /*': [{ name: 'size-limits', params: { body: '4kb' } }],
        },
      },
    },
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) build(new App());
