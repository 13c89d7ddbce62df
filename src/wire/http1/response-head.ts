import { kinds, TOKEN, VALUE } from './characters.ts';
import { CLOSE, readConnection, readLength, UPGRADE } from './framing.ts';

/** How a response's body is told from what comes behind it. */
export type AnswerFraming = 'none' | 'length' | 'chunked' | 'close';

export interface Answered {
  readonly method: string;
  /** The request's: in HTTP/1.0 there are no chunks. */
  readonly version: string;
  /** Would the viewer, and would we, let another request follow? */
  readonly persists: boolean;
}

const ORDINARY = 0;
const DATE = 1;
const CONNECTION = 2;
const LENGTH = 3;
const DROPPED = 4;

const roles: ReadonlyMap<string, number> = new Map([
  ['date', DATE],
  ['connection', CONNECTION],
  ['content-length', LENGTH],
  ['keep-alive', DROPPED],
  ['transfer-encoding', DROPPED],
]);

/** Names that are remembered; an origin that makes up new ones all the time is not followed. */
const MOST_NAMES = 256;

interface Known {
  readonly role: number;
  /** The last value that was looked at, and its whole line. */
  value: string | null;
  line: string;
}

/** Writes heads of responses; its fields speak of the last one. */
export class ResponseHead {
  framing: AnswerFraming = 'none';
  /** Bytes that the body has to have, where the framing is `length`. */
  length = 0;
  persists = false;
  readonly #lines: string[] = [];
  readonly #names = new Map<string, Known>();
  readonly #phrases: Readonly<Record<number, string | undefined>>;
  readonly #staying: string;

  /** `phrases`: words for each status. `keepAliveSeconds`: how long an idle connection is kept, for the viewer to know. */
  constructor(options: {
    readonly phrases: Readonly<Record<number, string | undefined>>;
    readonly keepAliveSeconds: number;
  }) {
    this.#phrases = options.phrases;
    this.#staying = `Connection: keep-alive\r\nKeep-Alive: timeout=${options.keepAliveSeconds}\r\n\r\n`;
  }

  /**
   * The head as one text, one character per byte. Framing and connection are ours to say: fields about them are taken
   * as wishes, and not passed on. `length`: bytes of the body where it is known, null where it flows until it ends.
   * `date` is a whole line and goes in when there is none. Throws when a name or value could not be told from the rest.
   */
  write(status: number, fields: readonly string[], length: number | null, to: Answered, date: string): string {
    let text = this.#lines[status] ?? this.#line(status);
    let { persists } = to;
    let dated = false;
    let upgrade = false;
    let declared = -1;
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at] as string;
      const value = fields[at + 1] as string;
      const known = this.#names.get(name) ?? this.#learn(name);
      switch (known.role) {
        case ORDINARY:
          break;
        case DATE:
          dated = true;
          break;
        case CONNECTION: {
          const wish = readConnection(value);
          if ((wish & CLOSE) !== 0) persists = false;
          if ((wish & UPGRADE) !== 0) upgrade = true;
          continue;
        }
        case LENGTH:
          declared = readLength(value);
          continue;
        default:
          continue;
      }
      // Many fields say the same in answer after answer: then they have been looked at, and their line is there.
      if (known.value !== value) {
        if (!consistsOf(value, VALUE)) throw new TypeError(`a control character in the value of ${name}`);
        known.value = value;
        known.line = `${name}: ${value}\r\n`;
      }
      text += known.line;
    }
    if (!dated) text += date;
    const said = this.#frame(status, length, declared, to);
    if (said >= 0) text += `Content-Length: ${said}\r\n`;
    else if (this.framing === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
    this.persists = persists && this.framing !== 'close';
    if (upgrade) return `${text}Connection: ${this.persists ? 'Upgrade' : 'Upgrade, close'}\r\n\r\n`;
    return text + (this.persists ? this.#staying : 'Connection: close\r\n\r\n');
  }

  /** Decides the framing (RFC 9112 section 6.3). Returns the length to be said, -1 for none. */
  #frame(status: number, length: number | null, declared: number, to: Answered): number {
    this.length = 0;
    this.framing = 'none';
    if (status < 200 || status === 204) return -1;
    if (status === 304) return declared;
    // The length that a GET would have got is worth saying; that nobody knows of one is not.
    if (to.method === 'HEAD') return length === null || length === 0 ? declared : length;
    const known = length ?? declared;
    if (known >= 0) {
      this.framing = 'length';
      this.length = known;
    } else this.framing = to.version === '1.1' ? 'chunked' : 'close';
    return known;
  }

  /** What a name is good for, found out once per name. */
  #learn(name: string): Known {
    if (name.length === 0 || !consistsOf(name, TOKEN))
      throw new TypeError(`a field name that is none: ${JSON.stringify(name)}`);
    const known = { role: roles.get(name.toLowerCase()) ?? ORDINARY, value: null, line: '' };
    if (this.#names.size < MOST_NAMES) this.#names.set(name, known);
    return known;
  }

  #line(status: number): string {
    if (!Number.isInteger(status) || status < 100 || status > 999)
      throw new RangeError(`a status that is none: ${status}`);
    const phrase = this.#phrases[status];
    return (this.#lines[status] = `HTTP/1.1 ${status} ${phrase ?? 'Status'}\r\n`);
  }
}

function consistsOf(text: string, kind: number): boolean {
  for (let at = 0; at < text.length; at++) {
    // Characters beyond one byte have no kind.
    if (((kinds[text.charCodeAt(at)] as number) & kind) === 0) return false;
  }
  return true;
}
