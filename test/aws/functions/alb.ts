import { alb } from '../../../src/aws/alb.ts';
import { document } from './document.ts';

export const handler = alb({ document });
