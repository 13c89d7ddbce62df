/** What is odd about a multipart body, one property a flag; the variables' names are ModSecurity v2's. */
export interface Oddities {
  error: boolean;
  quoted: boolean;
  whitespace: boolean;
  before: boolean;
  after: boolean;
  folding: boolean;
  invalidFolding: boolean;
  lf: boolean;
  crlf: boolean;
  missingSemicolon: boolean;
  invalidQuoting: boolean;
  invalidPart: boolean;
  tooManyFiles: boolean;
  /** 1: the boundary stands where none belongs. 2: a line begins with two dashes (v3's softer value; v2 has 1). */
  unmatched: 0 | 1 | 2;
}

export function noOddities(): Oddities {
  return {
    error: false,
    quoted: false,
    whitespace: false,
    before: false,
    after: false,
    folding: false,
    invalidFolding: false,
    lf: false,
    crlf: false,
    missingSemicolon: false,
    invalidQuoting: false,
    invalidPart: false,
    tooManyFiles: false,
    unmatched: 0,
  };
}

/** The flags that are set, by variable. `MULTIPART_STRICT_ERROR` stands for any of them but the last two. */
export function flagsOf(odd: Oddities): ReadonlyMap<string, number> {
  const strict: [string, boolean][] = [
    ['MULTIPART_BOUNDARY_QUOTED', odd.quoted],
    ['MULTIPART_BOUNDARY_WHITESPACE', odd.whitespace],
    ['MULTIPART_DATA_BEFORE', odd.before],
    ['MULTIPART_DATA_AFTER', odd.after],
    ['MULTIPART_HEADER_FOLDING', odd.folding],
    ['MULTIPART_INVALID_HEADER_FOLDING', odd.invalidFolding],
    ['MULTIPART_LF_LINE', odd.lf],
    ['MULTIPART_MISSING_SEMICOLON', odd.missingSemicolon],
    ['MULTIPART_SEMICOLON_MISSING', odd.missingSemicolon],
    ['MULTIPART_INVALID_QUOTING', odd.invalidQuoting],
    ['MULTIPART_INVALID_PART', odd.invalidPart],
    ['MULTIPART_FILE_LIMIT_EXCEEDED', odd.tooManyFiles],
  ];
  const set = strict.filter(([, on]) => on).map(([name]): [string, number] => [name, 1]);
  if (odd.error || set.length > 0) set.push(['MULTIPART_STRICT_ERROR', 1]);
  if (odd.lf && odd.crlf) set.push(['MULTIPART_CRLF_LF_LINES', 1]);
  if (odd.unmatched > 0) set.push(['MULTIPART_UNMATCHED_BOUNDARY', odd.unmatched]);
  return new Map(set);
}
