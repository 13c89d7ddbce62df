import type { Clock } from '../base/clock.ts';
import { sameSecret } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import { parseAddress } from '../base/ip.ts';
import { refuse } from '../flow/refuse.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import type { HttpRequest } from '../http/message.ts';
import { awsCall } from './aws-call.ts';
import type { Write } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { SecretsManager, stages, type SecretStage, type SecretVersion } from './secrets-manager.ts';

/** A header that only the distribution in front can send. */
export type OriginSecret =
  | {
      readonly header: string;
      /** Names of secrets of the environment, the newest first. */
      readonly secrets: readonly string[];
    }
  | {
      readonly header: string;
      /** Name of the environment variable with the ARN of a secret in Secrets Manager, which may be rotated at any time. */
      readonly rotated: string;
    };

/** What a value must be to be the distribution's. */
interface Wanted {
  fits(given: string): boolean | Promise<boolean>;
}

/** How long a container goes by what it read. */
const freshMs = 300_000;
/** A value that is not known is worth another look, but not at every request: an attacker must not make us ask. */
const againMs = 5000;
/** How long after a rotation the value before it is taken: the edge needs minutes to change, not days. */
const previousMs = 3_600_000;

/**
 * The versions of a rotated secret: the current one, the pending one (the distribution sends it before the rotation is
 * done), and for an hour the one before. Read when first asked for, and kept for five minutes; when Secrets Manager
 * does not answer, what was read last stays good. Rejects when nothing was ever read.
 */
export function rotatedSecret(
  read: (stage: SecretStage) => Promise<SecretVersion | null>,
  clock: Clock,
  write: Write,
): Wanted {
  let known: { readonly values: readonly string[]; readonly at: number } | null = null;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    const now = clock.now();
    asked = now;
    try {
      const [current, pending, previous] = await Promise.all(stages.map(read));
      const recent = current && now - current.created * 1000 < previousMs;
      const values = [current, pending, recent ? previous : null].flatMap((each) => each?.value || []);
      if (values.length === 0) throw new Error('the secret has no value');
      known = { values, at: now };
    } catch (thrown) {
      write(
        JSON.stringify({
          kind: 'log',
          level: 'error',
          says: 'the origin secret could not be read',
          reason: messageOf(thrown),
        }),
      );
      if (known === null) throw thrown;
    }
  };
  const reload = (): Promise<void> => {
    asking ??= load().finally(() => {
      asking = null;
    });
    return asking;
  };
  const among = (given: string): boolean => known?.values.some((each) => sameSecret(each, given)) ?? false;
  return {
    fits(given) {
      const now = clock.now();
      if (known !== null && now - known.at < freshMs && among(given)) return true;
      if (now - asked < againMs && asking === null && known !== null) return among(given);
      return reload().then(() => among(given));
    },
  };
}

function wantedOf(given: OriginSecret, secret: (name: string) => string | null, clock: Clock, write: Write): Wanted {
  if ('rotated' in given) {
    const arn = secret(given.rotated) ?? '';
    if (arn === '') throw new Error(`${given.rotated} is not set: it names the origin secret by its ARN`);
    const manager = new SecretsManager(awsCall({ clock }), arn);
    return rotatedSecret((stage) => manager.read(stage), clock, write);
  }
  const wanted = given.secrets.flatMap((name) => secret(name) ?? []).filter((text) => text !== '');
  if (wanted.length === 0) throw new Error(`none of the secrets ${given.secrets.join(', ')} is set`);
  return { fits: (text) => wanted.some((each) => sameSecret(each, text)) };
}

/** What stands before a line or its rules when a distribution has to have been there first. */
export interface OriginGate {
  /** The request without the header, which is nobody's business behind this; null for one that did not come by the distribution. */
  admit(request: HttpRequest): Promise<HttpRequest | null>;
  /** Who asked the distribution. Its own address is what the platform reports; it names the viewer in `X-Forwarded-For`. */
  viewerOf(request: HttpRequest, viewer: Viewer): Viewer;
}

/** Compared without telling by time how much was right. Throws at load when no secret is set: an open door must not look shut. */
export function originGate(
  given: OriginSecret,
  secret: (name: string) => string | null,
  clock: Clock,
  write: Write,
): OriginGate {
  const wanted = wantedOf(given, secret, clock, write);
  const name = given.header.toLowerCase();
  return {
    async admit(request) {
      const values = request.headers.all(name);
      if (values.length !== 1 || !(await wanted.fits(values[0] as string))) return null;
      return { ...request, headers: request.headers.without(name) };
    },
    viewerOf(request, viewer) {
      const hops = request.headers
        .all('x-forwarded-for')
        .join(',')
        .split(',')
        .map((hop) => hop.trim())
        .filter((hop) => hop !== '');
      if (hops.at(-1) === viewer.address) hops.pop();
      const address = hops.at(-1);
      // What the distribution added last is an address; anything else was not written by it.
      return address === undefined || parseAddress(address) === null ? viewer : { ...viewer, address };
    },
  };
}

/** The same as a stage of the corridor, so that a refusal leaves its trace. */
export function originSecret(gate: OriginGate): Stage {
  return {
    name: 'origin',
    async handle(exchange, next) {
      const request = await gate.admit(exchange.request);
      if (request === null) return refuse(exchange, 'origin', lambdaReasons.origin);
      exchange.request = request;
      return next(exchange);
    },
  };
}
