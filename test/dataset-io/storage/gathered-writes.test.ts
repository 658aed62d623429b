import type { FileHandle } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GatheredWrites } from '../../../src/dataset-io/storage/gathered-writes.js';
import { writeBoth } from '../../../src/dataset-io/storage/local-file.js';
import { randomFor } from '../../support/random.js';

/** A file that takes at most so many bytes at a time, and what it has taken. */
function slowFile(most: number): { handle: FileHandle; content: () => Buffer } {
  const taken: Buffer[] = [];
  const take = (bytes: Uint8Array) => {
    taken.push(Buffer.from(bytes.subarray(0, most)));
    return Promise.resolve({ bytesWritten: Math.min(bytes.length, most) });
  };
  const handle = {
    write: (bytes: Uint8Array, offset: number, length: number) =>
      take(bytes.subarray(offset, offset + length)),
    writev: (parts: Uint8Array[]) => take(Buffer.concat(parts)),
  };
  return { handle: handle as unknown as FileHandle, content: () => Buffer.concat(taken) };
}

describe('writing two buffers', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 100])(
    'goes on where the system stopped, after %i bytes at most',
    async (most) => {
      const { handle, content } = slowFile(most);
      await writeBoth(handle, Buffer.from('abc'), Buffer.from('defgh'));
      expect(content().toString()).toBe('abcdefgh');
    },
  );
});

describe('lent pieces', () => {
  const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('are written one at a time, in order with what is copied, from unchanged memory', async () => {
    const random = randomFor(31);
    for (let run = 0; run < 20; run++) {
      const written: Buffer[] = [];
      const expected: Buffer[] = [];
      let busy = 0;
      const gathered = new GatheredWrites(
        async (bytes, then) => {
          expect(++busy).toBe(1);
          await soon();
          written.push(Buffer.from(bytes), Buffer.from(then ?? []));
          busy--;
        },
        random.pick([50, 30_000, 200_000]),
      );
      for (let i = 0; i < 40; i++) {
        const piece = Buffer.alloc(random.pick([0, 1, 100, 40_000, 65_536, 300_000]), i);
        expected.push(Buffer.from(piece));
        if (random.chance(0.8)) await gathered.lend(piece);
        else {
          await gathered.add(piece);
          piece.fill('-');
        }
        if (random.chance(0.5)) {
          await gathered.pending;
          piece.fill('-');
        }
      }
      await gathered.flush();
      expect(Buffer.concat(written).equals(Buffer.concat(expected))).toBe(true);
    }
  });

  it('fail with what the write failed with, at the next call, and are not needed after that', async () => {
    const failure = new Error('full');
    const gathered = new GatheredWrites(() => Promise.reject(failure), 1000);
    await gathered.lend(Buffer.alloc(100_000));
    await gathered.pending;
    await expect(gathered.lend(Buffer.alloc(100_000))).rejects.toBe(failure);
    await expect(gathered.flush()).rejects.toBe(failure);
    await gathered.stop();
  });
});
