import { defineConfig } from 'vitest/config';

/** Tests on files of other projects, which are not part of this one: LABELKIT_CORPUS says where they are. */
export default defineConfig({
  test: {
    include: ['test/corpus/**/*.test.ts'],
    globalSetup: ['test/corpus/need-corpus.ts', 'test/support/seed.ts'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'threads',
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
