import { expect, it } from 'vitest';

import { chop, closeBody, exchange, frame, handshakeText, type EchoServer, type FrameSpec } from './harness.ts';

/** One row: what the client sends, what comes back, and how it ends. */
export interface Row {
  /** RFC and clause first: `6455 5.2: ...`. */
  readonly name: string;
  readonly send: readonly (FrameSpec | Buffer)[];
  /** What comes back before the close frame: `text:...`, `binary:<hex>`, `ping:<hex>`, `pong:<hex>`. */
  readonly back?: readonly string[];
  /** The code in the server's close frame; `none` for an empty one. Left out: the row ends in a clean close by us. */
  readonly close?: number | 'none';
  /** Send in pieces of so many bytes. */
  readonly cut?: number;
}

const names: Record<number, string> = { 0: 'cont', 1: 'text', 2: 'binary', 9: 'ping', 10: 'pong' };

export function said(opcode: number, payload: Buffer): string {
  return `${names[opcode] ?? opcode}:${opcode === 1 ? payload.toString('utf8') : payload.toString('hex')}`;
}

/** Runs every row as a test against the server and checks that there are as many rows as the table says. */
export function runRows(server: () => EchoServer, rows: readonly Row[], count: number, handshake?: string): void {
  it(`has ${count} rows`, () => {
    expect(rows.length).toBe(count);
    expect(new Set(rows.map((row) => row.name)).size).toBe(count);
    for (const row of rows) expect(row.name).toMatch(/^(6455|7692|3629|9110) \d/);
  });
  for (const row of rows) {
    it(row.name, async () => {
      const bytes = row.send.map((part) => (Buffer.isBuffer(part) ? part : frame(part)));
      if (row.close === undefined) bytes.push(frame({ op: 8, body: closeBody(1000) }));
      const all = Buffer.concat(bytes);
      const pieces = row.cut === undefined ? [all] : chop(all, row.cut);
      const { head, frames, rest } = await exchange(server().port, handshake ?? handshakeText(), pieces);
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      const last = frames.at(-1);
      expect(last?.opcode, 'the last frame is a close frame').toBe(8);
      const body = last!.payload;
      expect(body.length >= 2 ? body.readUInt16BE(0) : 'none').toBe(row.close ?? 1000);
      expect(joined(frames.slice(0, -1))).toEqual(row.back ?? []);
      expect(
        frames.some((seen) => seen.masked),
        '6455 5.1: a server masks nothing',
      ).toBe(false);
      expect(rest.length, 'bytes after the last frame').toBe(0);
    });
  }
}

/** Frames to messages: what the server cut for its own reasons is one message again. */
function joined(frames: readonly { fin: boolean; opcode: number; payload: Buffer }[]): string[] {
  const out: string[] = [];
  let open: { opcode: number; parts: Buffer[] } | null = null;
  for (const seen of frames) {
    if (seen.opcode >= 8) out.push(said(seen.opcode, seen.payload));
    else if (seen.fin && open === null) out.push(said(seen.opcode, seen.payload));
    else {
      open ??= { opcode: seen.opcode, parts: [] };
      open.parts.push(seen.payload);
      if (!seen.fin) continue;
      out.push(said(open.opcode, Buffer.concat(open.parts)));
      open = null;
    }
  }
  return out;
}
