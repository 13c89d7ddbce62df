import { edgeRequest } from '../../../src/aws/edge-request.ts';
import { map } from './document.ts';

export const handler = edgeRequest({ map });
