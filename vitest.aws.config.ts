import { defineConfig } from 'vitest/config';

/** The AWS lane: synthesis, bundles run as Lambda runs them, emulators behind the real SDK clients. Heavy, so apart from `npm test`. */
export default defineConfig({
  test: {
    name: 'aws',
    include: ['test/aws/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
