import { defineConfig } from 'vitest/config';

/** Tests on real services, started by `npm run test:real` and `npm run test:obs`: they need what those provide. */
export default defineConfig({
  test: {
    include: ['test/real/*.test.ts'],
    globalSetup: ['test/support/seed.ts'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'threads',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
