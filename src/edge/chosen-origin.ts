import type { EdgeOrigin } from '../events/edge.ts';
import type { ScriptChoice } from '../ports/script.ts';

/** Where a function sent a request: to an address of its own, or to origins of the document by name. */
export type Elsewhere = EdgeOrigin | OriginPick;

export interface OriginPick {
  readonly primary: string;
  readonly secondary: string | null;
  readonly failover: ReadonlySet<number>;
}

export interface KnownOrigins {
  /** Of the behaviour; null where the routes decide. */
  readonly origin: EdgeOrigin | null;
  /** One of the document's; null when there is none of that name. */
  originCalled(name: string): EdgeOrigin | null;
}

export const isPick = (origin: Elsewhere): origin is OriginPick => 'primary' in origin;

/** What `cf.updateRequestOrigin`, `selectRequestOriginById` and `createRequestOriginGroup` mean here, or what is wrong with it. */
export function chosen(choice: ScriptChoice, known: KnownOrigins): Elsewhere | string {
  if (choice.kind === 'update') return changed(known.origin, choice.origin);
  const ids = choice.kind === 'group' ? choice.ids : [choice.id];
  const unknown = ids.find((id) => known.originCalled(id) === null);
  if (unknown !== undefined) return `no origin is called "${unknown}"`;
  if (choice.kind === 'group') {
    const [primary, secondary] = ids;
    if (primary === undefined || secondary === undefined || ids.length > 2) return 'an origin group has two origins';
    return { primary, secondary, failover: new Set(choice.statusCodes.filter((code) => typeof code === 'number')) };
  }
  if (choice.origin === null) return { primary: choice.id, secondary: null, failover: new Set() };
  return changed(known.originCalled(choice.id), choice.origin);
}

interface Changes {
  readonly domainName?: unknown;
  readonly originPath?: unknown;
  readonly customHeaders?: Readonly<Record<string, unknown>>;
  readonly timeouts?: { readonly readTimeout?: unknown };
  readonly customOriginConfig?: { readonly port?: unknown; readonly protocol?: unknown };
}

/** An origin with what the function said in place of its own; what it left out is kept. */
function changed(before: EdgeOrigin | null, given: unknown): EdgeOrigin | string {
  const changes = (given ?? {}) as Changes;
  const { domainName = before?.domainName, customOriginConfig: config, timeouts } = changes;
  if (typeof domainName !== 'string') return 'an origin needs a domainName';
  const named = config?.protocol;
  const protocol = named === 'http' || named === 'https' ? named : (before?.protocol ?? 'https');
  const own = before !== null && before.domainName === domainName && before.protocol === protocol ? before.port : null;
  const headers = Object.entries(changes.customHeaders ?? {}).filter(([, value]) => typeof value === 'string');
  return {
    domainName,
    port: typeof config?.port === 'number' ? config.port : (own ?? (protocol === 'http' ? 80 : 443)),
    protocol,
    path: typeof changes.originPath === 'string' ? changes.originPath : (before?.path ?? ''),
    customHeaders: changes.customHeaders
      ? Object.fromEntries(headers.map(([key, value]) => [key.toLowerCase(), [{ key, value: String(value) }]]))
      : (before?.customHeaders ?? {}),
    readTimeout: typeof timeouts?.readTimeout === 'number' ? timeouts.readTimeout : (before?.readTimeout ?? 30),
    keepaliveTimeout: before?.keepaliveTimeout ?? 5,
    sslProtocols: before?.sslProtocols ?? ['TLSv1.2'],
  };
}
