import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { LocalStorage, MemoryStorage } from '../../../src/dataset-io/storage/index.js';
import { storageConformance } from './conformance.js';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

storageConformance('local', async () => {
  const root = mkdtempSync(join(tmpdir(), 'labelkit-storage-'));
  directories.push(root);
  return { storage: new LocalStorage(), root };
});

storageConformance('memory', async () => {
  const storage = new MemoryStorage();
  await storage.makeDir('mem://root');
  return { storage, root: 'mem://root' };
});
