const eightBits = 'The listener refuses bytes beyond ASCII in a target before any rule could see them';
const method = 'The listener refuses a method that it does not know before any rule could see it';

/** Cases that do not pass over HTTP through the Node shell, each with the reason. One that passes must leave the list. */
export const expectedHttpFailures: Readonly<Record<string, string>> = {
  '911100-5': method,
  '911100-7': method,
  '920430-3': 'HTTP/0.9 is answered with 505 and not with 400, as RFC 9110 section 15.6.6 has it',
  '920430-8': 'The listener refuses HTTP/4.0 before any rule could see it',
  '934120-23': eightBits,
  '934120-24': eightBits,
  '934120-25': eightBits,
  '934120-26': eightBits,
  '934120-39': eightBits,
};
