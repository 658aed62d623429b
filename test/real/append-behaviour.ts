import { expect, test } from 'vitest';
import type { ObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { chunksOf, contentOf } from '../dataset-io/storage/conformance.js';

/**
 * Several who append to one object at the same time: every line is in it once, those of one writer in their order.
 *
 * @param fromNothing they all try to create it. Ceph lets all of them, and keeps one's lines
 */
export function sharedAppends(
  name: string,
  make: () => Promise<{ readonly storage: ObsStorage; readonly root: string }>,
  { fromNothing }: { readonly fromNothing: boolean },
): void {
  test(`${name}: eight writers append to one object`, async () => {
    const { storage, root } = await make();
    const path = `${root}/shared.manifest`;
    const expected: string[] = [];
    if (!fromNothing) {
      await storage.append(path, chunksOf('first\n'));
      expected.push('first');
    }
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let line = 0; line < 10; line++) {
          const content = `writer ${writer} line ${line}`;
          expected.push(content);
          await storage.append(path, chunksOf(`${content}\n`));
        }
      }),
    );
    const lines = (await contentOf(storage, path)).split('\n');
    expect(lines.pop()).toBe('');
    expect([...lines].sort()).toEqual(expected.sort());
    for (let writer = 0; writer < 8; writer++) {
      const own = lines.filter((line) => line.startsWith(`writer ${writer} `));
      expect(own).toEqual(Array.from({ length: 10 }, (_, line) => `writer ${writer} line ${line}`));
    }
  });
}
