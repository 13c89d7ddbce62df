import { byteString, workspace } from './bytes.ts';

/**
 * Sets the top bit of each byte to `odd[parity]`. As in ModSecurity v2 the parity is that of all eight bits as they
 * came, top bit included.
 */
export function setParity(value: string, topWhenOdd: number, topWhenEven: number): string {
  const out = workspace(value.length);
  let changed = false;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    const byte = (code & 0x7f) | (isOdd(code) ? topWhenOdd : topWhenEven);
    if (byte !== code) changed = true;
    out[i] = byte;
  }
  return changed ? byteString(out, value.length) : value;
}

function isOdd(byte: number): boolean {
  const nibble = (byte ^ (byte >> 4)) & 0xf;
  return ((0x6996 >> nibble) & 1) === 1;
}
