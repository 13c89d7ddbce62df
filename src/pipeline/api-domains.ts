import { wildcard } from '../base/match.ts';
import type { Document } from '../config/document.ts';
import { pathText, shown, type Issue } from '../config/issues.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { GatewayApi } from '../gateway/api.ts';
import type { HttpRequest } from '../http/message.ts';

/** Routing rules of custom domains: conditions over header and path to one API, the smallest priority first. */
export interface DomainDoors<Door> {
  /** `mapping`: no rule speaks, so the hosts and base paths of APIs decide. */
  pick(host: string, request: HttpRequest): Door | 'mapping';
}

/** No path has this: the API says in its own way that nothing is there. */
const NOWHERE = '\u0000';

/** Says what is wrong with the rules. */
export function checkDomains(document: Document, issues: Issue[]): void {
  for (const [host, { rules }] of Object.entries(document.domains)) {
    const seen = new Map<number, number>();
    for (const [at, { to, priority, basePath, stripBasePath }] of rules.entries()) {
      const issue = (member: string, wanted: string, found: string, hint: string | null): void =>
        void issues.push({ path: pathText(['domains', host, 'rules', at, member]), wanted, found, hint });
      const api = document.apis[to];
      if (api?.kind !== 'rest')
        issue(
          'to',
          'the name of a REST API',
          shown(to),
          api ? 'HTTP APIs have no routing rules; use `basePath`' : null,
        );
      const other = seen.get(priority);
      if (other !== undefined)
        issue('priority', 'a priority that no other rule has', String(priority), `rule ${other} has it`);
      seen.set(priority, at);
      if (stripBasePath && basePath === undefined) issue('stripBasePath', 'a `basePath` to strip', 'none', null);
    }
  }
}

/** `open` makes a door of the same API under another path. */
export function domainDoors<Door>(
  document: Document,
  open: (api: string, change: Pick<GatewayApi, 'basePath' | 'customDomain' | 'stripBasePath'>) => Door,
): DomainDoors<Door> {
  const byHost = new Map(
    Object.entries(document.domains)
      .filter(([, { mode, rules }]) => mode !== 'API_MAPPING_ONLY' && rules.length > 0)
      .map(([host, { mode, rules }]) => {
        const ordered = [...rules].sort((a, b) => a.priority - b.priority);
        const tried = ordered.map(({ headers, basePath, stripBasePath, to }) => ({
          headers: headers.map(({ name, glob }) => ({ name: name.toLowerCase(), value: valueGlob(glob) })),
          prefix: basePath === undefined ? null : `/${basePath}`,
          door: open(to, { customDomain: true, basePath: stripBasePath ? (basePath ?? null) : null, stripBasePath }),
        }));
        const nothing =
          mode === 'ROUTING_RULE_ONLY'
            ? open((ordered[0] as (typeof ordered)[0]).to, { customDomain: true, basePath: NOWHERE })
            : ('mapping' as const);
        return [host, { tried, nothing }] as const;
      }),
  );
  return {
    pick(host, request) {
      const domain = byHost.get(host);
      if (!domain) return 'mapping';
      const { path } = splitTarget(request.target);
      const found = domain.tried.find(
        ({ headers, prefix }) =>
          (prefix === null || path === prefix || path.startsWith(`${prefix}/`)) &&
          headers.every(({ name, value }) => value(request.headers.joined(name))),
      );
      return found?.door ?? domain.nothing;
    },
  };
}

function valueGlob(glob: string): (value: string | undefined) => boolean {
  const pattern = wildcard(glob);
  return (value) => value !== undefined && pattern.test(value);
}
