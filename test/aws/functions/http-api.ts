import { httpApi } from '../../../src/aws/http-api.ts';
import { document } from './document.ts';

export const handler = httpApi({ document });
