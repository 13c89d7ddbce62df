import { decodeUrl } from '../transforms/url-decode.ts';
import { defineBodyProcessor, emptyBody, type BodyLimits, type BodyView } from './body-view.ts';
import { Gathered } from './gather.ts';

/**
 * ModSecurity v2's URLENCODED: pairs in order, doubled names stay doubled, names and values decoded once, a `%` without
 * two digits stays, a piece without `=` is a name with the value ''. An empty piece counts (as a nameless argument), one
 * after the last separator does not.
 */
export default defineBodyProcessor({
  name: 'URLENCODED',
  says: 'Reads a form: name=value pairs between &.',
  examples: [
    {
      contentType: 'application/x-www-form-urlencoded',
      body: 'a=1&b=x%20y+z&a=%zz&c',
      args: [
        { name: 'a', value: '1' },
        { name: 'b', value: 'x y z' },
        { name: 'a', value: '%zz' },
        { name: 'c', value: '' },
      ],
    },
    {
      contentType: 'application/x-www-form-urlencoded',
      body: 'a%3Db=c=d&&=e&',
      args: [
        { name: 'a=b', value: 'c=d' },
        { name: '', value: '' },
        { name: '', value: 'e' },
      ],
    },
    { contentType: 'application/x-www-form-urlencoded', body: '', args: [] },
  ],
  parse: (body, _contentType, limits) => parseUrlEncoded(body, '&', limits),
});

/** `separator` is one character: `&`, or what `SecArgumentSeparator` says. */
export function parseUrlEncoded(body: string, separator: string, limits: BodyLimits): BodyView {
  const out = new Gathered(limits);
  // One search for `=` serves many pieces: looking again from every piece would cost the square of a body without any.
  let equals = body.indexOf('=');
  for (let from = 0; from < body.length;) {
    const next = body.indexOf(separator, from);
    const end = next < 0 ? body.length : next;
    if (equals >= 0 && equals < from) equals = body.indexOf('=', from);
    const split = equals >= 0 && equals < end ? equals : end;
    if (!out.add(decodeUrl(body.slice(from, split)), decodeUrl(body.slice(split + 1, Math.max(end, split + 1))))) break;
    from = end + 1;
  }
  return { ...emptyBody, args: out.args, error: out.error };
}
