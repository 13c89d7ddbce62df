import busboy from 'busboy';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { defaultBodyLimits } from './body-view.ts';
import multipart from './multipart.ts';
import xml from './xml.ts';

const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('multipart against busboy, on well-formed bodies', () => {
  interface Part {
    readonly name: string;
    readonly fileName: string | null;
    readonly content: string;
  }
  const word = fc.stringMatching(/^[A-Za-z0-9_.\-[\]]{1,12}$/);
  const content = fc
    .array(fc.constantFrom('a', '\0', '\r', '\n', '\r\n', '-', '--', '\xff', '\r\n--', '--yyy', ' '), { maxLength: 12 })
    .map((parts) => parts.join(''))
    .filter((text) => !/(?:^|\n)--yy/.test(text));
  const parts = fc.array(fc.record<Part>({ name: word, fileName: fc.option(word), content }), {
    minLength: 1,
    maxLength: 5,
  });
  const write = (list: readonly Part[]): string =>
    list
      .map(({ name, fileName, content }) => {
        const file = fileName === null ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
        return `--yy\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
      })
      .join('') + '--yy--\r\n';

  const byBusboy = async (body: string): Promise<{ fields: unknown[]; files: unknown[] }> => {
    const fields: unknown[] = [];
    const files: unknown[] = [];
    const headers = { 'content-type': 'multipart/form-data; boundary=yy' };
    const parser = busboy({ headers, preservePath: true, defCharset: 'latin1', defParamCharset: 'latin1' });
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name, value) => fields.push([name, value]));
      parser.on('file', (name, stream, info) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => files.push([name, info.filename, Buffer.concat(chunks).toString('latin1')]));
      });
      parser.on('close', resolve);
      parser.on('error', reject);
      parser.end(Buffer.from(body, 'latin1'));
    });
    return { fields, files };
  };

  it('finds the same fields and files', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(parts, async (list) => {
        const body = write(list);
        const theirs = await byBusboy(body);
        const ours = multipart.parse(body, 'multipart/form-data; boundary=yy', defaultBodyLimits);
        expect(ours.error).toBe(null);
        expect(ours.args.map(({ name, value }) => [name, value])).toEqual(theirs.fields);
        expect(ours.files.map(({ field, fileName, content }) => [field, fileName, content])).toEqual(theirs.files);
        compared += list.length;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(500);
  });
});

describe('XML against saxes', () => {
  const text = fc.array(
    fc.constantFrom('x', 'é', '😀', '&lt;', '&#x41;', '&#10;', '&amp;', ' ', '\n', '\r\n', '"', "'", '>', ']'),
    { maxLength: 6 },
  );
  const { node } = fc.letrec<{ node: string; inside: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(fc.constantFrom('a', 'b:c', 'é-1'), text).map(([name, value]) => `<${name} k='${attribute(value)}'/>`),
      fc
        .tuple(fc.constantFrom('a', 'b:c'), text, fc.array(tie('inside'), { maxLength: 4 }))
        .map(
          ([name, value, inside]) =>
            `<${name}\n q = "${attribute(value)}" xmlns:b="urn:b">${inside.join('')}</${name} >`,
        ),
    ),
    inside: fc.oneof(
      { maxDepth: 4 },
      // Not `]]`: saxes takes it for half of `]]>` even when a tag follows.
      text.map((parts) => parts.join('').replaceAll(']', '')),
      fc.constantFrom('<!-- x -->', '<?p q?>', '<![CDATA[<&]]]>'),
      tie('node'),
    ),
  }));

  function attribute(parts: readonly string[]): string {
    return parts.filter((part) => part !== '"' && part !== "'").join('');
  }

  const bySaxes = (document: string): { text: string; attributes: string[]; error: boolean } => {
    const out = { text: '', attributes: [] as string[], error: false };
    const parser = new SaxesParser();
    let depth = 0;
    parser.on('error', () => {
      out.error = true;
    });
    parser.on('opentag', (tag) => {
      depth += 1;
      for (const [name, value] of Object.entries(tag.attributes)) {
        if (!/^xmlns(?::|$)/.test(name)) out.attributes.push(bytes(value));
      }
    });
    parser.on('closetag', () => {
      depth -= 1;
    });
    parser.on('text', (value) => {
      if (depth > 0) out.text += bytes(value);
    });
    parser.on('cdata', (value) => {
      out.text += bytes(value);
    });
    parser.write(document).close();
    return out;
  };

  it('finds the same text and attributes in well-formed documents', () => {
    let attributes = 0;
    fc.assert(
      fc.property(node, (body) => {
        const document = `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`;
        const theirs = bySaxes(document);
        expect(theirs.error, document).toBe(false);
        const ours = xml.parse(bytes(document), 'text/xml', defaultBodyLimits);
        expect(ours.error).toBe(null);
        expect(ours.xml).toEqual({ text: [theirs.text], attributes: theirs.attributes });
        attributes += theirs.attributes.length;
      }),
      { numRuns: 1000 },
    );
    expect(attributes).toBeGreaterThan(500);
  });

  it('refuses what saxes refuses', () => {
    const noise = fc.array(
      fc.constantFrom('<a>', '</a>', '<b/>', 'x', '&lt;', '&', '<', '<!--x-->', 'k="1"', '<a k="1"', '>', ']]>'),
      {
        maxLength: 6,
      },
    );
    let refused = 0;
    fc.assert(
      fc.property(noise, (parts) => {
        const document = parts.join('');
        if (document === '' || !bySaxes(document).error) return;
        refused += 1;
        expect({ document, error: xml.parse(document, '', defaultBodyLimits).error !== null }).toEqual({
          document,
          error: true,
        });
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});
