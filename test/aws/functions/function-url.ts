import { functionUrl } from '../../../src/aws/function-url.ts';
import { document } from './document.ts';

export const handler = functionUrl({ document });
