import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/fault.ts';
import { awsCall } from './aws-call.ts';
import type { BadEvent } from './event.ts';
import { Kept } from './kept.ts';
import type { Write } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { SecretsManager } from './secrets-manager.ts';

/** Where one secret is. */
export interface SecretPlace {
  /** Name or ARN in Secrets Manager. */
  readonly id: string;
  /** One key of a secret that is a JSON object; all of its text when left out. */
  readonly field?: string;
}

/** Secrets in Secrets Manager, by the names that the document has for them: `${secret:NAME}`, `hmac-signature`. */
export interface NamedSecrets {
  /** Name to place, or the name of the environment variable that holds that as JSON. */
  readonly places: string | Readonly<Record<string, SecretPlace>>;
  /** Where secrets are that are given by name; the function's own region when left out. */
  readonly region?: string;
  /** Milliseconds that a container goes by what it read; five minutes when left out. */
  readonly ageMs?: number;
  /** Milliseconds after which values that cannot be read anew are not gone by any more; an hour when left out. */
  readonly keepMs?: number;
}

interface Around {
  readonly clock: Clock;
  readonly write: Write;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Tells what could not be read from what could not be made of it. */
class Unread extends Error {}

/**
 * What is made of the secrets, once they are read: at the first event, and again when one of them has another value. While
 * they cannot be read, or nothing can be made of them, what was made last stays for as long as it may; then, or where there
 * never was any, the reason. Values are held in memory and nowhere else.
 */
export function madeOfSecrets<Made extends object>(
  given: NamedSecrets,
  { clock, write, env = process.env }: Around,
  make: (secret: (name: string) => string | null) => Promise<Made>,
  retire: (old: Made) => void = () => {},
): () => Promise<Made | BadEvent> {
  const call = awsCall({ clock, env });
  let good: { readonly made: Made; readonly values: string } | null = null;
  let reason: BadEvent['reason'] = lambdaReasons.secrets;
  const kept = new Kept<Made>({
    async load() {
      const values = await read(given, call, env);
      const text = JSON.stringify([...values]);
      if (good?.values === text) return good.made;
      const made = await make((name) => values.get(name) ?? env[name] ?? null);
      if (good) retire(good.made);
      good = { made, values: text };
      return made;
    },
    ageMs: given.ageMs ?? 300_000,
    keepMs: given.keepMs ?? 3_600_000,
    clock,
    failed(thrown, still) {
      const unread = thrown instanceof Unread;
      reason = unread ? lambdaReasons.secrets : lambdaReasons.start;
      const says = unread ? 'the secrets could not be read' : 'nothing could be made of the secrets that were read';
      const then = still ? 'what was read before stays for now' : 'nobody comes in';
      const facts = { code: reason.code, reason: messageOf(thrown) };
      write(JSON.stringify({ kind: 'log', level: 'error', says: `${says}; ${then}`, ...facts }));
    },
  });
  return async () => (await kept.current()) ?? { reason, says: 'see the line before' };
}

async function read(
  given: NamedSecrets,
  call: ReturnType<typeof awsCall>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, string>> {
  const region = given.region ?? env['AWS_REGION'] ?? '';
  return new Map(
    await Promise.all(
      Object.entries(placesOf(given.places, env)).map(async ([name, place]): Promise<[string, string]> => {
        try {
          return [name, await valueOf(place, new SecretsManager(call, place.id, region))];
        } catch (thrown) {
          throw new Unread(`${name}: ${messageOf(thrown)}`);
        }
      }),
    ),
  );
}

function placesOf(
  places: NamedSecrets['places'],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, SecretPlace>> {
  if (typeof places !== 'string') return places;
  try {
    return JSON.parse(env[places] ?? '') as Record<string, SecretPlace>;
  } catch {
    throw new Unread(`${places} is no JSON: it names the secrets of the document, {"NAME":{"id":"…"}}`);
  }
}

async function valueOf({ id, field }: SecretPlace, manager: SecretsManager): Promise<string> {
  const found = await manager.read('AWSCURRENT');
  if (found === null)
    throw new Error(
      `Secrets Manager has no secret "${id}": aws secretsmanager create-secret --name NAME --secret-string …`,
    );
  const value = field === undefined ? found.value : fieldOf(found.value, field);
  if (value === '') throw new Error(`the secret "${id}" has no text${field === undefined ? '' : ` at "${field}"`}`);
  return value;
}

function fieldOf(text: string, field: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[field];
  } catch {
    // A message of the parser would quote the secret.
  }
  return typeof value === 'string' ? value : '';
}
