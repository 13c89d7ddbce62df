import { albShape, type AlbEvent, type AlbResult } from '../events/alb.ts';
import { wholeLine } from './answer.ts';
import { albWanted, flawOf } from './event.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** A load balancer without multi-value headers reads these alone. */
export type AlbAnswer = AlbResult & { readonly headers?: Record<string, string> };

/** An application load balancer with the whole line behind it. Health checks reach it like any request. */
export function alb(source: AppSource, options: DoorOptions = {}): (event: unknown) => Promise<AlbAnswer> {
  return wholeLine<AlbEvent, AlbAnswer>(opened(source, options), {
    door: 'alb',
    flaw: (event) => flawOf(event, albWanted),
    read: (event) => albShape.fromEvent({ ...event, body: event.body ?? null }),
    async write(response, event) {
      const result = await albShape.toResult(response);
      if (event?.multiValueHeaders !== undefined) return result;
      return {
        ...result,
        headers: Object.fromEntries(
          Object.entries(result.multiValueHeaders).map(([name, values]) => [name, values.join(', ')]),
        ),
      };
    },
  });
}
