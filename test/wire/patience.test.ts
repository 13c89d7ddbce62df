import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/node/wire/connection.ts';
import type { ConnectionHost } from '../../src/node/wire/host.ts';
import { ResponseHead } from '../../src/wire/http1/response-head.ts';
import { Line } from '../support/line.ts';

const limits = { headerBytes: 1000, headerMs: 100, requestMs: 600, idleMs: 5000 };

/** A connection whose time is told by the test, to an app that answers at once. */
function opened(body: Uint8Array | null = null): { line: Line; connection: Connection } {
  const whole = body === null ? null : { whole: body, length: body.length, cancel() {} };
  const host = {
    app: {
      ports: { clock: { now: () => 0 }, sinks: [], log: () => {} },
      document: { answers: { traceHeader: false } },
      handle: () => ({ status: 200, headers: { flat: [] }, body: whole }),
    },
    limits,
    writer: new ResponseHead({ phrases: { 200: 'OK' }, keepAliveSeconds: 5 }),
    now: 0,
    slackMs: 10,
    closing: false,
    viewer: () => null,
    dateLine: () => '',
    upgrade: () => {},
    broken: () => {},
    forget: () => {},
  };
  const line = new Line({ allowHalfOpen: true });
  line.on('error', () => {});
  const connection = new Connection(
    line as unknown as ConstructorParameters<typeof Connection>[0],
    host as unknown as ConnectionHost,
  );
  return { line, connection };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
async function say(line: Line, text: string): Promise<void> {
  line.push(Buffer.from(text, 'latin1'));
  await turn();
}
const get = (more = ''): string => `GET / HTTP/1.1\r\n${more}\r\n`;

describe('the patience of a connection', () => {
  it('ends when nothing is ever said, without a word', () => {
    const { line, connection } = opened();
    connection.expire(100);
    expect(line.destroyed).toBe(false);
    connection.expire(111);
    expect([line.destroyed, line.written]).toEqual([true, '']);
  });

  it('ends with a 408 when a head does not become whole', async () => {
    const { line, connection } = opened();
    await say(line, 'GET / HTTP/1.1\r\n');
    await say(line, 'X: y\r\n');
    connection.expire(111);
    await turn();
    expect(line.written).toMatch(/^HTTP\/1\.1 408 /);
    expect(line.writableEnded).toBe(true);
  });

  it('is longer between two requests', async () => {
    const { line, connection } = opened();
    await say(line, get());
    connection.expire(4999);
    expect(line.destroyed).toBe(false);
    connection.expire(5011);
    expect(line.destroyed).toBe(true);
  });

  it('after the last answer: a moment for the viewer to go', async () => {
    const { line, connection } = opened();
    await say(line, get('Connection: close\r\n'));
    connection.expire(1000);
    expect([line.writableEnded, line.destroyed]).toEqual([true, false]);
    connection.expire(1011);
    expect(line.destroyed).toBe(true);
  });

  it('after the last answer: as long as a request may take, while it is not taken', async () => {
    const { line, connection } = opened(new Uint8Array(30_000));
    limits.requestMs = 60_000;
    line.holds = true;
    await say(line, get('Connection: close\r\n'));
    connection.expire(59_000);
    expect(line.destroyed).toBe(false);
    connection.expire(60_011);
    expect(line.destroyed).toBe(true);
    limits.requestMs = 600;
  });

  it('with a viewer who takes no bytes ends, and begins anew when he takes some', async () => {
    const { line, connection } = opened(new Uint8Array(30_000));
    line.holds = true;
    await say(line, get());
    connection.expire(600);
    expect(line.destroyed).toBe(false);
    line.holds = false;
    line.swallow();
    await turn();
    connection.expire(4000);
    expect(line.destroyed).toBe(false);
    line.holds = true;
    await say(line, get());
    connection.expire(611);
    expect(line.destroyed).toBe(true);
  });
});
