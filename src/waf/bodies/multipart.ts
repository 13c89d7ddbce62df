import { defineBodyProcessor, emptyBody, type BodyView } from './body-view.ts';
import { readBoundary } from './multipart/boundary.ts';
import { flagsOf, noOddities } from './multipart/flags.ts';
import { PartReader } from './multipart/reader.ts';

const form = 'multipart/form-data; boundary=xx';
const part = '--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';

/**
 * multipart/form-data (RFC 7578) as ModSecurity v2 reads it: strictly, with each oddity that could make two parsers
 * disagree as a variable. After a fault reading goes on where it can, so that rules see what a lenient application would.
 *
 * Limits: `count` parts and as many header lines in all, `valueBytes` a field's value, 4,096 bytes a part header line.
 * Files are not cut.
 */
export default defineBodyProcessor({
  name: 'MULTIPART',
  says: 'Reads multipart/form-data: fields, files, part headers, and what is odd about them.',
  examples: [
    { contentType: form, body: `${part}--xx--\r\n`, args: [{ name: 'a', value: '1' }], flags: [] },
    { contentType: form, body: `x\r\n${part}--xx--\r\n`, flags: ['MULTIPART_DATA_BEFORE'] },
    { contentType: form, body: `${part}--xx--\r\nx`, flags: ['MULTIPART_DATA_AFTER'] },
    {
      contentType: form,
      body: `${part}--xx--\r\n`.replaceAll('\r', ''),
      args: [{ name: 'a', value: '1' }],
      flags: ['MULTIPART_LF_LINE'],
    },
    {
      contentType: form,
      body: part.replace('\r', '') + '--xx--',
      flags: ['MULTIPART_LF_LINE', 'MULTIPART_CRLF_LF_LINES'],
    },
    {
      contentType: 'multipart/form-data; boundary="xx"',
      body: `${part}--xx--`,
      args: [{ name: 'a', value: '1' }],
      flags: ['MULTIPART_BOUNDARY_QUOTED'],
    },
    {
      contentType: 'multipart/form-data; boundary =xx',
      body: `${part}--xx--`,
      flags: ['MULTIPART_BOUNDARY_WHITESPACE'],
    },
    {
      contentType: 'multipart/form-data boundary=xx',
      body: `${part}--xx--`,
      flags: ['MULTIPART_MISSING_SEMICOLON', 'MULTIPART_SEMICOLON_MISSING'],
    },
    { contentType: form, body: `${part.replace('; name', ';\r\n name')}--xx--`, flags: ['MULTIPART_HEADER_FOLDING'] },
    {
      contentType: form,
      body: `${part.replace('; name', ';\r\n\v name')}--xx--`,
      flags: ['MULTIPART_HEADER_FOLDING', 'MULTIPART_INVALID_HEADER_FOLDING'],
    },
    {
      contentType: form,
      body: `${part.replaceAll('"', "'")}--xx--`,
      args: [{ name: 'a', value: '1' }],
      flags: ['MULTIPART_INVALID_QUOTING'],
    },
    {
      contentType: form,
      body: `${part.replace('; name="a"', '')}--xx--`,
      error: true,
      flags: ['MULTIPART_INVALID_PART'],
    },
    { contentType: form, body: `${part}--xx\r\n--xx--`, error: true, flags: ['MULTIPART_INVALID_PART'] },
    { contentType: form, body: part.replace('1', '1--xx') + '--xx--', flags: ['MULTIPART_UNMATCHED_BOUNDARY'] },
    { contentType: form, body: part, args: [{ name: 'a', value: '1\r\n' }], error: true, flags: [] },
    { contentType: 'multipart/form-data; boundary=x;y=1', body: part, args: [], error: true, flags: [] },
  ],
  parse(body, contentType, limits): BodyView {
    if (body.length === 0) return emptyBody;
    const odd = noOddities();
    const found = readBoundary(contentType);
    odd.quoted = found.quoted;
    odd.whitespace = found.whitespace;
    odd.missingSemicolon = found.missingSemicolon;
    if (found.boundary === null) {
      odd.error = true;
      return { ...emptyBody, error: found.error, flags: flagsOf(odd) };
    }
    const reader = new PartReader(body, found.boundary, limits, odd);
    reader.read();
    const { files, parts, out } = reader;
    return { args: out.args, files, parts, xml: null, error: out.error, flags: flagsOf(odd) };
  },
});
