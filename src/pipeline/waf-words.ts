import { pathText, type Issue } from '../config/issues.ts';
import type { Document } from '../config/document.ts';
import type { WafOwnDocument } from '../config/waf.ts';
import type { NamedRoute } from '../gateway/route.ts';
import type { Router } from '../gateway/router.ts';
import type { Ports } from '../ports/ports.ts';
import type { Guard, WafStageOptions } from '../waf/stage.ts';

/** The firewall of every line of one document. */
export interface WafParts {
  /** For the document's own routes; null where nobody asked for a firewall. */
  readonly routes: WafStageOptions | null;
  /** For an API of its own, by name. */
  api(name: string): WafStageOptions | null;
  /** For the messages of a WebSocket API, which may have words of its own; null where nothing judges them. */
  messages(path: readonly PropertyKey[], says: WafOwnDocument | undefined): MessageGuards | null;
}

/** What judges messages. */
export interface MessageGuards {
  guard(path: string): Guard | null;
  readonly onFault: 'open' | 'closed';
  readonly secrets: ReadonlySet<string>;
}

export const none: WafParts = { routes: null, api: () => null, messages: () => null };

/** A tenant's, route's or API's own words, and where they stand. */
export interface Word {
  readonly path: readonly PropertyKey[];
  readonly says: WafOwnDocument;
}

/** Every place of a document that says something about its firewall. */
export function ownWords(document: Document, issues: Issue[]) {
  const tenants = new Map<string, Word>();
  const routes = new Map<string, Word>();
  const apis = new Map<string, Word>();
  const byKey = document.tenants !== undefined && 'key' in document.tenants.from;
  const take = (
    into: Map<string, Word>,
    name: string,
    says: WafOwnDocument | undefined,
    path: readonly PropertyKey[],
  ): void => {
    if (says !== undefined) into.set(name, { path, says });
  };
  for (const [name, { waf }] of Object.entries(document.tenants?.known ?? {})) {
    const path = ['tenants', 'known', name, 'waf'];
    if (waf !== undefined && byKey)
      issues.push({
        path: pathText(path),
        wanted: 'a tenant that header, host or path name',
        found: 'one that the API key names',
        hint: 'the firewall stands before the key is looked at; use tenants.from.header, host or path',
      });
    take(tenants, name, waf, path);
  }
  for (const [name, { waf }] of Object.entries(document.routes)) take(routes, name, waf, ['routes', name, 'waf']);
  for (const [name, { waf }] of Object.entries(document.apis)) take(apis, name, waf, ['apis', name, 'waf']);
  const all: readonly (readonly [path: readonly PropertyKey[], says: WafOwnDocument])[] = [
    ...tenants.values(),
    ...routes.values(),
    ...apis.values(),
  ].map(({ path, says }) => [path, says]);
  return { tenants, routes, apis, all: all.filter(([, says]) => says !== false) };
}

/** Reads the firewall's words into what stands in the lines; problems land in `issues`. */
export type ReadWaf = (document: Document, ports: Ports, router: Router<NamedRoute>, issues: Issue[]) => WafParts;

/** For a document without a firewall: nobody may have words about it either. The engine need not be loaded for that. */
export const noWaf: ReadWaf = (document, _, __, issues) => {
  for (const [path] of ownWords(document, issues).all)
    issues.push({
      path: pathText(path),
      wanted: 'a firewall in the document',
      found: 'none',
      hint: 'add `waf: { use: "crs", path: "..." }` beside `routes`',
    });
  return none;
};
