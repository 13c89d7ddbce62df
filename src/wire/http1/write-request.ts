import { isFieldValue, isToken } from '../../http/headers.ts';

/** How a request's body is delimited: not at all, by its length, or in chunks. */
export type RequestFraming = 'none' | 'chunked' | number;

/** Fields that this writer decides about: a list that brings its own would frame one message in two ways. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9112 section 3.2: no blank and no control character, or the line would end somewhere else. */
const isTarget = (text: string): boolean => /^[\x21-\x7e\x80-\xff]+$/.test(text);

/**
 * A request's head as it goes on the wire, one character a byte (RFC 9112 section 3). `flat` is name, value, name, value.
 * Throws a `TypeError` that names what cannot be written: nothing that came from outside may end a line by itself.
 */
export function writeRequest(method: string, target: string, flat: readonly string[], body: RequestFraming): string {
  if (!isToken(method)) throw new TypeError(`the method ${JSON.stringify(method)} is no token`);
  if (!isTarget(target)) throw new TypeError(`the target ${JSON.stringify(target)} holds what no request line can`);
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    const value = flat[at + 1] as string;
    if (!isToken(name)) throw new TypeError(`the field name ${JSON.stringify(name)} is no token`);
    if (!isFieldValue(value)) throw new TypeError(`the field ${name} holds a character that no field can`);
    if (!isFraming(name)) head += `${name}: ${value}\r\n`;
  }
  // The default of HTTP/1.1, said for origins that answer with HTTP/1.0.
  head += 'Connection: keep-alive\r\n';
  if (body === 'chunked') return `${head}Transfer-Encoding: chunked\r\n\r\n`;
  if (body !== 'none') return `${head}Content-Length: ${body}\r\n\r\n`;
  // RFC 9110 section 8.6: methods whose meaning expects a body say that there is none.
  const expects = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return expects ? `${head}Content-Length: 0\r\n\r\n` : `${head}\r\n`;
}

/** Most names begin with another letter already. */
function isFraming(name: string): boolean {
  switch (name.charCodeAt(0) | 0x20) {
    case 0x63: // c
    case 0x6b: // k
    case 0x70: // p
    case 0x74: // t
    case 0x75: // u
      return framing.has(name.toLowerCase());
    default:
      return false;
  }
}
