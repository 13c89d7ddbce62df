import { onTheWayOut, type Stage } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { isBodiless, type HttpResponse } from '../http/message.ts';

/** What a refusal or fault says to the viewer: as much as API Gateway says, and nothing about how we are built. */
const messages: Readonly<Record<number, string>> = {
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Request Too Long',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** The form of an error where nothing else is configured: API Gateway's JSON with one member. */
export const messageFor = (status: number): string =>
  messages[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');

/** Works on the way out: gives a bare refusal or fault the form that this kind of API has. */
export function answers(): Stage {
  const dress = (response: HttpResponse): HttpResponse => {
    if (response.from.by !== 'refusal' && response.from.by !== 'fault') return response;
    if (response.body !== null || isBodiless(response.status)) return response;
    const body = Body.of(`${JSON.stringify({ message: messageFor(response.status) })}\n`);
    const headers = response.headers
      .append('Content-Type', 'application/json')
      .append('Content-Length', String(body.length))
      .append('Cache-Control', 'no-store');
    return { ...response, headers, body };
  };
  return { name: 'answers', handle: (exchange, next) => onTheWayOut(next(exchange), dress) };
}
