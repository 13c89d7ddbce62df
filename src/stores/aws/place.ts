import type { SourceAges } from '../../ports/documents.ts';

/** Where an AWS client goes. */
export interface AwsPlace {
  /** Left out: the region that the function runs in. */
  readonly region?: string | undefined;
  /** Another address than AWS, for emulators. */
  readonly endpoint?: string | undefined;
}

/** For a client's constructor: two attempts, so that whoever waits for a document is not kept for long. */
export const clientAt = ({
  region,
  endpoint,
}: AwsPlace): { readonly maxAttempts: number; readonly region?: string; readonly endpoint?: string } => ({
  maxAttempts: 2,
  ...(region !== undefined && { region }),
  ...(endpoint !== undefined && { endpoint }),
});

/** Asks for changes every so often: nothing on AWS tells a function that something else has changed. */
export const polled =
  (everyMs: number) =>
  (changed: () => void): (() => void) => {
    const timer = setInterval(changed, everyMs);
    timer.unref();
    return () => clearInterval(timer);
  };

export interface PlaceAges {
  readonly everyMs?: number | undefined;
  readonly keepMs?: number | undefined;
}

/** A minute and an hour, unless told otherwise. */
export const agesOf = ({ everyMs = 60_000, keepMs = 3_600_000 }: PlaceAges): SourceAges => ({ everyMs, keepMs });
