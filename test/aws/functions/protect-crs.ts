import { firewall } from '../../../src/aws/firewall.ts';
import { protect } from '../../../src/aws/protect.ts';
import { map } from './document.ts';

export const handler = protect(() => ({ statusCode: 200, body: 'tea' }), {
  map,
  waf: firewall({ asset: new URL('./waf.asset', import.meta.url) }),
});
