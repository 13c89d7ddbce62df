import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../../src/config/parse.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { compileWafAsset } from '../../../src/pipeline/waf-asset.ts';
import { ruleFiles } from '../../../src/stores/file/rule-files.ts';

const rules = join(import.meta.dirname, '../../../../shared/data/crs4');

/** The OWASP Core Rule Set at level 1 as an asset; null, and said so, where its checkout is not beside the project. */
export function crsAsset(): Uint8Array | null {
  if (!existsSync(join(rules, 'rules'))) {
    console.warn(`no rule set at ${rules}: what needs one is skipped`);
    return null;
  }
  const { document } = parseDocument({ waf: { use: 'crs', path: rules, paranoia: 1 } });
  if (!document?.waf) throw new Error('the document of the firewall was not taken');
  const bytes = compileWafAsset(document.waf, ruleFiles(rules), nodeDigest, (error) => {
    throw error;
  });
  if (bytes === null) throw new Error('the rule set was not compiled');
  return bytes;
}
