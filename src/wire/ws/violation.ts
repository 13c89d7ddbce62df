/**
 * Why a connection is failed. A closed list: the key is what metrics count and tests name, `code` goes into the close
 * frame, `clause` says which sentence of RFC 6455 (or 7692) the peer broke.
 */
export interface Violation {
  readonly key: string;
  readonly code: number;
  readonly clause: string;
  readonly says: string;
}

const rows = {
  'reserved-bit': [1002, '6455 5.2', 'a reserved bit is set that no extension asked for'],
  'reserved-opcode': [1002, '6455 5.2', 'the opcode is reserved'],
  'control-fragmented': [1002, '6455 5.5', 'a control frame is fragmented'],
  'control-too-long': [1002, '6455 5.5', 'a control frame carries more than 125 bytes'],
  'not-masked': [1002, '6455 5.1', 'a client sent an unmasked frame'],
  masked: [1002, '6455 5.1', 'a server sent a masked frame'],
  'length-not-minimal': [1002, '6455 5.2', 'the payload length is not in its shortest form'],
  'length-sign-bit': [1002, '6455 5.2', 'the highest bit of a 64-bit payload length is set'],
  'continuation-of-nothing': [1002, '6455 5.4', 'a continuation frame without a message to continue'],
  'message-in-message': [1002, '6455 5.4', 'a new message began before the last fragment of the one before'],
  'compressed-continuation': [1002, '7692 6.1', 'RSV1 is set on a frame that does not begin a message'],
  'close-one-byte': [1002, '6455 5.5.1', 'a close frame with a body of one byte'],
  'close-code': [1002, '6455 7.4', 'a close code that may not be sent'],
  'close-reason-text': [1007, '6455 5.5.1', 'the close reason is not UTF-8'],
  'text-not-utf8': [1007, '6455 8.1', 'a text message is not UTF-8'],
  'deflate-data': [1007, '7692 7.2.2', 'a compressed message cannot be decompressed'],
  'frame-too-big': [1009, '6455 7.4.1', 'a frame is longer than is allowed here'],
  'message-too-big': [1009, '6455 7.4.1', 'a message is longer than is allowed here'],
  'too-many-fragments': [1008, '6455 7.4.1', 'a message has more fragments than are allowed here'],
  'control-flood': [1008, '6455 7.4.1', 'more control frames in a second than are allowed here'],
  'binary-refused': [1003, '6455 7.4.1', 'binary messages are not accepted here'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ViolationKey = keyof typeof rows;

const made = new Map<string, Violation>();
for (const [key, [code, clause, says]] of Object.entries(rows)) made.set(key, { key, code, clause, says });

export function violation(key: ViolationKey): Violation {
  return made.get(key)!;
}
