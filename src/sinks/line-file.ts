import sonicBoom from 'sonic-boom';

/** A file or standard output that takes lines in batches without holding up whoever writes. */
export interface LineFile {
  line(text: string): void;
  flush(): Promise<void>;
}

/** Milliseconds that a line may wait for company before it is written. */
const WAIT_MS = 100;

/** Milliseconds that a stop waits for a file that does not take its lines: one that was never opened, a pipe that nobody reads. */
const PATIENCE_MS = 2000;

export function lineFile(dest: number | string, name: string): LineFile {
  const out = new sonicBoom.SonicBoom({ dest, sync: false, mkdir: true, minLength: 4096, maxLength: 16 * 1_048_576 });
  let said = false;
  const broken = (error: Error | null): void => {
    if (said) return;
    said = true;
    // A full disk or a closed pipe must not end the process; what is lost is said, once, where it can still be read.
    process.stderr.write(
      `${JSON.stringify({ level: 'error', says: `decision records are being lost: ${name} cannot be written`, reason: error?.message ?? 'full' })}\n`,
    );
  };
  out.on('error', broken);
  out.on('drop', () => broken(null));
  const timer = setInterval(() => {
    try {
      out.flush();
    } catch {
      // Not open yet: the next turn writes it.
    }
  }, WAIT_MS);
  timer.unref();
  return {
    line: (text) => void out.write(`${text}\n`),
    // Twice: the first may only wait for a write that is under way, and leave what has come meanwhile.
    flush: async () => {
      let impatient: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        impatient = setTimeout(resolve, PATIENCE_MS);
      });
      await Promise.race([flushed(out).then(() => flushed(out)), tooLong]);
      clearTimeout(impatient);
    },
  };
}

const flushed = (out: InstanceType<typeof sonicBoom.SonicBoom>): Promise<void> =>
  new Promise((resolve) => {
    try {
      out.flush(() => resolve());
    } catch {
      resolve();
    }
  });
