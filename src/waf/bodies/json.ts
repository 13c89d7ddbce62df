import { defineBodyProcessor, emptyBody, type BodyLimits, type BodyView } from './body-view.ts';
import { Gathered } from './gather.ts';
import { JsonScanner } from './json/scanner.ts';

/** A container that is open: what its members' names begin with, and how many elements an array has had. */
interface Open {
  readonly path: string;
  readonly array: boolean;
  elements: number;
}

/**
 * ModSecurity v3's names, which CRS 4 expects: `json.user.name`, `json.tags.array_0`, `json.array_0` for an array at the
 * top. Numbers and literals are values as they are written, null is '', empty containers give nothing. Strict (RFC
 * 8259): after a syntax fault nothing more is read. Bytes that are not UTF-8 are a fault, but reading goes on.
 *
 * Limits: `depth` containers in each other, `count` values, `valueBytes` a string. Since each value carries its whole
 * path, all names together may have 64 KiB and 16 times the body's length: a long key over many values is a fault.
 */
export default defineBodyProcessor({
  name: 'JSON',
  says: 'Reads JSON; each value is an argument named after its path.',
  examples: [
    {
      contentType: 'application/json',
      body: '{"a":{"b":"x\\u003cy"},"list":[1,true,{"c":null},[2.5e1]],"a":""}',
      args: [
        { name: 'json.a.b', value: 'x<y' },
        { name: 'json.list.array_0', value: '1' },
        { name: 'json.list.array_1', value: 'true' },
        { name: 'json.list.array_2.c', value: '' },
        { name: 'json.list.array_3.array_0', value: '2.5e1' },
        { name: 'json.a', value: '' },
      ],
    },
    {
      contentType: 'application/json',
      body: '["\\ud83d\\ude00"]',
      args: [{ name: 'json.array_0', value: '\xf0\x9f\x98\x80' }],
    },
    { contentType: 'application/json', body: '"x"', args: [{ name: 'json', value: 'x' }] },
    { contentType: 'application/json', body: '{"a":1,}', args: [{ name: 'json.a', value: '1' }], error: true },
    { contentType: 'application/json', body: '{"a":"\xff"}', args: [{ name: 'json.a', value: '\xff' }], error: true },
    { contentType: 'application/json', body: '{"__proto__":1}', args: [{ name: 'json.__proto__', value: '1' }] },
    { contentType: 'application/json', body: '', args: [] },
  ],
  parse(body, _contentType, limits) {
    const out = new Gathered(limits);
    const scanner = new JsonScanner(body);
    if (body.length > 0) {
      if (!readDocument(scanner, out, limits)) out.fault(`no valid JSON at byte ${scanner.at}`);
      if (scanner.badUtf8) out.fault('a string is not UTF-8');
    }
    return { ...emptyBody, args: out.args, error: out.error } satisfies BodyView;
  },
});

/** False when the text is not JSON; other faults are noted and end the reading. */
function readDocument(scanner: JsonScanner, out: Gathered, limits: BodyLimits): boolean {
  const open: Open[] = [];
  let room = 65_536 + 16 * scanner.text.length;
  let name = 'json';
  for (;;) {
    // A value is expected here, and `name` is what it is called.
    const code = scanner.peek();
    if (code === 0x7b || code === 0x5b) {
      scanner.at += 1;
      if (open.length >= limits.depth) {
        out.fault(`deeper than ${limits.depth} levels`);
        return true;
      }
      open.push({ path: name, array: code === 0x5b, elements: 0 });
    } else {
      const value = code === 0x22 ? scanner.string() : scanner.scalar();
      if (value === null) return false;
      room -= name.length;
      if (room < 0) out.fault('the names of all values together are too long');
      if (room < 0 || !out.add(name, value)) return true;
    }
    // What follows a value: ends of containers, then a comma and the next member.
    let fresh = code === 0x7b || code === 0x5b;
    let top = open.at(-1);
    while (top !== undefined && scanner.take(top.array ? 0x5d : 0x7d)) {
      open.pop();
      top = open.at(-1);
      fresh = false;
    }
    if (top === undefined) return Number.isNaN(scanner.peek());
    if (!fresh && !scanner.take(0x2c)) return false;
    if (top.array) {
      name = `${top.path}.array_${top.elements}`;
      top.elements += 1;
    } else {
      const key = scanner.string();
      if (key === null || !scanner.take(0x3a)) return false;
      name = `${top.path}.${key}`;
    }
  }
}
