import { firewall } from '../../../src/aws/firewall.ts';
import { webSocket } from '../../../src/aws/websocket.ts';

export const handler = webSocket({
  map: { default: [] },
  waf: firewall({ asset: new URL('./waf.asset', import.meta.url) }),
  handler: async () => ({ statusCode: 200 }),
});
