import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readSecLang, type SourceText } from '../src/waf/forms/seclang/read.ts';
import type { RuleSet } from '../src/waf/rule.ts';
import type { RuleError } from '../src/waf/rule-error.ts';

/** The settings that the peer runs with: `nginx-modsecurity/run.sh`, profile upstream. */
function settings(paranoia: number): string {
  return `
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecResponseBodyLimit 1048576
SecResponseBodyLimitAction ProcessPartial
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 131072
SecRequestBodyLimitAction Reject
SecArgumentSeparator &
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/(?:[a-z0-9.-]+\\+)?json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!@eq 0" "id:200002,phase:2,t:none,log,deny,status:400,msg:'Request body could not be parsed',logdata:'%{reqbody_error_msg}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" "id:200003,phase:2,t:none,log,deny,status:400,msg:'Multipart body failed strict validation',severity:2"
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" "id:200004,phase:2,t:none,log,deny,msg:'Possible unmatched multipart boundary',severity:2"
SecAction "id:900005,phase:1,nolog,pass,setvar:tx.blocking_paranoia_level=${paranoia},setvar:tx.detection_paranoia_level=${paranoia}"
`;
}

export const readFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'latin1') : null);

/** The Core Rule Set in `folder` (a checkout with `rules/`), at a paranoia level, as the peer has it. */
export function coreRuleSet(folder: string, paranoia = 1, before = '', onError?: (error: RuleError) => void): RuleSet {
  const setup = ['crs-setup.conf', 'crs-setup.conf.example', '../../etc/modsecurity/crs/crs-setup.conf']
    .map((name) => `${folder}/${name}`)
    .find((path) => existsSync(path));
  const sources: SourceText[] = [{ file: 'engine.conf', text: settings(paranoia) + before }];
  if (setup !== undefined) sources.push({ file: setup, text: readFileSync(setup, 'latin1') });
  for (const name of readdirSync(`${folder}/rules`).sort()) {
    const file = `${folder}/rules/${name}`;
    if (name.endsWith('.conf')) sources.push({ file, text: readFileSync(file, 'latin1') });
  }
  return readSecLang(sources, { files: { read: readFile, list: () => [] }, ...(onError && { onError }) });
}
