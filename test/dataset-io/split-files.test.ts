import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MemoryStorage, type StorageWriter, type WriteOptions } from '../../src/dataset-io/storage/index.js';
import { split } from '../../src/index.js';
import { equalParts, parseParts } from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';
import { testFolder } from './folder.js';

/** Lines of 40 bytes to 3 MiB, more of them than all buffers hold. */
function mixedLines(): string[] {
  const random = randomFor(43);
  return Array.from({ length: 3000 }, (_, i) => {
    const length = i % 700 === 3 ? 3 << 20 : random.below(4000);
    return JSON.stringify({ source: `obs://b/${i}.jpg`, note: 'x'.repeat(length) });
  });
}

test.each([2, 3, 254])('%i parts: lines of any length, the last without a line feed', async (count) => {
  const folder = testFolder();
  const path = join(folder, 'all.manifest');
  const lines = mixedLines();
  writeFileSync(path, lines.join('\n'));
  for (const by of ['random', 'hash', 'lines'] as const) {
    const output = join(folder, by);
    const { split: report } = await split(path, output, { parts: equalParts('part', count), by });
    const back = report.parts.map(({ name }) => readFileSync(join(output, `${name}.manifest`), 'utf8'));
    expect(back.map((text) => text.split('\n').filter((line) => line !== '').length)).toEqual(
      report.parts.map(({ samples }) => samples),
    );
    if (by === 'lines') expect(back.join('')).toBe(lines.join('\n'));
    else {
      const order = new Map(lines.map((line, i) => [line, i]));
      const places = back.map((text) =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => order.get(line)),
      );
      for (const part of places) expect(part).toEqual([...part].sort((a, b) => a! - b!));
      expect(places.flat().sort((a, b) => a! - b!)).toEqual(lines.map((_, i) => i));
    }
  }
});

test('CR LF, blank and faulty lines among others change nothing for those', async () => {
  const folder = testFolder();
  const good = Array.from({ length: 400 }, (_, i) => `{"source":"obs://b/${i}.jpg","n":${i}}`);
  const plain = join(folder, 'plain.manifest');
  writeFileSync(plain, good.map((line) => `${line}\n`).join(''));
  const odd = join(folder, 'odd.manifest');
  writeFileSync(
    odd,
    good
      .map(
        (line, i) => `${line}${i % 3 === 0 ? '\r\n' : '\n'}${['\n', '{"source":\n', ' \r\n'][i % 90] ?? ''}`,
      )
      .join(''),
  );
  for (const by of ['random', 'stratified', 'hash'] as const) {
    const options = {
      parts: parseParts('a=0.5,b=0.3,c=0.1', 'ratio'),
      by,
      onError: 'skip',
      seed: 6,
    } as const;
    await split(plain, join(folder, `${by}-plain`), options);
    const { skipped, read } = await split(odd, join(folder, `${by}-odd`), options);
    expect([read - skipped, skipped]).toEqual([400, 5]);
    for (const name of ['a', 'b', 'c']) {
      expect(readFileSync(join(folder, `${by}-odd`, `${name}.manifest`), 'utf8')).toBe(
        readFileSync(join(folder, `${by}-plain`, `${name}.manifest`), 'utf8'),
      );
    }
  }
});

/** A storage in which what the names of files say goes wrong. */
class FaultyStorage extends MemoryStorage {
  override async openWrite(path: string, options?: WriteOptions): Promise<StorageWriter> {
    const writer = await super.openWrite(path, options);
    const fail = async (): Promise<never> => {
      throw new Error(`no ${path}`);
    };
    if (path.includes('unwritable')) return { ...methodsOf(writer), write: fail };
    return path.includes('unfinished') ? { ...methodsOf(writer), commit: fail } : writer;
  }

  override async delete(path: string): Promise<void> {
    if (path.includes('kept')) throw new Error(`${path} stays`);
    await super.delete(path);
  }
}

function methodsOf(writer: StorageWriter): StorageWriter {
  return {
    path: writer.path,
    bytes: 0,
    write: (chunk) => writer.write(chunk),
    commit: () => writer.commit(),
    abort: () => writer.abort(),
  };
}

test('parts that cannot all be finished: those that were are removed, and the first failure is said with the second', async () => {
  const storage = new FaultyStorage();
  await storage.writeAtomic('mem://b/all.manifest', Buffer.from('{"source":"a"}\n{"source":"b"}\n'));
  const splitAs = (parts: string, folder: string) =>
    split('mem://b/all.manifest', `mem://b/${folder}`, {
      parts: parseParts(parts, 'count'),
      by: 'lines',
      from: 'manifest',
      storage,
    });
  await expect(splitAs('one=1,unfinished', 'x')).rejects.toThrow('no mem://b/x/unfinished.manifest');
  expect(await storage.stat('mem://b/x/one.manifest')).toBe(null);
  await expect(splitAs('kept=1,one=0,unfinished', 'y')).rejects.toMatchObject({
    message: 'no mem://b/y/unfinished.manifest; cleaning up failed too: mem://b/y/kept.manifest stays',
    path: 'mem://b/y',
  });
  expect(await storage.stat('mem://b/y/one.manifest')).toBe(null);
  await expect(splitAs('one=1,unwritable', 'z')).rejects.toThrow('no mem://b/z/unwritable.manifest');
  expect(await storage.stat('mem://b/z/one.manifest')).toBe(null);
});

test('a folder that a write fails in is not left behind', async () => {
  const folder = testFolder();
  const path = join(folder, 'all.manifest');
  writeFileSync(path, mixedLines().join('\n'));
  const controller = new AbortController();
  const running = split(path, join(folder, 'parts'), {
    parts: equalParts('part', 3),
    by: 'hash',
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ name: 'AbortedError' });
  expect(existsSync(join(folder, 'parts'))).toBe(false);
});
