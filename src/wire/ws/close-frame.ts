import { CloseCode, mayBeSent } from './opcode.ts';
import { isUtf8 } from './utf8.ts';
import { violation, type Violation } from './violation.ts';

export interface CloseFrame {
  /** 1005 when the frame had no body. */
  readonly code: number;
  readonly reason: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const bare: CloseFrame = { code: CloseCode.none, reason: '' };
const LONGEST_REASON = 123;

/** Reads the payload of a close frame (RFC 6455 section 5.5.1). */
export function readClose(bytes: Uint8Array, start: number, end: number): CloseFrame | Violation {
  if (end === start) return bare;
  if (end - start === 1) return violation('close-one-byte');
  const code = (bytes[start]! << 8) | bytes[start + 1]!;
  if (!mayBeSent(code)) return violation('close-code');
  if (!isUtf8(bytes, start + 2, end)) return violation('close-reason-text');
  return { code, reason: decoder.decode(bytes.subarray(start + 2, end)) };
}

export function isViolation(read: CloseFrame | Violation): read is Violation {
  return 'clause' in read;
}

/** The payload of a close frame. A reason over 123 bytes is cut at a character. 1005 stands for an empty payload. */
export function writeClose(code: number, reason: string): Uint8Array {
  if (code === CloseCode.none) return new Uint8Array(0);
  const payload = new Uint8Array(2 + LONGEST_REASON);
  payload[0] = code >>> 8;
  payload[1] = code & 0xff;
  const { written } = encoder.encodeInto(reason, payload.subarray(2));
  return payload.subarray(0, 2 + written);
}
