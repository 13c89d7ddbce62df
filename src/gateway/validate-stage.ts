import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer, Stage } from '../flow/stage.ts';
import { splitTarget } from '../events/parts-target.ts';
import { queryPairs } from '../http/query.ts';
import { validationReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import type { Complaint } from './validate.ts';

/** Required parameters, then the body; and, where the API is described and it is switched on, only what the description knows. */
export function validate(api: GatewayApi): Stage {
  return {
    name: 'gateway.validate',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      const begun = exchange.facts.get(callFact) as Call;
      const strange = api.positive === 'off' ? null : undescribed(route, exchange);
      if (strange !== null) {
        exchange.trace.note(
          'gateway.validate',
          api.positive === 'shadow' ? 'not described (shadow)' : 'not described',
          { says: strange },
        );
        if (api.positive === 'enforce') {
          begun.error = {
            type: 'BAD_REQUEST_PARAMETERS',
            message: 'Invalid request',
            member: 'message',
            validation: strange,
          };
          return refuse(exchange, 'gateway.validate', validationReasons.described, { facts: { says: strange } });
        }
      }
      const { validator } = route;
      if (!validator) return next(exchange);
      const missing = validator.parameters(exchange.request, begun);
      if (missing) return complain(exchange, begun, missing);
      const type = exchange.request.headers.get('content-type');
      if (!validator.needsBody(type)) return next(exchange);
      const { body } = exchange.request;
      const judge = (text: string): Answer => {
        const complaint = validator.body(text, type);
        return complaint ? complain(exchange, begun, complaint) : next(exchange);
      };
      return body === null ? judge('') : body.text(route.bodyBytes).then(judge);
    },
  };
}

function complain(exchange: Exchange, begun: Call, complaint: Complaint): Answer {
  const type = complaint.kind === 'body' ? 'BAD_REQUEST_BODY' : 'BAD_REQUEST_PARAMETERS';
  begun.error = { type, message: complaint.message, member: 'message', validation: complaint.detail };
  return refuse(exchange, 'gateway.validate', validationReasons[complaint.kind], {
    facts: { says: complaint.detail.slice(0, 300) },
  });
}

/** What of this request the description does not know; null when it knows all. */
function undescribed(route: ApiRoute, exchange: Exchange): string | null {
  const { describes } = route;
  if (!describes) return null;
  for (const [name] of queryPairs(splitTarget(exchange.request.target).query)) {
    if (!describes.query.has(name)) return `query parameter "${name.slice(0, 60)}"`;
  }
  const hasBody = exchange.request.body !== null && exchange.request.body.length !== 0;
  if (!hasBody) return null;
  if (describes.content.length === 0) return 'a body, where none is described';
  const type = (exchange.request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return describes.content.some(
    (each) => each === type || each === '*/*' || (each.endsWith('/*') && type.startsWith(each.slice(0, -1))),
  )
    ? null
    : `content type "${type.slice(0, 60)}"`;
}
