import { restApi } from '../../../src/aws/rest-api.ts';
import { document } from './document.ts';

export const handler = restApi({ document });
