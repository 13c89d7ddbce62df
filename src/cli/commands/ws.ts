import type { Command } from 'commander';
import { messageOf } from '../../base/fault.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { session } from '../ws-session.ts';

interface ConnectOptions {
  readonly key?: string;
  readonly keyHeader: string;
  readonly header: readonly string[];
  readonly subprotocol: readonly string[];
  readonly json?: boolean;
  readonly wait: string;
  readonly timeout: string;
  readonly insecure?: boolean;
  readonly history?: string;
}

interface ManageOptions {
  readonly token?: string;
  readonly group?: string;
  readonly json?: boolean;
}

const more = (value: string, before: readonly string[]): string[] => [...before, value];

/** WebSocket connections: open one and talk; see, tell and end those of an API. */
export function ws(program: Command, io: Terminal): void {
  const group = program
    .command('ws')
    .description('talk over a WebSocket connection; list, tell and end those of an API');

  group
    .command('connect')
    .description('open a connection: lines go out as messages, messages come in as lines')
    .argument('<url>', 'ws://, wss://, http:// or https://')
    .option('--key <key>', 'API key')
    .option('--key-header <name>', 'the field that carries the key', 'x-api-key')
    .option('-H, --header <field>', 'a field of the handshake, "Name: value"; may be repeated', more, [])
    .option('-s, --subprotocol <name>', 'a subprotocol to offer; may be repeated', more, [])
    .option('--wait <ms>', 'silence to wait for after the end of piped input', '1000')
    .option('--timeout <ms>', 'patience with the handshake', '10000')
    .option('--history <file>', 'keep typed lines in this file for the next time')
    .option('-k, --insecure', 'take a certificate that nobody vouches for')
    .option('--json', 'print each event as a line of JSON')
    .action((url: string, options: ConnectOptions) =>
      guarded(io, options.json === true, async () => {
        const headers = options.header.map((text): [string, string] => {
          const mark = text.indexOf(':');
          if (mark < 1) throw new Error(`no header field: ${text} (write "Name: value")`);
          return [text.slice(0, mark).trim(), text.slice(mark + 1).trim()];
        });
        if (!/^(?:ws|http)s?:\/\//i.test(url)) {
          io.err(`sallyport: ${url} is no address of a WebSocket; write ws://host:port/path`);
          return exits.usage;
        }
        const times = [
          ['--timeout', options.timeout],
          ['--wait', options.wait],
        ] as const;
        const odd = times.find(([, text]) => !/^\d{1,9}$/.test(text));
        if (odd !== undefined) {
          io.err(`sallyport: ${odd[0]} ${odd[1]} is no number of milliseconds; write for example ${odd[0]} 5000`);
          return exits.usage;
        }
        if (options.key !== undefined) headers.push([options.keyHeader, options.key]);
        return await session(
          {
            url,
            headers,
            protocols: options.subprotocol,
            timeoutMs: Number(options.timeout),
            verify: options.insecure !== true,
            json: options.json === true,
            waitMs: Number(options.wait),
            history: options.history ?? null,
          },
          process.stdin,
          io,
        );
      }),
    );

  const managed = (name: string, says: string): Command =>
    group
      .command(name)
      .description(says)
      .argument('<url>', 'of the stage, e.g. http://127.0.0.1:8080/prod')
      .option('--token <token>', 'taken by the management API; left out: the variable SALLYPORT_WS_TOKEN')
      .option('--json', 'print JSON');

  managed('list', 'the open connections of an API, on all its nodes')
    .option('--group <name>', 'only those of a group')
    .action((url: string, options: ManageOptions) =>
      guarded(io, options.json === true, async () => {
        const { connections } = (await ask(url, 'GET', pathOf(options.group), options)) as { connections: Listed[] };
        if (options.json) io.out(JSON.stringify(connections, null, 2));
        else
          for (const line of table([['connection', 'since', 'active', 'address', 'groups'], ...connections.map(row)]))
            io.out(line);
        return exits.ok;
      }),
    );

  managed('post', 'send a message to a connection, to a group (--group), or to all ("*")')
    .argument('<id>', 'the connection, or "*"')
    .argument('<message>', 'the message')
    .option('--group <name>', 'to the group, with "*" for the connection')
    .action((url: string, id: string, message: string, options: ManageOptions) =>
      guarded(io, options.json === true, async () => {
        const path = id === '*' ? pathOf(options.group) : one(id);
        const said = (await ask(url, 'POST', path, options, message)) as { delivered?: number };
        if (options.json) io.out(JSON.stringify({ ok: true, ...said }));
        else io.out(said.delivered === undefined ? 'delivered' : `delivered to ${said.delivered}`);
        return exits.ok;
      }),
    );

  managed('kick', 'end a connection')
    .argument('<id>', 'the connection')
    .action((url: string, id: string, options: ManageOptions) =>
      guarded(io, options.json === true, async () => {
        await ask(url, 'DELETE', one(id), options);
        io.out(options.json ? JSON.stringify({ ok: true }) : 'ended');
        return exits.ok;
      }),
    );
}

interface Listed {
  readonly connectionId: string;
  readonly connectedAt: string;
  readonly lastActiveAt: string;
  readonly sourceIp: string;
  readonly groups: readonly string[];
}

const row = (each: Listed): string[] => [
  each.connectionId,
  each.connectedAt,
  each.lastActiveAt,
  each.sourceIp,
  each.groups.join(' '),
];

const one = (id: string): string => `@connections/${encodeURIComponent(id)}`;
const pathOf = (group: string | undefined): string =>
  group === undefined ? '@connections' : `@groups/${encodeURIComponent(group)}`;

const meanings: Readonly<Record<number, string>> = {
  401: 'the management API wants another token (--token)',
  403: 'the management API does not know this token (--token, or SALLYPORT_WS_TOKEN), or the call is not allowed',
  404: 'there is no management API at this address',
  410: 'there is no such connection any more',
  413: 'the message is too long',
  429: 'the client does not read what it is sent',
};

async function ask(url: string, method: string, path: string, options: ManageOptions, body?: string): Promise<unknown> {
  const token = options.token ?? process.env['SALLYPORT_WS_TOKEN'];
  let answer: Response;
  try {
    answer = await fetch(`${url.replace(/^ws/i, 'http').replace(/\/$/, '')}/${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch (thrown) {
    throw new Error(`nobody answers at ${url}: ${messageOf(thrown)}`, { cause: thrown });
  }
  const text = await answer.text();
  if (!answer.ok) throw new Error(meanings[answer.status] ?? `the management API answered ${answer.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
