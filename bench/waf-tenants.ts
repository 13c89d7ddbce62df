/**
 * Question: what do 50 tenants with exclusions of their own cost over one compiled rule set, in memory and per request?
 *
 *   npm run bench -- waf-tenants [--rules DIR]
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { diskFiles } from '../src/node/rule-files.ts';
import { loadCrs } from '../src/waf/crs/load.ts';
import { createWaf } from '../src/waf/engine.ts';
import { overlay, type Overlay } from '../src/waf/overlay.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { rules: { type: 'string', default: '../shared/data/crs4' } },
});
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`;

const { set } = loadCrs({ path: values.rules, files: diskFiles });
const readFile = (path: string): string | null => diskFiles.read(path);
const open = () => createWaf(set, { readFile });
const waf = open();
const request = {
  method: 'GET',
  target: '/basket?item=42&colour=dark%20blue&q=hello+world',
  version: '1.1',
  headers: [
    ['Host', 'shop.example'],
    ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['Accept', '*/*'],
    ['Accept-Language', 'en'],
    ['Cookie', 'session=abcdef0123456789'],
  ] as const,
};
const nothing = new Uint8Array();
const judge = (overlays: readonly Overlay[]): void => {
  const inspection = waf.inspect(request, { address: '192.0.2.7' }, overlays);
  inspection.requestHead();
  inspection.requestBody(nothing, true);
  inspection.finish();
};
for (let round = 0; round < 2000; round++) judge([]);

const before = heap();
const tenants = Array.from({ length: 50 }, (_, at): Overlay[] => [
  overlay(waf.program, {
    exclusions: [
      { rules: 942_100 + at * 10, target: `ARGS:field${at}` },
      { tag: 'attack-xss', target: `ARGS:html${at}` },
      { rules: `932${100 + at}-932${200 + at}` },
      { rules: 920_300 + at },
      { tag: 'attack-rce', target: `REQUEST_COOKIES:c${at}` },
    ],
  }),
]);
const after = heap();
console.log(`50 tenants with 5 exclusions each: ${kb(after - before)} in all, ${kb((after - before) / 50)} a tenant`);

const second = open();
console.log(
  `a second program instead, before its first request: ${kb(heap() - after)} (${second.program.rules.length} rules)`,
);

/** Microseconds of CPU per request: the least of some batches, the two ways taking turns. */
const batch = (work: (at: number) => void): number => {
  const began = process.cpuUsage();
  for (let at = 0; at < 1000; at++) work(at);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
};
let plain = Infinity;
let layered = Infinity;
for (let turn = 0; turn < 15; turn++) {
  plain = Math.min(
    plain,
    batch(() => judge([])),
  );
  layered = Math.min(
    layered,
    batch((at) => judge(tenants[at % 50] as Overlay[])),
  );
}
console.log(`GET small: ${plain.toFixed(1)} µs without a tenant, ${layered.toFixed(1)} µs with one of 50`);
