import type { WafDocument } from '../config/waf.ts';
import type { Clock } from '../base/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { RuleFilesPort } from '../ports/rule-files.ts';
import { readAsset, writeAsset } from '../waf/asset/asset.ts';
import { createWaf } from '../waf/engine.ts';
import { plainRunner } from '../waf/plain.ts';
import type { RuleError } from '../waf/rule-error.ts';
import { envelope, openEnvelope, type Origin } from './waf-envelope.ts';
import { aboutOf, judgesAnswers, readRules, settingsOf, type LoadedWaf, type WafLevels } from './waf-load.ts';

/** The words that change rules or tables; what only the running engine reads is not among them. */
const wordsOf = (document: WafDocument, levels: WafLevels, digest: Digest): string => {
  const { use, path, setup, rules, mode, exclusions, answers } = document;
  const { paranoia, detectionParanoia, threshold, variables } = levels;
  const still = exclusions.filter((each) => each.paths === undefined).map((each) => ({ ...each, because: undefined }));
  return digest.sha256(
    JSON.stringify([
      use,
      path,
      setup,
      rules,
      mode,
      still,
      answers.judge,
      paranoia,
      detectionParanoia,
      threshold,
      variables,
    ]),
  );
};

/** The firewall of a document as bytes for `waf.asset`; null when something in its rules is wrong. */
export function compileWafAsset(
  document: WafDocument,
  files: RuleFilesPort,
  digest: Digest,
  onError: (error: RuleError) => void,
): Uint8Array | null {
  const reads = new Map<string, string | null>();
  const lists = new Map<string, readonly string[]>();
  const watched: RuleFilesPort = {
    bytes: (path) => files.bytes(path),
    read(path) {
      const text = files.read(path);
      reads.set(path, text);
      return text;
    },
    list(pattern) {
      const names = files.list(pattern);
      lists.set(pattern, names);
      return names;
    },
  };
  let wrong = false;
  const take = (error: RuleError): void => {
    wrong = true;
    onError(error);
  };
  const loaded = readRules(document, document, watched, take);
  if (loaded === null || wrong) return null;
  const named = new Map<string, string>();
  const waf = createWaf(loaded.set, {
    readFile(path) {
      const text = watched.read(path);
      if (text !== null) named.set(path, text);
      return text;
    },
    onError: take,
    runner: plainRunner,
  });
  if (wrong) return null;
  const origin: Origin = {
    words: wordsOf(document, document, digest),
    about: aboutOf(loaded.report),
    judgesAnswers: judgesAnswers(document, loaded.set),
    settings: settingsOf(document),
    reads: [...reads].map(([path, text]) => [path, text === null ? null : digest.sha256(text)]),
    lists: [...lists],
  };
  return envelope(origin, writeAsset(waf.program, named));
}

/**
 * The engine that an asset holds, or why it is not the one that the document describes. Where the rule files are not on
 * this machine at all the document's words alone have to fit: a function may be shipped without them.
 */
export function openWafAsset(
  bytes: Uint8Array,
  document: WafDocument,
  levels: WafLevels,
  parts: { readonly files: RuleFilesPort; readonly digest: Digest; readonly clock: Clock },
): LoadedWaf | string {
  const { files, digest, clock } = parts;
  const opened = openEnvelope(bytes);
  if (opened === null) return 'it is no firewall asset';
  const { origin, asset } = opened;
  if (origin.words !== wordsOf(document, levels, digest)) return 'it was made for other words in the document';
  const changed = changeOf(origin, files, digest);
  if (changed !== null) return changed;
  const waf = readAsset(asset).open({ clock, settings: settingsOf(document) });
  return { waf, about: origin.about, judgesAnswers: origin.judgesAnswers };
}

function changeOf({ reads, lists }: Origin, files: RuleFilesPort, digest: Digest): string | null {
  const now = reads.map(([path, hash]) => ({ path, hash, text: files.read(path) }));
  if (now.every(({ text }) => text === null)) return null;
  for (const { path, hash, text } of now)
    if ((text === null ? null : digest.sha256(text)) !== hash) return `\`${path}\` is another one now`;
  const moved = lists.find(([pattern, names]) => files.list(pattern).join('\n') !== names.join('\n'));
  return moved === undefined ? null : `\`${moved[0]}\` stands for other files now`;
}
