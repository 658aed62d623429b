import { defineConfig } from 'vitest/config';

/** Tests of pages in Chromium, which has to be installed: LABELKIT_CHROMIUM names it, default /usr/bin/chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/*.test.ts'],
    globalSetup: ['test/browser/need-chromium.ts', 'test/support/seed.ts'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'threads',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
