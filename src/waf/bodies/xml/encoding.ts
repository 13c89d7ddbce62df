import { isUtf8, utf8 } from '../../utf8.ts';

/** A document as UTF-8 in a byte string without its byte order mark, or why it cannot be read so. */
export interface XmlBytes {
  readonly text: string;
  readonly error: string | null;
}

/**
 * UTF-8, US-ASCII and ISO-8859-1 are read. Others are refused: a payload in UTF-16 or UTF-7 would pass rules that are
 * written for ASCII, and then mean something to the application.
 */
export function asUtf8(body: string): XmlBytes {
  if (/^(?:\xfe\xff|\xff\xfe|<\0|\0<|\0\0)/.test(body)) return { text: body, error: 'UTF-16 and UTF-32 are not read' };
  const text = body.startsWith('\xef\xbb\xbf') ? body.slice(3) : body;
  const declared = /^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(text.slice(0, 256))?.[1];
  const encoding = (declared ?? 'utf-8').toLowerCase();
  if (encoding === 'iso-8859-1') return { text: fromLatin1(text), error: null };
  if (encoding !== 'utf-8' && encoding !== 'us-ascii') return { text, error: `the encoding ${encoding} is not read` };
  return { text, error: isUtf8(text) ? null : 'a byte is not UTF-8' };
}

function fromLatin1(text: string): string {
  return text.replace(/[\x80-\xff]+/g, (run) => Array.from(run, (char) => utf8(char.charCodeAt(0))).join(''));
}
