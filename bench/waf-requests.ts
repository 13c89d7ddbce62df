import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { HeldRequest } from '../src/waf/request.ts';

export interface Workload {
  readonly name: string;
  /** The raw request on disk, so that the peer reads the same bytes. */
  readonly file: string;
  readonly request: HeldRequest;
  readonly body: Uint8Array;
  /** Ours divided by the peer's. */
  readonly must: number;
  readonly aim: number;
  readonly paranoia: 1 | 4;
  /** Transactions per batch of the peer: the slow ones fewer. */
  readonly peerBatch: number;
}

function read(file: string): { readonly request: HeldRequest; readonly body: Uint8Array } {
  const text = readFileSync(file, 'latin1');
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...headers] = text.slice(0, end).split('\r\n');
  const [method = '', target = '', version = ''] = line.split(' ');
  const pairs = headers.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon), header.slice(colon + 1).trim()];
  });
  const request = { method, target, version: version.replace('HTTP/', ''), headers: pairs };
  return { request, body: Buffer.from(text.slice(end + 4), 'latin1') };
}

const browser = `Host: shop.example.com
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: en-US,en;q=0.9,de;q=0.7
Accept-Encoding: gzip, deflate, br
Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark`;

function write(folder: string, name: string, type: string, body: string): string {
  const file = `${folder}/${name}.http`;
  const head = `POST /articles HTTP/1.1\n${browser}\nContent-Type: ${type}\nContent-Length: ${body.length}`;
  writeFileSync(file, `${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`, 'latin1');
  return file;
}

/** Two kB of markup such as an editor sends: long, full of brackets, harmless. */
function markup(): string {
  let html = '';
  for (let i = 0; html.length < 2000; i++) {
    html += `<h2>Chapter ${i}</h2><p class="lead">It is <em>quite</em> a story; see <a href="/notes/${i}">note ${i}</a>.</p>\n`;
  }
  return `title=A+story&text=${encodeURIComponent(html.slice(0, 2000)).replaceAll('%20', '+')}`;
}

function base64(): string {
  const bytes = Buffer.alloc(6144);
  for (let i = 0, x = 7; i < bytes.length; i++) bytes[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >>> 16;
  return JSON.stringify({ name: 'portrait.png', image: bytes.toString('base64') });
}

/** The peer's five requests and two of our own, with the ratios that the project holds itself to. */
export function workloads(folder: string, scratch: string): readonly Workload[] {
  mkdirSync(scratch, { recursive: true });
  const made = (name: string): string => {
    const file = `${folder}/${name}.http`;
    if (!existsSync(file)) throw new Error(`${file} is missing: name the folder with --workloads`);
    return file;
  };
  const html = write(scratch, 'post-html-2k', 'application/x-www-form-urlencoded', markup());
  const image = write(scratch, 'post-base64-8k', 'application/json', base64());
  const row = (
    name: string,
    file: string,
    must: number,
    aim: number,
    peerBatch: number,
    paranoia: 1 | 4 = 1,
  ): Workload => ({
    name,
    file,
    ...read(file),
    must,
    aim,
    paranoia,
    peerBatch,
  });
  return [
    row('GET small', made('get-small'), 0.02, 0.01, 40),
    row('JSON 2 kB', made('post-json-2k'), 0.03, 0.012, 8),
    row('form 10 kB', made('post-form-10k'), 0.05, 0.025, 8),
    row('GET SQLi, blocked', made('get-sqli'), 0.03, 0.015, 40),
    row('HTML 2 kB in a form', html, 0.15, 0.06, 20),
    row('JSON with 8 kB base64', image, 0.15, 0.06, 8),
    row('newlines 4 kB', made('post-newlines-4k'), 0.003, 0.001, 1),
    row('GET small, level 4', made('get-small'), 0.03, 0.01, 40, 4),
  ];
}
