// The real components that tests talk to. On a machine with apt and the right to use it they are installed; elsewhere
// what is missing is named, and the tests that need it say so when they leave themselves out.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const needs = [
  { command: 'redis-server', package: 'redis-server', for: 'stores over Redis' },
  { command: 'chromium', package: 'chromium', for: 'pages in a real browser' },
  { command: 'njs', package: 'njs', for: 'CloudFront Functions in an engine of their kind' },
  { command: 'openssl', package: 'openssl', for: 'certificates' },
];

const found = (command) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${command}`));

export function ensureNeeds(log) {
  const missing = needs.filter((need) => !found(need.command));
  if (missing.length === 0) return [];
  const apt = found('apt-get') && process.getuid?.() === 0;
  if (apt) {
    log(`installing ${missing.map((need) => need.package).join(', ')} for the tests`);
    const run = (args) =>
      spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing.map((need) => need.package)];
    if (run(install).status !== 0) {
      run(['update', '-qq']);
      run(install);
    }
  }
  const left = missing.filter((need) => !found(need.command));
  for (const need of left)
    log(`not here and not to be installed by us: ${need.command} (for ${need.for}); its tests are left out`);
  return left;
}
