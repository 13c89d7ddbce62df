import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ObjectMeta } from '../../ports/objects.ts';

/**
 * One object in one file: a mark, the length of the head, the head as JSON, the body. The file gets its name only when
 * it is complete and on the disk, so a file that has a name is a whole object.
 */
const MARK = Buffer.from('sallyob1');
const FIXED = MARK.length + 4 + 8;

export interface Opened {
  readonly meta: ObjectMeta;
  readonly size: number;
  /** Where the body begins. */
  readonly offset: number;
}

/** Room for the body's length is left in front, to be filled in when it is known. */
export function prologue(meta: ObjectMeta): Buffer {
  const head = Buffer.from(JSON.stringify(meta));
  const fixed = Buffer.alloc(FIXED);
  MARK.copy(fixed);
  fixed.writeUInt32BE(head.length, MARK.length);
  return Buffer.concat([fixed, head]);
}

/** Writes the body's length where `readFile` expects it. */
export async function seal(file: FileHandle, size: number): Promise<void> {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  await file.write(length, 0, 8, MARK.length + 4);
}

/** The head of a file; null when it is not one of ours or not as long as it says. */
export async function readHead(path: string): Promise<Opened | null> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY);
    const fixed = Buffer.alloc(FIXED);
    const { bytesRead } = await file.read(fixed, 0, FIXED, 0);
    if (bytesRead < FIXED || !fixed.subarray(0, MARK.length).equals(MARK)) return null;
    const length = fixed.readUInt32BE(MARK.length);
    const size = Number(fixed.readBigUInt64BE(MARK.length + 4));
    const { size: whole } = await file.stat();
    if (whole !== FIXED + length + size) return null;
    const head = Buffer.alloc(length);
    await file.read(head, 0, length, FIXED);
    return { meta: JSON.parse(head.toString('utf8')) as ObjectMeta, size, offset: FIXED + length };
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}
