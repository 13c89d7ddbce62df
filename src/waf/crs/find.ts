import type { RuleFiles } from '../forms/seclang/draft.ts';
import { RuleError } from '../rule-error.ts';

export interface CrsFiles {
  /** The set-up file; null when there is none, and then the options are all the set-up. */
  readonly setup: string | null;
  /** In the order in which they count. */
  readonly rules: readonly string[];
}

/** Where distributions put the set-up file when it is not beside the rules. */
const elsewhere = ['/etc/modsecurity/crs/crs-setup.conf', '/etc/crs/crs-setup.conf', '/etc/crs4/crs-setup.conf'];

/** Finds the parts of a rule set in its directory, or in the `rules` directory of it. */
export function findCrs(path: string, files: RuleFiles, setup?: string): CrsFiles {
  const root = path.replace(/\/+$/, '');
  const inside = files.list(`${root}/rules/*.conf`);
  const rules =
    inside.length > 0 ? inside : files.list(`${root}/*.conf`).filter((file) => !file.endsWith('/crs-setup.conf'));
  if (!rules.some((file) => /REQUEST-901-[^/]*$/.test(file))) {
    throw new RuleError(`no rule set is found in \`${path}\``, {
      hint: 'name the directory that holds REQUEST-901-INITIALIZATION.conf, or the one above it',
    });
  }
  const base = inside.length > 0 ? root : root.replace(/\/[^/]*$/, '');
  const plugins = (kind: string): readonly string[] => files.list(`${base}/plugins/*-${kind}.conf`);
  const names = [`${base}/crs-setup.conf`, `${root}/crs-setup.conf`, ...elsewhere, `${base}/crs-setup.conf.example`];
  if (setup !== undefined && files.read(setup) === null) throw new RuleError(`\`${setup}\` cannot be read`);
  // Another distribution's set-up must not be taken for a checkout that has its own example.
  const order = base.startsWith('/usr/share/') ? names : names.filter((name) => !elsewhere.includes(name));
  const chosen = setup ?? order.find((name) => files.read(name) !== null) ?? null;
  // A distribution keeps what an administrator may edit beside the set-up file.
  const edited = chosen === null || !elsewhere.includes(chosen) ? null : chosen.replace(/\/[^/]*$/, '');
  const local = (name: string): readonly string[] => (edited === null ? [] : files.list(`${edited}/${name}`));
  return {
    setup: chosen,
    rules: [
      ...plugins('config'),
      ...plugins('before'),
      ...local('REQUEST-900-*.conf'),
      ...rules,
      ...local('RESPONSE-999-*.conf'),
      ...plugins('after'),
    ],
  };
}
