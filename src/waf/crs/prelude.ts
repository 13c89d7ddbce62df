import { RuleError } from '../rule-error.ts';
import { variablesOf, type CrsExclusion, type CrsOptions } from './options.ts';

/**
 * What the rule set takes for granted and does not say itself: who reads JSON and XML, and that a body nobody can read
 * is not let through unread. Ids below 100,000 are for local use.
 */
export function prelude(options: CrsOptions): string {
  const mode = { on: 'On', detect: 'DetectionOnly', off: 'Off' }[options.mode ?? 'on'];
  return `
SecRuleEngine ${mode}
SecRequestBodyAccess On
SecResponseBodyAccess ${options.responses === false ? 'Off' : 'On'}
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecDefaultAction "phase:3,log,auditlog,pass"
SecDefaultAction "phase:4,log,auditlog,pass"
SecDefaultAction "phase:5,log,auditlog,pass"
SecRule REQUEST_HEADERS:Content-Type "@rx ^\\s*(?:application/(?:[a-z0-9.-]+\\+)?|text/)xml\\b" "id:99001,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^\\s*application/(?:[a-z0-9.-]+\\+)?json\\b" "id:99002,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!@eq 0" "id:99003,phase:2,deny,status:400,log,t:none,msg:'The request body cannot be read',logdata:'%{REQBODY_ERROR_MSG}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" "id:99004,phase:2,deny,status:400,log,t:none,msg:'The multipart body is not well-formed',severity:2"
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" "id:99005,phase:2,deny,status:400,log,t:none,msg:'A line of the multipart body looks like a boundary and is none',severity:2"
`;
}

/** Nothing that comes from options may end a quote in the text that is made of it. */
function safe(text: string): string {
  if (!/^[^"'\\\n\r]*$/.test(text))
    throw new RuleError(`\`${text}\` holds a quote, a backslash or a line end`, {
      place: { file: 'options', line: 1 },
    });
  return text;
}

/** The options as rules that stand after the set-up file. `fresh` when there is no set-up file at all. */
export function settingRules(options: CrsOptions, fresh: boolean): string {
  const variables = [...variablesOf(options)];
  if (fresh) variables.unshift(['crs_setup_version', '400']);
  if (variables.length === 0) return '';
  const actions = variables.map(([name, value]) => `setvar:'tx.${safe(name)}=${safe(value)}'`);
  return `SecAction "id:99010,phase:1,pass,nolog,t:none,${actions.join(',')}"\n`;
}

const idsOf = (exclusion: CrsExclusion): string => {
  const { rules } = exclusion;
  return rules === undefined ? '' : [rules].flat().map(String).join(',');
};

/** Exclusions for some paths, as rules that stand before the rule set; for all paths, as directives that stand after it. */
export function exclusionRules(exclusions: readonly CrsExclusion[]): {
  readonly before: string;
  readonly after: string;
} {
  let before = '';
  let after = '';
  for (const [at, exclusion] of exclusions.entries()) {
    const ids = idsOf(exclusion);
    const { tag, target, paths } = exclusion;
    if ((ids === '') === (tag === undefined)) {
      throw new RuleError('an exclusion names either rules or a tag', { place: { file: 'exclusions', line: at + 1 } });
    }
    if (paths) {
      const each = ids === '' ? [safe(tag ?? '')] : ids.split(',').map(safe);
      const how = `ruleRemove${target === undefined ? '' : 'Target'}By${ids === '' ? 'Tag' : 'Id'}`;
      const tail = target === undefined ? '' : `;${safe(target)}`;
      const controls = each.map((which) => `ctl:'${how}=${which}${tail}'`).join(',');
      for (const [nth, path] of paths.entries()) {
        const id = 99_100 + at * 50 + nth;
        before += `SecRule REQUEST_FILENAME "@beginsWith ${safe(path)}" "id:${id},phase:1,pass,nolog,t:none,${controls}"\n`;
      }
    } else if (target === undefined) {
      after +=
        ids === ''
          ? `SecRuleRemoveByTag "${safe(tag ?? '')}"\n`
          : `SecRuleRemoveById ${safe(ids).replaceAll(',', ' ')}\n`;
    } else {
      const not = `"!${safe(target)}"`;
      after +=
        ids === ''
          ? `SecRuleUpdateTargetByTag "${safe(tag ?? '')}" ${not}\n`
          : `SecRuleUpdateTargetById "${safe(ids)}" ${not}\n`;
    }
  }
  return { before, after };
}
