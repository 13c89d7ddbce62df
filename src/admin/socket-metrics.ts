import type { Happening } from '../socket/happening.ts';

/** Most different label sets of one metric. */
const MOST_SERIES = 500;

type Series = Map<string, number>;

/** Counts what happens on WebSocket connections, and writes it in Prometheus' text form. */
export class SocketMetrics {
  #opened = 0;
  #messages = 0;
  #bytes = 0;
  readonly #dropped: Series = new Map();
  readonly #counted: Series = new Map();
  readonly #failed: Series = new Map();
  readonly #closed: Series = new Map();

  readonly hear = (happening: Happening): void => {
    switch (happening.kind) {
      case 'message':
        this.#messages++;
        this.#bytes += happening.bytes;
        return;
      case 'opened':
        this.#opened++;
        return;
      case 'dropped':
        return bump(this.#dropped, `{reason="${happening.reason}",why="${safe(happening.why)}"}`);
      case 'counted':
        return bump(this.#counted, `{why="${safe(happening.why)}"}`);
      case 'failed':
        return bump(this.#failed, `{why="${safe(happening.why)}"}`);
      case 'closed':
        return bump(
          this.#closed,
          `{code="${codeClass(happening.code)}",by="${happening.by}",why="${safe(happening.why)}"}`,
        );
    }
  };

  /** @param open connections at this moment */
  text(open: number): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, rows: readonly (readonly [string, number])[]): void => {
      lines.push(`# HELP sallyport_websocket_${name} ${help}`, `# TYPE sallyport_websocket_${name} ${type}`);
      for (const [labels, value] of rows) lines.push(`sallyport_websocket_${name}${labels} ${value}`);
    };
    family('connections', 'gauge', 'WebSocket connections that are open.', [['', open]]);
    family('opened_total', 'counter', 'WebSocket connections that were opened.', [['', this.#opened]]);
    family('messages_total', 'counter', 'Messages that clients sent.', [['', this.#messages]]);
    family('message_bytes_total', 'counter', 'Bytes of these messages.', [['', this.#bytes]]);
    family('dropped_total', 'counter', 'Messages that were not let through.', [...this.#dropped]);
    family('counted_total', 'counter', 'Messages that a rule only counted.', [...this.#counted]);
    family('failed_total', 'counter', 'Messages whose integration failed.', [...this.#failed]);
    family('closed_total', 'counter', 'Connections that ended, by close code and reason.', [...this.#closed]);
    return `${lines.join('\n')}\n`;
  }
}

/** A client may choose any code from 3000 on: those share two series. */
const codeClass = (code: number): string => (code < 3000 ? String(code) : code < 4000 ? '3xxx' : '4xxx');

const safe = (text: string): string => text.replaceAll(/["\\\n]/g, '_').slice(0, 80);

function bump(series: Series, labels: string): void {
  const there = series.get(labels);
  if (there === undefined && series.size >= MOST_SERIES) return;
  series.set(labels, (there ?? 0) + 1);
}
