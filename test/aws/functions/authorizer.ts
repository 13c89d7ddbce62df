import { authorizer } from '../../../src/aws/authorizer.ts';
import { map } from './document.ts';

export const handler = authorizer({ map, payload: '2.0' });
