import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Floors from the ground up; a floor may import its own and lower ones. Rooms on one line do not know each other. */
const floors: readonly (readonly string[])[] = [
  ['base'],
  ['http', 'trace', 'wire'],
  ['config', 'ports', 'events', 'flow'],
  ['waf', 'rules', 'edge', 'cache', 'gateway', 'integration', 'socket', 'stores', 'net', 'run', 'sinks'],
  ['pipeline', 'index.ts'],
  ['node', 'aws', 'testing'],
  ['cli', 'admin', 'lab', 'cdk', 'openapi'],
];

/** Floors whose rooms may not import each other. */
const apart = new Set([3]);

/** Rooms that speak to the system; all other rooms get what they need through ports. */
const mayUseNode = new Set([
  'stores',
  'net',
  'run',
  'sinks',
  'pipeline',
  'node',
  'aws',
  'testing',
  'cli',
  'admin',
  'lab',
  'cdk',
  'openapi',
]);

/** The firewall engine has no dependency and knows only these of our own. */
const wafMayImport = new Set(['base', 'http', 'waf']);

/** Where the engine stands in the corridor: these files know stages and traces. */
const wafAtTheCorridor = new Set(['waf/stage.ts', 'waf/stage-notes.ts', 'waf/reasons.ts']);

const src = resolve(import.meta.dirname, '../src');
const MOST_LINES = 300;

interface Import {
  readonly file: string;
  readonly to: string;
  readonly line: number;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.replaceAll('\\', '/'));
const room = (file: string): string => file.split('/')[0] as string;
const floor = (file: string): number => floors.findIndex((rooms) => rooms.includes(room(file)));

const imports: Import[] = files.flatMap((file) =>
  readFileSync(join(src, file), 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      const to = /(?:^\s*(?:import|export)\b[^'"]*?from\s+|^\s*import\s+|\}\s*from\s+|\bimport\()(['"])([^'"]+)\1/.exec(
        line,
      )?.[2];
      return to === undefined ? [] : [{ file, to, line: at + 1 }];
    }),
);
const inside = imports
  .filter((each) => each.to.startsWith('.'))
  .map((each) => ({ ...each, to: relative(src, resolve(src, dirname(each.file), each.to)).replaceAll('\\', '/') }));
const outside = imports.filter((each) => !each.to.startsWith('.'));
const place = (each: Import): string => `${each.file}:${each.line} imports ${each.to}`;

describe('the house', () => {
  it(`has every room on a floor (${files.length} files, ${imports.length} imports looked at)`, () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
    expect(files.filter((file) => floor(file) < 0)).toEqual([]);
  });

  it('imports only downwards', () => {
    expect(
      inside.filter((each) => floor(each.to) > floor(each.file)).map((each) => `${place(each)}: that is upstairs`),
    ).toEqual([]);
  });

  it('keeps rooms of one floor apart', () => {
    const crossing = inside.filter(
      (each) => apart.has(floor(each.file)) && floor(each.to) === floor(each.file) && room(each.to) !== room(each.file),
    );
    expect(
      crossing.map(
        (each) => `${place(each)}: rooms do not know each other; say it through flow/shared-facts.ts or a port`,
      ),
    ).toEqual([]);
  });

  it('keeps the firewall engine free of everything but base and http', () => {
    const foreign = inside.filter(
      (each) => room(each.file) === 'waf' && !wafAtTheCorridor.has(each.file) && !wafMayImport.has(room(each.to)),
    );
    const packages = outside.filter((each) => room(each.file) === 'waf');
    expect(
      [...foreign, ...packages].map(
        (each) => `${place(each)}: the engine has no dependency; only its stage knows the corridor`,
      ),
    ).toEqual([]);
  });

  it('keeps the system out of the rooms that decide', () => {
    const touching = outside.filter((each) => each.to.startsWith('node:') && !mayUseNode.has(room(each.file)));
    expect(touching.map((each) => `${place(each)}: take it through a port`)).toEqual([]);
  });

  it('asks for the time in one place', () => {
    const asking = files.filter(
      (file) =>
        file !== 'base/clock.ts' &&
        floor(file) <= 3 &&
        !mayUseNode.has(room(file)) &&
        /\bDate\.now\(|new Date\(\)|performance\.now\(/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(asking.map((file) => `${file}: time is handed in, see base/clock.ts`)).toEqual([]);
  });

  it('has no circle, types counted', () => {
    expect(circle()).toBeNull();
  });

  it('leaves its doors to guests', () => {
    const doors = inside.filter((each) => /(?:^|\/)index\.ts$/.test(each.to));
    expect(doors.map((each) => `${place(each)}: who lives here uses the corridor, not the door`)).toEqual([]);
  });

  it(`has no file over ${MOST_LINES} lines`, () => {
    const lengths = files
      .filter((file) => !file.endsWith('.gen.ts') && !file.includes('/data/'))
      .map((file) => ({ file, lines: readFileSync(join(src, file), 'utf8').split('\n').length - 1 }))
      .sort((a, b) => b.lines - a.lines);
    expect(lengths[0]?.lines, `the longest is ${lengths[0]?.file}`).toBeLessThanOrEqual(MOST_LINES);
  });

  it('has fresh registries', () => {
    const run = (): string =>
      execFileSync(process.execPath, ['scripts/run.mjs', 'scripts/gen.ts', '--check'], {
        cwd: resolve(src, '..'),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(run).not.toThrow();
  });
});

/** The first circle found, as a path of files, or null. */
function circle(): string[] | null {
  const below = new Map<string, string[]>();
  for (const each of inside) below.set(each.file, [...(below.get(each.file) ?? []), each.to]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of below.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const found = visit(file, []);
    if (found) return found;
  }
  return null;
}
