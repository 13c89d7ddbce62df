import { Command } from 'commander';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { shellWords } from '../../src/cli/curl.ts';
import { blocks, pages, textOf } from '../support/pages.ts';

/** The command with everything in it, which only reads what it is given. */
async function reader(): Promise<Command> {
  const program = new Command('sallyport')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr() {} });
  const io: Terminal = { out() {}, err() {}, isTty: false };
  for (const name of readdirSync('src/cli/commands')) {
    const module = (await import(join(process.cwd(), 'src/cli/commands', name))) as Record<string, unknown>;
    for (const add of Object.values(module))
      if (typeof add === 'function' && add.length === 2 && !['warm', 'nothing'].includes(add.name))
        (add as (program: Command, io: Terminal) => void)(program, io);
  }
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr() {} });
    command.action(() => {});
    for (const each of command.commands) silence(each);
  };
  for (const each of program.commands) silence(each);
  return program;
}

/** Every `sallyport …` in a block of shell and in the running text, as words. */
const commandLines = (): (readonly [where: string, words: readonly string[]])[] => {
  const inBlocks = blocks
    .filter(({ kind }) => kind === 'sh' || kind === '')
    .flatMap(({ page, text }) => text.split('\n').map((line) => [page, line] as const));
  const inText = pages.flatMap((page) =>
    [
      ...textOf(page)
        .replaceAll(/^```[^]*?^```$/gm, '')
        .matchAll(/`((?:npx )?sallyport [^`]+)`/g),
    ].map(([, line]) => [page, line ?? ''] as const),
  );
  return [...inBlocks, ...inText]
    .flatMap(([page, line]) =>
      line
        .replace(/\s+#.*$/, '')
        .split(/\s+(?:&&|\|)\s+|\s+&$/)
        .map(
          (part) =>
            /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:npx )?sallyport (?<rest>[a-z].*)$/.exec(part.trim())?.groups?.['rest'],
        )
        .filter((rest) => rest !== undefined)
        .map((rest) => [`${page}: sallyport ${rest}`, rest] as const),
    )
    .map(([where, rest]) => [where, wordsOf(rest)]);
};

/** `create|import NAME`, `…`: a page may leave open which, and what. */
const wordsOf = (rest: string): string[] => {
  const open =
    (rest.match(/['"]/g)?.length ?? 0) % 2 === 1 || rest.includes('…') ? rest.replaceAll(/['"…]/g, '') : rest;
  return shellWords(open).map((word) => (/^[a-z]+\|[a-z|]+$/.test(word) ? (word.split('|')[0] as string) : word));
};

describe('commands in the pages', () => {
  it('are such that the command line takes', async () => {
    const lines = commandLines();
    expect(lines.length).toBeGreaterThanOrEqual(40);
    const wrong: string[] = [];
    const program = await reader();
    for (const [where, words] of lines) {
      await program.parseAsync(words, { from: 'user' }).catch((thrown: { code?: string; message: string }) => {
        // A command that is only named, without what it works on, is no line to type.
        if (!/missing(Argument|MandatoryOptionValue)|help$/.test(thrown.code ?? ''))
          wrong.push(`${where}: ${thrown.message}`);
      });
    }
    expect(wrong).toEqual([]);
  });

  it('npm scripts and measurements are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const all = pages.map((page) => textOf(page).replaceAll(/\s+/g, ' ')).join('\n');
    const runs = [...all.matchAll(/npm run (?:-s |--silent )?([a-z:]+[a-z])/g)].map(([, name]) => name ?? '');
    const measured = [...all.matchAll(/npm run bench -- ([a-z][a-z-]*)/g)].map(([, name]) => name ?? '');
    expect([runs.length, measured.length].map((count) => count >= 20)).toEqual([true, true]);
    expect(runs.filter((name) => !(name in scripts))).toEqual([]);
    expect(measured.filter((name) => !existsSync(`bench/${name}.ts`))).toEqual([]);
  });

  it('what they import is behind the door that they name', async () => {
    const doors: Readonly<Record<string, string>> = { '': 'index', '/lambda': 'aws/index', '/cdk': 'cdk/index' };
    const missing: string[] = [];
    let names = 0;
    for (const { page, line, text } of blocks.filter(({ kind }) => kind === 'ts'))
      for (const [, list = '', door = ''] of text.matchAll(/^import \{ ([^}]+) \} from 'sallyport(\/\w+)?';/gm)) {
        const file = doors[door] ?? `${door.slice(1)}/index`;
        const module = (await import(join(process.cwd(), 'src', `${file}.ts`))) as Record<string, unknown>;
        for (const name of list.split(',').map((each) => each.trim())) {
          names++;
          if (!(name in module)) missing.push(`${page}:${line}: ${name} of sallyport${door}`);
        }
      }
    expect(names).toBeGreaterThanOrEqual(15);
    expect(missing).toEqual([]);
  });

  it('files that they name are there', () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`((?:src|test|bench|docs|scripts|examples)\/[\w./-]+)`/g)].map(
        ([, file]) => [page, file ?? ''] as const,
      ),
    );
    expect(named.length).toBeGreaterThanOrEqual(60);
    expect(named.filter(([, file]) => !existsSync(file))).toEqual([]);
  });

  it('links lead somewhere', () => {
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]+)(#[^)]*)?\)/g)].map(([, to]) => [page, to ?? ''] as const),
    );
    expect(links.length).toBeGreaterThanOrEqual(60);
    expect(links.filter(([page, to]) => !existsSync(join(page, '..', to)))).toEqual([]);
  });
});
