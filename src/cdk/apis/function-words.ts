import * as z from 'zod/mini';
import type { ApiRouteDocument } from '../../config/api-routes.ts';
import { functionOptions } from '../../config/function.ts';
import { ms } from '../../config/words.ts';

/** A function of the document, as Lambda is told of it. */
export interface FunctionWords {
  readonly file: string;
  readonly handler: string;
  readonly seconds: number;
  readonly memoryMb: number;
  /** Only where the document says it: a reservation is taken from what the account has. */
  readonly concurrency: number | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: boolean;
  readonly stream: boolean;
}

/** Lambda has no less. */
const leastMemory = 128;

const options = functionOptions();
const words = z.extend(options, {
  concurrency: z.optional(options.shape.concurrency.def.innerType),
  proxy: z._default(z.boolean(), true),
  stream: z._default(z.boolean(), false),
});

/** What an integration or an authorizer says of its function; null where it is none, or says it wrongly. */
export function wordsOf(given: Readonly<Record<string, unknown>>): FunctionWords | string {
  const { success, data, error } = words.safeParse(given);
  if (!success) return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return {
    file: data.file,
    handler: data.handler,
    seconds: Math.max(1, Math.ceil(ms(data.timeout) / 1000)),
    memoryMb: Math.max(leastMemory, data.memory),
    concurrency: data.concurrency,
    env: data.env,
    proxy: data.proxy,
    stream: data.stream,
  };
}

/** The function of a route; null where something else answers. */
export function functionWords({ to }: Pick<ApiRouteDocument, 'to'>): FunctionWords | null {
  if (typeof to === 'string' || !to.use.startsWith('function')) return null;
  const found = wordsOf(to.with);
  return typeof found === 'string' ? null : found;
}
