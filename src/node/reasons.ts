import { defineReasons } from '../trace/reason.ts';

/** Refusals before there is a request: the bytes were none, or did not come. */
export const wireReasons = defineReasons('wire', {
  malformed: [
    400,
    'What arrived is no HTTP request: a broken line, a forbidden character, or framing that can be read in two ways.',
  ],
  'header-bytes': [431, 'Request line and header are longer than listen.limits.headerBytes.'],
  slow: [408, 'The request was not complete in time.'],
  connect: [405, 'CONNECT is for proxies.'],
  expectation: [417, 'An expectation other than 100-continue.'],
});
