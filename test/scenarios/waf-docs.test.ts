import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseDocument } from '../../src/config/parse.ts';
import { readSecLang } from '../../src/waf/forms/seclang/read.ts';
import { createWaf } from '../../src/waf/engine.ts';

const folder = 'docs/waf';
const blocks = readdirSync(folder).flatMap((file) =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/```(\w+)\n([^]*?)```/g)].map(([, kind, text]) => ({
    file,
    kind,
    text: text as string,
  })),
);
const ofKind = (kind: string) =>
  blocks
    .filter((block) => block.kind === kind)
    .map((block) => [`${block.file}: ${block.text.split('\n')[0]}`, block.text] as const);

describe('what the pages of the firewall show', () => {
  it('is looked at: documents and rules', () => {
    expect([ofKind('yaml').length, ofKind('apache').length]).toEqual([
      expect.toSatisfy((count: number) => count >= 6),
      expect.toSatisfy((count: number) => count >= 2),
    ]);
  });

  it.each(ofKind('yaml'))('%s is a document', (_, text) => {
    const given = parse(text) as { waf?: { rules?: unknown } };
    expect(parseDocument(given).issues).toEqual([]);
  });

  it.each(ofKind('apache'))('%s is understood', (_, text) => {
    const set = readSecLang([{ file: 'page.conf', text: `SecDefaultAction "phase:2,pass"\n${text}` }]);
    expect(createWaf(set).program.rules.length).toBeGreaterThan(0);
  });
});
