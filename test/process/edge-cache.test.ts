import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cache, warm } from '../../src/cli/commands/cache.ts';
import { licences } from '../../src/cli/commands/licences.ts';
import { run, type Running } from '../../src/cli/run.ts';

describe('a running edge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-edge-'));
  let origin: Server;
  let running: Running;
  let asked = 0;
  const start = async (): Promise<Running> => {
    const { port } = origin.address() as { port: number };
    const document = {
      listen: { port: 0 },
      admin: { port: 0 },
      store: { use: 'memory' },
      origins: { o: { url: `http://127.0.0.1:${port}`, allow: ['127.0.0.1'] } },
      routes: {},
      edge: {
        objects: { use: 'disk', path: 'objects' },
        behaviours: [{ origin: 'o', cache: { tagHeader: 'Cache-Tag', key: { host: false } } }],
      },
    };
    return run({ document, folder, plugins: [], path: 'document' } as never, { sinks: [], log() {} });
  };
  beforeAll(async () => {
    origin = createServer((request, response) => {
      asked++;
      response.writeHead(200, {
        'Cache-Control': request.url === '/never' ? 'no-store' : 'max-age=600',
        'Cache-Tag': 'all',
      });
      if (request.url === '/large') {
        for (let at = 0; at < 40; at++) response.write(Buffer.alloc(50_000, at));
        response.end();
      } else response.end(`answer to ${request.url}`);
    }).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    running = await start();
  });
  afterAll(async () => {
    await running.close();
    origin.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<readonly [string, string]> => {
    const response = await fetch(running.serving.url + path, { headers });
    return [await response.text(), response.headers.get('cache-status') ?? ''];
  };
  const lines: string[] = [];
  const cli = async (...args: string[]): Promise<string> => {
    lines.length = 0;
    const program = new Command().exitOverride();
    const io = {
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      isTty: false,
    };
    cache(program, io);
    licences(program, io);
    await program.parseAsync(['node', 'sallyport', ...args]);
    process.exitCode = 0;
    return lines.join('\n');
  };
  const holds = async (objects: number): Promise<void> => {
    while ((await running.app.cacheStats())?.objects !== objects)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('is warmed from a list, tells what it holds, and forgets what it is told to', async () => {
    writeFileSync(join(folder, 'list.txt'), '/a\n/b\nnot a path\n/never\n/a\n');
    const said = await cli('cache', 'warm', join(folder, 'list.txt'), '--url', running.serving.url, '--at-once', '1');
    expect(said).toMatch(/^2 stored, 1 there already, 1 not kept, 0 failed$/);
    expect((await get('/a'))[1]).toContain('; hit');
    const admin = running.admin?.url as string;
    // An object on the disk is there when it has been flushed, which the viewer does not wait for.
    await holds(2);
    expect(await cli('cache', 'stats', '--admin', admin)).toMatch(/^2 objects/);
    expect(await cli('cache', 'purge', '/a', '--admin', admin)).toBe('1 object dropped');
    expect(await cli('cache', 'purge', '#all', '--admin', admin)).toBe('1 object dropped');
    expect(await cli('cache', 'purge', 'a', '--admin', admin)).toMatch(/an item is none.*\n +a: wanted a path begins/);
    expect(await cli('cache', 'stats', '--admin', 'http://127.0.0.1:1')).toContain('--admin');
    const forged = await fetch(`${admin}/cache/purge`, {
      method: 'POST',
      body: '{"items":["/*"]}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(forged.status).toBe(415);
    expect(await warm(running.serving.url, ['/nowhere'], 1, [], () => {})).toEqual({
      stored: 1,
      there: 0,
      other: 0,
      failed: 0,
      failures: [],
    });
    // Neither a host in the list nor a header without a name takes a key elsewhere.
    writeFileSync(join(folder, 'list.txt'), '//127.0.0.1:1/a\n');
    const strange = await cli('cache', 'warm', join(folder, 'list.txt'), '--url', running.serving.url);
    expect(strange).toBe('sallyport: //127.0.0.1:1/a: answered 400\n0 stored, 0 there already, 0 not kept, 1 failed');
    expect(await cli('cache', 'warm', join(folder, 'list.txt'), '--header', 'nameless')).toContain('--header');
    expect(await cli('cache', 'warm', join(folder, 'list.txt'), '--at-once', 'x')).toContain('--at-once');
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toMatch(/sallyport_cache_results_total\{result="Hit"\} [1-9]/);
    expect(metrics).toMatch(/sallyport_cache_results_total\{result="Miss"\} [1-9]/);
  });

  it('streams a large object to viewer and disk, and has it after a restart', async () => {
    const [first] = await get('/large');
    expect(first.length).toBeGreaterThan(1_000_000);
    await holds(2);
    const before = asked;
    await running.close();
    running = await start();
    const [second, status] = await get('/large');
    expect([second === first, status.includes('; hit'), asked]).toEqual([true, true, before]);
    const part = await fetch(`${running.serving.url}/large`, { headers: { range: 'bytes=49999-50000' } });
    expect([part.status, [...new Uint8Array(await part.arrayBuffer())]]).toEqual([206, [0, 1]]);
  });

  it('makes, lists and ends licences in the store of a document', async () => {
    const config = join(folder, 'sallyport.json');
    writeFileSync(
      config,
      JSON.stringify({
        store: { use: 'sqlite', with: { path: join(folder, 'state.db') } },
        routes: { 'GET /': { to: { use: 'mock', with: {} } } },
      }),
    );
    const made = JSON.parse(await cli('licences', 'create', 'acme', '--quota', '10', '--config', config, '--json')) as {
      id: string;
      key: string;
    };
    expect(made.key).toMatch(/^lic_/);
    writeFileSync(join(folder, 'keys.csv'), 'old-key,Globex\nbroken\n');
    const imported = await cli('licences', 'import', join(folder, 'keys.csv'), '--config', config);
    expect(imported).toContain('1 made, 0 known already');
    expect(imported).toContain('keys.csv:2 was not read: wanted key,name[,expires[,quota]]');
    expect(await cli('licences', 'list', '--config', config)).toMatch(
      /used this month[\s\S]*(acme[\s\S]*Globex|Globex[\s\S]*acme)/,
    );
    expect(await cli('licences', 'revoke', made.id, '--config', config)).toBe(`${made.id} is revoked`);
    expect(await cli('licences', 'revoke', 'nobody', '--config', config)).toContain('there is no licence nobody');
    expect(await cli('licences', 'create', 'x', '--quota', '0', '--config', config)).toContain('--quota');
  });
});
