/** What is wrong with bytes that were to be an HTTP/1 message. Each is reason enough to end the connection. */
export type Flaw = keyof typeof flaws;

/** What each flaw means, for people. */
export const flaws = {
  'request-line': 'the first line is not method, blank, target, blank, HTTP-version',
  'status-line': 'the first line is not HTTP-version, blank, three digits, blank, reason',
  method: 'the method is not one that is known here',
  target: 'the target has none of the forms of RFC 9112 section 3.2',
  version: 'the version is not one of HTTP/1',
  'line-end': 'a line ends with something else than CR LF',
  character: 'a control character where none may be',
  fold: 'a line begins with a blank',
  'field-name': 'a line is not a name and a colon',
  'field-value': 'a value has a control character',
  'content-length': 'Content-Length is not one number of at most fifteen digits',
  'transfer-encoding': 'Transfer-Encoding is not the one word chunked',
  'two-framings': 'both Content-Length and Transfer-Encoding are there, or one of them in a trailer',
  'chunk-size': 'a chunk size is no hexadecimal number, or too large',
  'chunk-extension': 'a chunk extension is too long or has a control character',
  'chunk-end': 'a chunk does not end where its size says',
  switched: 'the answer switches to a protocol that nobody asked for',
  'too-many-interim': 'one interim answer follows the other without end',
  'head-too-long': 'the head is longer than is taken',
  'trailer-too-long': 'the trailer section is longer than is taken',
} as const;
