import { pathText } from '../config/issues.ts';

/** The secrets that a document, or a part of it, names: `${secret:NAME}` in any text, and those of `hmac-signature`; each with its first place. */
export function documentSecrets(given: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, path: readonly PropertyKey[]): void => {
    if (!found.has(name)) found.set(name, pathText(path));
  };
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string') {
      for (const [, name = ''] of value.matchAll(/\$\{secret:([^}]+)\}/g)) add(name, path);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const { name, params } = value as { name?: unknown; params?: { secrets?: unknown } | null };
    if (name === 'hmac-signature' && Array.isArray(params?.secrets))
      for (const [at, secret] of params.secrets.entries())
        if (typeof secret === 'string') add(secret, [...path, 'params', 'secrets', at]);
    for (const [key, inner] of Object.entries(value)) walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(given, []);
  return found;
}
