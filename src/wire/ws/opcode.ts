/** RFC 6455 section 5.2: what a frame carries. */
export const Opcode = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** RFC 6455 section 5.2: the three reserved bits, as they stand in the first byte. */
export const Rsv = { one: 0x40, two: 0x20, three: 0x10, all: 0x70 } as const;

export const FIN = 0x80;
export const MASKED = 0x80;

/** RFC 6455 section 5.5: a control frame's payload is at most this many bytes. */
export const MAX_CONTROL_PAYLOAD = 125;

/** Close codes that Sallyport itself sends or reports (RFC 6455 section 7.4.1). */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  /** Never on the wire: the peer's close frame had no code. */
  none: 1005,
  /** Never on the wire: the connection went without a close frame. */
  abnormal: 1006,
  invalidPayload: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

/** May this code stand in a close frame (RFC 6455 section 7.4 and the IANA registry; 3000 to 4999 are free for use)? */
export function mayBeSent(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== CloseCode.none && code !== CloseCode.abnormal;
}
