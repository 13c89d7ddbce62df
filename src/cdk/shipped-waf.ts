import type { Document } from '../config/document.ts';
import { formatIssue, type Issue } from '../config/issues.ts';
import { nodeDigest } from '../net/digest.ts';
import { secretParameters } from '../pipeline/secret-names.ts';
import { compileWafAsset } from '../pipeline/waf-asset.ts';
import { ruleIssue } from '../pipeline/waf-parts.ts';
import { ownWords } from '../pipeline/waf-words.ts';
import { ruleFiles } from '../stores/file/rule-files.ts';

/** A document's firewall as it is shipped with a function: compiled at synth, since no rule file is there. */
export interface ShippedWaf {
  readonly asset: Uint8Array;
  /** For doors that have no document: what `firewall()` is told beside the asset. */
  readonly options: { readonly onFault: 'open' | 'closed'; readonly secretParameters: readonly string[] };
}

/**
 * The firewall of a document for one function; nothing where it has none or is off. Paths of rule files begin at the
 * folder that the synth runs in. `line`: the function has the whole document; `guard`: it has the asset alone. Throws for
 * rules that are not understood, and for words that an asset cannot keep.
 */
export function shippedWaf(document: Document, door: 'line' | 'guard'): { readonly waf?: ShippedWaf } {
  const { waf } = document;
  if (!waf || (door === 'guard' && waf.mode === 'off')) return {};
  const lost = door === 'line' ? rebuilt(document) : unheard(document);
  if (lost.length > 0) throw new Error(`the firewall cannot be shipped with this function:\n${lost.join('\n')}`);
  const issues: Issue[] = [];
  const asset = compileWafAsset(waf, ruleFiles(process.cwd()), nodeDigest, (error) =>
    issues.push(ruleIssue(['waf'], error)),
  );
  if (asset === null)
    throw new Error(
      `the firewall of the document cannot be compiled (its paths begin at ${process.cwd()}):\n${issues.map((issue) => formatIssue(issue)).join('\n')}`,
    );
  return { waf: { asset, options: { onFault: waf.onFault, secretParameters: [...secretParameters(document)] } } };
}

/** Levels of one's own are a program of their own, and rule files to build it from are not in the function. */
function rebuilt(document: Document): string[] {
  return ownWords(document, [])
    .all.filter(
      ([, says]) =>
        says !== false &&
        [says.paranoia, says.detectionParanoia, says.threshold, says.variables].some((each) => each !== undefined),
    )
    .map(
      ([path]) =>
        `${path.join('.')}: levels, thresholds and variables of its own need the rule files, which are not in the function: leave \`exclusions\` and \`mode\` only, or make it a document of its own`,
    );
}

/** What hangs on paths, and what tenants, routes and APIs say, is read by a line; a door in front of somebody else has none. */
function unheard(document: Document): string[] {
  const onPaths = (document.waf?.exclusions ?? []).flatMap((each, at) =>
    each.paths === undefined ? [] : [`waf.exclusions.${at}.paths`],
  );
  return [...onPaths, ...ownWords(document, []).all.map(([path]) => path.join('.'))].map(
    (place) =>
      `${place}: only a function with the whole line reads this: write it for the whole document, or answer by the document's routes`,
  );
}
