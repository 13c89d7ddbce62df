/** Bytes of a body under one Redis key. */
export const CHUNK = 262_144;
