import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle, type BundleKind } from '../../src/cdk/bundle.ts';

const folderOf = (name: string, kind: BundleKind): string =>
  bundle(join(import.meta.dirname, 'functions', `${name}.ts`), kind).folder;

describe('the bundle of a function', () => {
  it('of a door with a rule map is one file', () => {
    const doors = ['authorizer', 'protect', 'websocket', 'edge', 'edge-moments'];
    for (const door of doors) {
      const folder = folderOf(door, 'authorizer');
      expect(readdirSync(folder), door).toEqual(['index.mjs']);
      // With zod's own classes, and not those of zod/mini, it would have 160 kB.
      expect(statSync(join(folder, 'index.mjs')).size, door).toBeLessThan(120 * 1024);
    }
    expect(doors).toHaveLength(5);
  });

  it('of a whole line keeps apart what only some documents need, so that a cold start does not read it', () => {
    const folder = folderOf('http-api', 'line');
    const holding = (text: string): string[] =>
      readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(text));
    // A word of each client's own: Redis, JSON Schema, the firewall's reader.
    for (const text of ['MaxRetriesPerRequestError', 'no schema with key or ref', 'SecRule'])
      expect(holding(text), text).not.toEqual([]);
    expect(holding('MaxRetriesPerRequestError')).not.toContain('index.mjs');
    expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(64 * 1024);
  });
});
