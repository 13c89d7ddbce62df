import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** One character per byte, chunked framing taken off. */
  readonly body: string;
}

export interface Spoken {
  readonly answers: readonly WireAnswer[];
  /** Did the other side end the connection? */
  readonly closed: boolean;
  /** Bytes after the last whole answer. */
  readonly rest: string;
}

/** Reads as many whole responses as there are in the text. Heads without body are those of 1xx, 204, 304 and of HEAD. */
export function readAnswers(
  text: string,
  ended: boolean,
  headOnly = false,
): { readonly answers: WireAnswer[]; readonly rest: string } {
  const answers: WireAnswer[] = [];
  let rest = text;
  for (;;) {
    const cut = rest.indexOf('\r\n\r\n');
    if (cut < 0) return { answers, rest };
    const [line = '', ...fields] = rest.slice(0, cut).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
    const headers = new Map<string, string>();
    for (const field of fields) {
      const mark = field.indexOf(':');
      headers.set(field.slice(0, mark).toLowerCase(), field.slice(mark + 1).trim());
    }
    const after = rest.slice(cut + 4);
    if (status < 200) {
      rest = after;
      if (status !== 0) answers.push({ status, headers, body: '' });
      continue;
    }
    const length = headers.get('content-length');
    if (headOnly || status === 204 || status === 304) {
      answers.push({ status, headers, body: '' });
      rest = after;
    } else if (headers.get('transfer-encoding') === 'chunked') {
      const whole = unchunk(after);
      if (!whole) return { answers, rest };
      answers.push({ status, headers, body: whole.body });
      rest = whole.rest;
    } else if (length !== undefined) {
      if (after.length < Number(length)) return { answers, rest };
      answers.push({ status, headers, body: after.slice(0, Number(length)) });
      rest = after.slice(Number(length));
    } else {
      if (!ended) return { answers, rest };
      answers.push({ status, headers, body: after });
      rest = '';
    }
  }
}

function unchunk(text: string): { readonly body: string; readonly rest: string } | null {
  let body = '';
  for (let at = 0; ;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (Number.isNaN(size) || text.length < next) return null;
    if (size === 0) return { body, rest: text.slice(line + 4) };
    body += text.slice(line + 2, line + 2 + size);
    at = next;
  }
}

/** Speaks raw bytes (one character each) to a port of ours; ends when `expected` whole final answers are there or the other side closes. */
export function speak(
  port: number,
  bytes: string | readonly string[],
  options: {
    readonly expected?: number;
    readonly headOnly?: boolean;
    readonly withinMs?: number;
    readonly socket?: Socket;
  } = {},
): Promise<Spoken> {
  const { expected = 1, headOnly = false, withinMs = 5000 } = options;
  return new Promise((resolve, reject) => {
    const socket = options.socket ?? connect(port, '127.0.0.1');
    let text = '';
    let over = false;
    const finish = (closed: boolean): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...readAnswers(text, closed, headOnly), closed });
    };
    const timer = setTimeout(() => {
      over = true;
      socket.destroy();
      reject(new Error(`no answer within ${withinMs} ms to ${JSON.stringify(bytes)}; so far: ${JSON.stringify(text)}`));
    }, withinMs);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const final = readAnswers(text, false, headOnly).answers.filter((answer) => answer.status >= 200);
      // A moment more, so that an answer too many would be seen.
      if (final.length >= expected) setTimeout(() => finish(false), 5);
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
    const parts = typeof bytes === 'string' ? [bytes] : bytes;
    const write = (at: number): void => {
      const part = parts[at];
      if (part === undefined || over) return;
      socket.write(Buffer.from(part, 'latin1'));
      if (at + 1 < parts.length) setTimeout(() => write(at + 1), 5);
    };
    socket.once('connect', () => write(0));
  });
}
