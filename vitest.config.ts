import { defineConfig } from 'vitest/config';

/** Tests that open sockets, start processes or install things are kept apart: they may not share a thread. */
const outside = ['test/**/*.test.ts', 'src/**/*.outside.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['src/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...outside],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        test: {
          name: 'outside',
          include: outside,
          exclude: ['**/node_modules/**', 'test/aws/**'],
          pool: 'forks',
          isolate: true,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
    reporters: process.env.SALLYPORT_TEST_JSON
      ? ['default', ['json', { outputFile: process.env.SALLYPORT_TEST_JSON }]]
      : ['default'],
  },
});
