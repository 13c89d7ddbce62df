import { pino, destination } from 'pino';
import { z } from 'zod';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'stdout',
  says: 'One JSON line per record on standard output, written in batches.',
  options: z.strictObject({}),
  open() {
    const out = destination({ dest: 1, sync: false, minLength: 4096 });
    const log = pino({ base: null, timestamp: false, formatters: { level: () => ({}) } }, out);
    const timer = setInterval(() => out.flush(), 250);
    timer.unref();
    return {
      name: 'stdout',
      write: (record) => log.info(record),
      flush: () =>
        new Promise((resolve) => {
          clearInterval(timer);
          out.flush(() => resolve());
        }),
    };
  },
});
