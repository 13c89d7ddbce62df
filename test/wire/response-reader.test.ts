import { describe, expect, it } from 'vitest';
import { ResponseReader } from '../../src/wire/http1/response-reader.ts';
import { misbehaviour, wellFormed, type Row } from './origin-answers.ts';

const rows = [...wellFormed, ...misbehaviour];
const asText = (bytes: Uint8Array, at: number, end: number): string =>
  Buffer.prototype.latin1Slice.call(bytes, at, end);

/** Reads a row's bytes in the pieces given; what came of it, in the words of the table. */
function read(row: Row, pieces: readonly Uint8Array[]): object {
  let status = 0;
  let flat: readonly string[] = [];
  let body = '';
  let ended = false;
  let persists = false;
  const reader = new ResponseReader(
    {
      head(head) {
        status = head.status;
        flat = head.flat;
        persists = head.persists;
      },
      data: (content) => (body += Buffer.from(content).toString('latin1')),
      end: () => (ended = true),
    },
    asText,
  );
  reader.expect(row.method);
  let left = 0;
  for (const piece of pieces) {
    // The memory that the bytes come in is used for the next ones: nothing may be kept of it.
    const given = Buffer.from(piece);
    left += given.length - reader.read(given);
    given.fill(0x21);
  }
  if (reader.flaw === null && row.closes) reader.close();
  const { flaw } = reader;
  return { status, flat, body, ended, persists, flaw, left: flaw === null ? left : 0 };
}

const bytesOf = (row: Row): Buffer => Buffer.from(row.bytes, 'latin1');

describe('an answer of an origin, read', () => {
  it('is tried in more than 150 forms', () => {
    expect(wellFormed.length).toBeGreaterThanOrEqual(50);
    expect(misbehaviour.length).toBeGreaterThanOrEqual(100);
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  });

  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const { wanted } = row;
    const got = read(row, [bytesOf(row)]);
    if (wanted.is === 'malformed') expect(got).toMatchObject({ flaw: wanted.flaw, ended: false });
    else if (wanted.is === 'cut') expect(got).toMatchObject({ flaw: null, ended: false });
    else expect(got).toMatchObject({ flaw: null, ended: true, status: wanted.status, body: wanted.body });
  });

  it.each(rows.map((row) => [row.name, row] as const))('%s: the same however the bytes are cut', (_, row) => {
    const bytes = bytesOf(row);
    const wanted = read(row, [bytes]);
    const singly = [...bytes].map((byte) => Uint8Array.of(byte));
    const step = Math.max(1, Math.floor(bytes.length / 120));
    expect(read(row, singly.length < 2000 ? singly : cut(bytes, 997))).toEqual(wanted);
    for (let at = 1; at < bytes.length; at += step)
      expect(read(row, [bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(wanted);
    for (const size of [2, 3, 7, 64]) expect(read(row, cut(bytes, size)), `pieces of ${size}`).toEqual(wanted);
  });
});

function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

describe('answers of one connection', () => {
  it('are read one after the other', () => {
    const got: string[] = [];
    const reader = new ResponseReader(
      { head: (head) => got.push(String(head.status)), data: () => {}, end: () => got.push('end') },
      asText,
    );
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(reader.idle).toBe(true);
    expect(reader.read(bytes)).toBe(0); // nobody asked
    for (const method of ['GET', 'HEAD', 'GET']) {
      reader.expect(method);
      expect(reader.idle).toBe(false);
      expect(reader.read(bytes)).toBe(method === 'HEAD' ? bytes.length - 2 : bytes.length);
      expect(reader.idle).toBe(true);
    }
    expect(got).toEqual(['200', 'end', '200', 'end', '200', 'end']);
  });

  it('say how long the origin keeps the connection', () => {
    const seconds: (number | null)[] = [];
    const values = [
      'timeout=5',
      'timeout=5, max=1',
      'max=1,timeout=7',
      'Timeout=9',
      'timeout=x',
      'timeout=-1',
      'max=3',
    ];
    for (const value of values) {
      const reader = new ResponseReader(
        { head: (head) => seconds.push(head.keepAlive), data: () => {}, end: () => {} },
        asText,
      );
      reader.expect('GET');
      reader.read(Buffer.from(`HTTP/1.1 204 No Content\r\nKeep-Alive: ${value}\r\n\r\n`));
    }
    expect(seconds).toEqual([5, 5, 7, 9, null, null, null]);
  });
});
