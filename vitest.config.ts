import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/corpus/**', 'test/real/**', 'test/browser/**'],
    pool: 'threads',
    // By itself it leaves one core idle, and much of the time a test waits for a child or a server.
    maxWorkers: '100%',
    globalSetup: ['test/support/seed.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Against tests that hang, with room for a busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
