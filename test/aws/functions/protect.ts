import { protect } from '../../../src/aws/protect.ts';
import { map } from './document.ts';

export const handler = protect(async () => ({ statusCode: 200, body: 'mine' }), { map });
