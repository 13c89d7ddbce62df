import { definePairs, defineValue } from '../field.ts';

const flags = {
  MULTIPART_STRICT_ERROR: 'one of the other flags of a strict reading is set',
  MULTIPART_UNMATCHED_BOUNDARY: 'a line looked like a boundary and was none',
  MULTIPART_BOUNDARY_QUOTED: 'the boundary was quoted',
  MULTIPART_BOUNDARY_WHITESPACE: 'there was white space in the boundary',
  MULTIPART_DATA_BEFORE: 'there was data before the first boundary',
  MULTIPART_DATA_AFTER: 'there was data after the last boundary',
  MULTIPART_HEADER_FOLDING: 'a part had a folded header',
  MULTIPART_LF_LINE: 'a line ended without a carriage return',
  MULTIPART_CRLF_LF_LINES: 'both kinds of line ends were used',
  MULTIPART_MISSING_SEMICOLON: 'a semicolon was missing',
  MULTIPART_SEMICOLON_MISSING: 'a semicolon was missing',
  MULTIPART_INVALID_QUOTING: 'a quotation was broken',
  MULTIPART_INVALID_HEADER_FOLDING: 'a header was folded in a way that nobody writes',
  MULTIPART_INVALID_PART: 'a part was broken',
  MULTIPART_FILE_LIMIT_EXCEEDED: 'there were too many files',
} as const;

export default [
  definePairs('MULTIPART_PART_HEADERS', 'request-body', 'Header lines of each part, by form field.', ({ body }) =>
    body.parts.flatMap((part) => part.lines.map((line) => [part.field, line] as const)),
  ),
  definePairs('MULTIPART_NAME', 'request-body', 'Form field names of the parts.', ({ body }) =>
    body.parts.map((part) => [part.field, part.field] as const),
  ),
  definePairs('MULTIPART_FILENAME', 'request-body', 'File names of the parts, by form field.', ({ body }) =>
    body.files.map((file) => [file.field, file.fileName] as const),
  ),
  ...Object.entries(flags).map(([name, says]) =>
    defineValue(name, 'request-body', `1 when ${says}, else 0.`, ({ body }) => body.flags.get(name) ?? 0),
  ),
] as const;
