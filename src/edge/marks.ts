import type { Stage } from '../flow/stage.ts';
import { onTheWayOut } from '../flow/stage.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import { HeaderList } from '../http/headers.ts';
import { behaviourOf } from './behaviour.ts';
import { accessResult } from './result.ts';

export interface MarksOptions {
  /** By behaviour: does it speak as CloudFront does? */
  readonly speaks: readonly boolean[];
  /** What stands in `X-Amz-Cf-Pop`. */
  readonly location: string;
}

/**
 * The fields by which CloudFront's users find an answer again: `X-Amz-Cf-Id`, which is the trace's id and the
 * `requestId` of functions and logs, `X-Amz-Cf-Pop`, and `X-Cache` where the cache was not asked. A viewer's own field
 * of the first name never reaches an origin.
 */
export function marks(options: MarksOptions): Stage {
  return {
    name: 'edge.marks',
    handle(exchange, next) {
      if (!options.speaks[behaviourOf(exchange)]) return next(exchange);
      const { request, trace } = exchange;
      exchange.request = { ...request, headers: request.headers.with('X-Amz-Cf-Id', trace.id) };
      return onTheWayOut(next(exchange), (response) => {
        const flat = [...response.headers.without('x-amz-cf-id', 'x-amz-cf-pop').flat];
        if (!response.headers.has('x-cache')) {
          const { type } = accessResult(response, exchange.facts.get(cacheResultFact) ?? null);
          flat.push('X-Cache', `${type} from sallyport`);
        }
        flat.push('X-Amz-Cf-Pop', options.location, 'X-Amz-Cf-Id', trace.id);
        return { ...response, headers: HeaderList.fromFlat(flat) };
      });
    },
  };
}
