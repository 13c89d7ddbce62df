import { albShape, type AlbEvent, type AlbResult } from '../events/alb.ts';
import { wholeLine } from './answer.ts';
import { albFlaw, isHealthCheck, singleOf } from './balancer-event.ts';
import { mostOfBalancer } from './event.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** A load balancer without multi-value headers reads these alone. */
export type AlbAnswer = AlbResult & { readonly headers?: Record<string, string> };

/**
 * An application load balancer with the whole line behind it. Its own health checks, which come without host and without
 * viewer, are answered 200 as soon as the document is loaded; no rule and no route sees them.
 */
export function alb(source: AppSource, options: DoorOptions = {}): (event: unknown) => Promise<AlbAnswer> {
  return wholeLine<AlbEvent, AlbAnswer>(opened(source, options), {
    door: 'alb',
    flaw: albFlaw,
    probe: isHealthCheck,
    mostBytes: mostOfBalancer,
    read: (event) => albShape.fromEvent({ ...event, body: event.body ?? null }),
    async write(response, event) {
      const result = await albShape.toResult(response);
      return event?.multiValueHeaders === undefined ? { ...result, headers: singleOf(result) } : result;
    },
  });
}
