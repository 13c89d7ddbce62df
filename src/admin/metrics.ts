import type { Sink } from '../ports/sink.ts';
import type { DecisionRecord } from '../trace/record.ts';

/** Upper bounds of the histogram's boxes, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Most different label sets of one metric; a flood of new routes or codes cannot fill the memory. */
const MOST_SERIES = 2000;

interface Histogram {
  readonly boxes: number[];
  sum: number;
  count: number;
}

/** Counts finished requests, and writes them in Prometheus' text form. */
export class Metrics implements Sink {
  readonly name = 'metrics';
  readonly #requests = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #seconds = new Map<string, Histogram>();
  readonly #cache = new Map<string, number>();
  readonly #counted = new Map<string, number>();

  write(record: DecisionRecord): void {
    if (record.code && record.method === 'MESSAGE') return bump(this.#refusals, labels({ code: record.code })); // no request: it has metrics of its own
    const route = record.route ?? 'none';
    bump(this.#requests, labels({ route, method: knownMethod(record.method), status: String(record.status) }));
    if (record.code) bump(this.#refusals, labels({ code: record.code }));
    if (record.cache) bump(this.#cache, labels({ result: record.cache }));
    const series = labels({ route });
    let histogram = this.#seconds.get(series);
    if (!histogram) {
      if (this.#seconds.size >= MOST_SERIES) return;
      this.#seconds.set(series, (histogram = { boxes: bounds.map(() => 0), sum: 0, count: 0 }));
    }
    const seconds = record.ms / 1000;
    histogram.sum += seconds;
    histogram.count++;
    const box = bounds.findIndex((bound) => seconds <= bound);
    if (box >= 0) histogram.boxes[box] = (histogram.boxes[box] as number) + 1;
    for (const step of record.steps ?? []) {
      for (const note of step.notes)
        if (note.what === 'counted') bump(this.#counted, labels({ rule: String(note.facts?.rule ?? '') }));
    }
  }

  async flush(): Promise<void> {}

  /** `gauges` are read at this very moment, by name without prefix. */
  text(gauges: Readonly<Record<string, { readonly help: string; readonly value: number }>>): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, rows: Iterable<string>): void => {
      lines.push(`# HELP sallyport_${name} ${help}`, `# TYPE sallyport_${name} ${type}`, ...rows);
    };
    const rows = (name: string, series: ReadonlyMap<string, number>): string[] =>
      [...series].map(([label, value]) => `sallyport_${name}${label} ${value}`);
    family(
      'requests_total',
      'counter',
      'Requests answered, by route, method and status.',
      rows('requests_total', this.#requests),
    );
    family(
      'refusals_total',
      'counter',
      'Requests that were refused or met a fault, by code.',
      rows('refusals_total', this.#refusals),
    );
    family(
      'cache_results_total',
      'counter',
      'Requests that a cache was asked for: Hit, RefreshHit (the origin confirmed what was stored), Miss, Error.',
      rows('cache_results_total', this.#cache),
    );
    family(
      'rule_counts_total',
      'counter',
      'What rules only counted, in the requests whose steps were kept.',
      rows('rule_counts_total', this.#counted),
    );
    family(
      'request_seconds',
      'histogram',
      'Seconds from arrival to the head of the answer.',
      [...this.#seconds].flatMap(([label, histogram]) => histogramRows(label, histogram)),
    );
    for (const [name, { help, value }] of Object.entries(gauges))
      family(name, 'gauge', help, [`sallyport_${name} ${value}`]);
    return `${lines.join('\n')}\n`;
  }
}

function histogramRows(label: string, histogram: Histogram): string[] {
  const inner = label.slice(1, -1);
  let sum = 0;
  const rows = bounds.map((bound, at) => {
    sum += histogram.boxes[at] as number;
    return `sallyport_request_seconds_bucket{${inner},le="${bound}"} ${sum}`;
  });
  rows.push(`sallyport_request_seconds_bucket{${inner},le="+Inf"} ${histogram.count}`);
  rows.push(
    `sallyport_request_seconds_sum${label} ${histogram.sum.toFixed(6)}`,
    `sallyport_request_seconds_count${label} ${histogram.count}`,
  );
  return rows;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** A method is the viewer's to choose, so only the usual ones get a series of their own. */
const knownMethod = (method: string): string => (knownMethods.has(method) ? method : 'other');

const labels = (pairs: Readonly<Record<string, string>>): string =>
  `{${Object.entries(pairs)
    .map(
      ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
    .join(',')}}`;

function bump(series: Map<string, number>, label: string): void {
  const there = series.get(label);
  if (there === undefined && series.size >= MOST_SERIES) return;
  series.set(label, (there ?? 0) + 1);
}
