/**
 * Bytes and texts for a CloudFront function: `Buffer`, `TextEncoder`, `TextDecoder`, `atob`, `btoa`. Written in the
 * function's own context, since an object of ours handed in would be a way out of it.
 */
export const scriptBytes = String.raw`
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const toUtf8 = (text) => {
    const bytes = [];
    for (const char of String(text)) {
      const at = char.codePointAt(0);
      const code = at >= 0xd800 && at <= 0xdfff ? 0xfffd : at;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
    return bytes;
  };
  const least = [0, 0, 0x80, 0x800, 0x10000];
  const fromUtf8 = (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at];
      const size = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
      let code = size === 1 ? first : first & (0xff >> (size + 1));
      let good = size > 0;
      for (let next = 1; good && next < size; next++) {
        good = (bytes[at + next] & 0xc0) === 0x80;
        code = (code << 6) | (bytes[at + next] & 63);
      }
      good = good && code >= least[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      text += String.fromCodePoint(good ? code : 0xfffd);
      at += good ? size : 1;
    }
    return text;
  };
  const toBase64 = (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 3) {
      const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      text += letters[a >> 2] + letters[((a & 3) << 4) | ((b || 0) >> 4)];
      text += b === undefined ? '==' : letters[((b & 15) << 2) | ((c || 0) >> 6)] + (c === undefined ? '=' : letters[c & 63]);
    }
    return text;
  };
  const fromBase64 = (text) => {
    const bytes = [];
    let held = 0;
    let bits = 0;
    for (const char of String(text).replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+\/]/g, '')) {
      held = ((held << 6) | letters.indexOf(char)) & 0xffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((held >> bits) & 0xff);
      }
    }
    return bytes;
  };
  const latin1 = (text) => {
    const bytes = [];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 255) throw new Error('InvalidCharacterError');
      bytes.push(code);
    }
    return bytes;
  };
  const bytesOf = (content, encoding) => {
    if (typeof content !== 'string') return content;
    if (encoding === 'hex') return (content.match(/[0-9a-fA-F]{2}/g) || []).map((pair) => parseInt(pair, 16));
    if (encoding === 'base64' || encoding === 'base64url') return fromBase64(content);
    if (encoding === 'latin1' || encoding === 'binary') return latin1(content);
    return toUtf8(content);
  };
  class Buffer extends Uint8Array {
    static from(content, encoding) { return new Buffer(bytesOf(content, encoding)); }
    static alloc(size) { return new Buffer(size); }
    static concat(list) { return new Buffer(list.flatMap((one) => [...one])); }
    static byteLength(text, encoding) { return bytesOf(text, encoding).length; }
    static isBuffer(given) { return given instanceof Buffer; }
    toString(encoding) {
      if (encoding === 'hex') return [...this].map((byte) => (byte < 16 ? '0' : '') + byte.toString(16)).join('');
      if (encoding === 'base64') return toBase64(this);
      if (encoding === 'base64url') return toBase64(this).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
      if (encoding === 'latin1' || encoding === 'binary') return [...this].map((byte) => String.fromCharCode(byte)).join('');
      return fromUtf8(this);
    }
  }
  globalThis.Buffer = Buffer;
  globalThis.TextEncoder = class TextEncoder { encode(text) { return new Uint8Array(toUtf8(text === undefined ? '' : text)); } };
  globalThis.TextDecoder = class TextDecoder { decode(bytes) { return fromUtf8(bytes || []); } };
  globalThis.btoa = (text) => toBase64(latin1(String(text)));
  globalThis.atob = (text) => fromBase64(text).map((byte) => String.fromCharCode(byte)).join('');
`;
