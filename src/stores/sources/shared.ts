import * as z from 'zod/mini';
import { byDefault, durationText, optional } from '../../config/params.ts';

/** What every source on AWS takes beside its own place. */
export const awsOptions = () => ({
  region: optional(z.string(), 'Left out: the region that this runs in.'),
  endpoint: optional(z.url(), 'Another address than AWS, for emulators.'),
  every: byDefault(durationText(), '60s', 'How often it is read again.'),
  keep: byDefault(
    durationText(),
    '1h',
    'In a function: how long the last good map is gone by while no newer one can be read; then nobody comes in. A server goes by it for ever, and says so in its status.',
  ),
});
