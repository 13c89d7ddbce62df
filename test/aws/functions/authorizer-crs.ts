import { authorizer } from '../../../src/aws/authorizer.ts';
import { firewall } from '../../../src/aws/firewall.ts';
import { map } from './document.ts';

export const handler = authorizer({
  map,
  payload: '2.0',
  waf: firewall({ asset: new URL('./waf.asset', import.meta.url) }),
});
