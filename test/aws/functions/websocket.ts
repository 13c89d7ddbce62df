import { webSocket } from '../../../src/aws/websocket.ts';
import { map } from './document.ts';

export const handler = webSocket({ map, handler: async () => ({ statusCode: 200 }) });
