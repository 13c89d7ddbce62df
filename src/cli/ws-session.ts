import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Terminal } from './command.ts';
import { exits } from './command.ts';
import { openWs, WsRefused, type WsOptions } from './ws-client.ts';

export interface SessionOptions extends WsOptions {
  readonly json: boolean;
  /** Milliseconds of silence that are waited for after the end of the input. */
  readonly waitMs: number;
  /** Where lines are kept for the next time; null for nowhere. */
  readonly history: string | null;
}

/** RFC 6455 section 5.5: 125 bytes in a control frame, two of which are the code. */
const MOST_REASON = 123;

const help = 'a line is sent as it is; /ping, /close [code] [reason], /quit; //… sends a line that begins with /';

/** Lines in, messages out, and the other way round. Resolves with an exit code when the connection is over. */
export async function session(
  options: SessionOptions,
  input: Readable & { isTTY?: boolean },
  io: Terminal,
  screen: Writable = process.stdout,
): Promise<number> {
  const interactive = input.isTTY === true && io.isTty && !options.json;
  let end: (code: number) => void = () => {};
  const over = new Promise<number>((resolve) => (end = resolve));
  const tell = (event: Readonly<Record<string, unknown>>, line: string): void =>
    io.out(options.json ? JSON.stringify(event) : line);
  let idle: NodeJS.Timeout | null = null;
  let ended = false;
  const rest = (): void => {
    if (!ended) return;
    if (idle) clearTimeout(idle);
    idle = setTimeout(() => connection.close(1000), options.waitMs);
  };
  const connection = await openWs(options, {
    message(data, text) {
      if (text === null)
        tell(
          { event: 'message', base64: Buffer.from(data).toString('base64') },
          `< (${data.length} bytes) ${Buffer.from(data).toString('hex').slice(0, 200)}`,
        );
      else tell({ event: 'message', text }, `< ${text}`);
      rest();
    },
    pong: () => tell({ event: 'pong' }, '< (pong)'),
    closed(code, reason, by) {
      if (idle) clearTimeout(idle);
      tell(
        { event: 'closed', code, reason, by },
        `closed ${code}${reason === '' ? '' : ` ${reason}`}${by === 'us' ? ' (by us)' : by === 'drop' ? ' (the connection was cut)' : ''}`,
      );
      end(code === 1000 || code === 1001 || code === 1005 || by === 'us' ? exits.ok : exits.notInOrder);
    },
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof WsRefused)) throw thrown;
    const trace = thrown.headers.find(([name]) => name.toLowerCase() === 'x-sallyport-trace')?.[1];
    throw new Error(`${thrown.message}${trace === undefined ? '' : `\nsallyport explain ${trace}`}`);
  });
  tell(
    { event: 'open', protocol: connection.protocol },
    `open${connection.protocol === null ? '' : ` (${connection.protocol})`}`,
  );
  if (interactive) io.err(help);

  const kept = options.history !== null && existsSync(options.history) ? readFileSync(options.history, 'utf8') : '';
  const lines = createInterface({
    input,
    terminal: interactive,
    ...(interactive ? { output: screen, prompt: '> ', history: kept.split('\n').filter(Boolean).toReversed() } : {}),
  });
  const stop = (): void => connection.close(1000);
  lines.on('SIGINT', stop);
  lines.on('line', (line) => {
    if (interactive && options.history !== null && line !== '')
      appendFileSync(options.history, `${line}\n`, { mode: 0o600 });
    obey(line, connection, interactive, tell);
    if (interactive) lines.prompt();
  });
  lines.on('close', () => {
    ended = true;
    if (interactive) stop();
    else rest();
  });
  if (interactive) lines.prompt();
  const code = await over;
  lines.close();
  input.destroy();
  return code;
}

/** What is wrong with a goodbye; null for nothing. A client may say 1000 and 3000 to 4999 (RFC 6455 section 7.4.2). */
function notToSay(code: string, reason: string): string | null {
  if (!/^(?:1000|[34]\d{3})$/.test(code))
    return `/close takes the code 1000, or one from 3000 to 4999, not "${code}"; write for example: /close 4000 done`;
  const bytes = Buffer.byteLength(reason);
  return bytes <= MOST_REASON ? null : `a reason has at most ${MOST_REASON} bytes, this one has ${bytes}`;
}

/** One line. Without a person at the keyboard every line is a message. */
function obey(
  line: string,
  connection: Awaited<ReturnType<typeof openWs>>,
  interactive: boolean,
  tell: (event: Readonly<Record<string, unknown>>, line: string) => void,
): void {
  const [word, code = '1000', ...reason] = line.split(' ');
  if (interactive && word === '/ping') connection.ping();
  else if (interactive && (word === '/quit' || word === '/exit')) connection.close(1000);
  else if (interactive && word === '/close') {
    const wrong = notToSay(code, reason.join(' '));
    if (wrong === null) connection.close(Number(code), reason.join(' '));
    else tell({ event: 'refused', says: wrong }, wrong);
  } else if (interactive && word === '/help') tell({ event: 'help' }, help);
  else connection.send(interactive && line.startsWith('//') ? line.slice(1) : line);
}
