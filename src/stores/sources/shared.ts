import { z } from 'zod';
import { durationText } from '../../config/parts.ts';

/** What every source on AWS takes beside its own place. */
export const awsOptions = {
  region: z.string().optional().meta({ description: 'Left out: the region that this runs in.' }),
  endpoint: z.url().optional().meta({ description: 'Another address than AWS, for emulators.' }),
  every: durationText.default('60s').meta({ description: 'How often it is read again.' }),
  keep: durationText.default('1h').meta({
    description:
      'In a function: how long the last good map is gone by while no newer one can be read; then nobody comes in. A server goes by it for ever, and says so in its status.',
  }),
};
