import { describe, expect, test } from 'vitest';
import {
  copyFile,
  createReadBuffer,
  entryBatches,
  joinLocation,
  type Storage,
} from '../../../src/dataset-io/storage/index.js';
import { LabelkitError } from '../../../src/model/index.js';

export interface Fixture {
  readonly storage: Storage;
  /** An empty directory, different for every call. */
  readonly root: string;
}

/** What a kind of place cannot promise. */
export interface Limits {
  /** An address of another kind. Default `obs://bucket/key`. */
  readonly foreign?: string;
  /** Object stores: keys are texts, a file and a directory may share a name, and nothing looks above a key. */
  readonly flatKeys?: boolean;
  /** No second names. */
  readonly noLinks?: boolean;
  /** Two appends at the same time both succeed. */
  readonly sharedAppend?: boolean;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

export async function* chunksOf(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? utf8(text) : text;
}

/** Everything in a file. */
export async function contentOf(
  storage: Storage,
  path: string,
  range: { start?: number; end?: number } = {},
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, range)) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

/** The code of the error that a promise rejects with; fails when it is not one of ours. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(LabelkitError);
    return (error as LabelkitError).code;
  }
  return 'no error';
}

async function namesIn(storage: Storage, root: string, recursive = true): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of storage.list(root, { recursive })) names.push(entry.name);
  return names;
}

/** What every storage promises; run with each of them. */
export function storageConformance(name: string, make: () => Promise<Fixture>, limits: Limits = {}): void {
  describe(`${name}: storage promises`, () => {
    test('what is written is read back, in one piece or many', async () => {
      const { storage, root } = await make();
      const one = joinLocation(root, 'one.txt');
      const many = joinLocation(root, 'many.txt');
      const stat = await storage.writeAtomic(one, utf8('abc'));
      expect(stat).toMatchObject({ path: one, size: 3, kind: 'file' });
      await storage.writeAtomic(many, chunksOf('a', '', 'bc\n', '中'));
      expect(await contentOf(storage, one)).toBe('abc');
      expect(await contentOf(storage, many)).toBe('abc\n中');
      expect(await storage.stat(many)).toMatchObject({ size: 7, kind: 'file' });
    });

    test('empty files are files', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'empty');
      await storage.writeAtomic(path, new Uint8Array(0));
      expect(await storage.stat(path)).toMatchObject({ size: 0, kind: 'file' });
      expect(await contentOf(storage, path)).toBe('');
    });

    test('large content, any piece size, and pieces whose memory is used again', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'large');
      const piece = new Uint8Array(700_001);
      const expected = Buffer.alloc(piece.length * 5);
      async function* reusing(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 5; i++) {
          piece.fill(65 + i);
          expected.set(piece, i * piece.length);
          yield piece;
        }
      }
      await storage.writeAtomic(path, reusing());
      const back: Uint8Array[] = [];
      for await (const chunk of storage.openRead(path)) back.push(chunk);
      expect(Buffer.concat(back).equals(expected)).toBe(true);
    });

    test('a range is read like a slice', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'digits');
      await storage.writeAtomic(path, utf8('0123456789'));
      for (const [start, end] of [
        [0, 4],
        [3, 7],
        [8, 100],
        [10, 20],
        [50, 60],
        [4, 4],
      ] as const) {
        expect(await contentOf(storage, path, { start, end })).toBe('0123456789'.slice(start, end));
      }
      expect(await contentOf(storage, path, { start: 6 })).toBe('6789');
    });

    test('EC-155: what is not there is null for stat and an error with the path for everything else', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'missing');
      expect(await storage.stat(path)).toBeNull();
      await expect(contentOf(storage, path)).rejects.toMatchObject({ code: 'NotFound', path });
      expect(await codeOf(storage.copy(path, joinLocation(root, 'b')))).toBe('NotFound');
      expect(await codeOf(storage.link(path, joinLocation(root, 'b')))).toBe(
        limits.noLinks === true ? 'Unsupported' : 'NotFound',
      );
      expect(await codeOf(namesIn(storage, path))).toBe('NotFound');
      await storage.delete(path);
    });

    test('a directory where a file is meant, and a file where a directory is meant', async () => {
      const { storage, root } = await make();
      const directory = joinLocation(root, 'd');
      await storage.makeDir(directory);
      await storage.makeDir(directory);
      expect(await storage.stat(directory)).toMatchObject({ kind: 'directory' });
      expect(await codeOf(contentOf(storage, directory))).toBe('IsADirectory');
      if (limits.flatKeys === true) {
        const slashed = `${directory}/`;
        expect(await codeOf(storage.writeAtomic(slashed, utf8('x'), { mode: 'overwrite' }))).toBe(
          'IsADirectory',
        );
        expect(await codeOf(storage.append(slashed, chunksOf('x\n')))).toBe('IsADirectory');
        const file = joinLocation(root, 'f');
        await storage.writeAtomic(file, utf8('x'));
        expect(await codeOf(namesIn(storage, file))).toBe('NotADirectory');
        return;
      }
      expect(await codeOf(storage.writeAtomic(directory, utf8('x'), { mode: 'overwrite' }))).toBe(
        'IsADirectory',
      );
      expect(await codeOf(storage.append(directory, chunksOf('x\n')))).toBe('IsADirectory');
      expect(await codeOf(storage.delete(directory))).toBe('IsADirectory');
      const file = joinLocation(root, 'f');
      await storage.writeAtomic(file, utf8('x'));
      expect(await codeOf(namesIn(storage, file))).toBe('NotADirectory');
      expect(await codeOf(storage.writeAtomic(joinLocation(file, 'x'), utf8('x')))).toBe('NotADirectory');
      expect(await codeOf(storage.makeDir(file))).toBe('NotADirectory');
      expect(await codeOf(storage.makeDir(joinLocation(file, 'x', 'y')))).toBe('NotADirectory');
    });

    test('EC-103: mode create refuses an existing file and reads nothing of the new one', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      await storage.writeAtomic(path, utf8('old'));
      let asked = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        asked = true;
        yield utf8('new');
      }
      expect(await codeOf(storage.writeAtomic(path, source()))).toBe('AlreadyExists');
      expect(asked).toBe(false);
      await storage.writeAtomic(path, source(), { mode: 'overwrite' });
      expect(await contentOf(storage, path)).toBe('new');
    });

    test('mode create refuses a file that appears while it writes', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      const writer = await storage.openWrite(path);
      await writer.write(utf8('mine'));
      await storage.writeAtomic(path, utf8('theirs'));
      expect(await codeOf(writer.commit())).toBe('AlreadyExists');
      await writer.abort();
      expect(await contentOf(storage, path)).toBe('theirs');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('nothing is visible before the commit, nothing is left after an abort', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      const writer = await storage.openWrite(path);
      await writer.write(utf8('x'.repeat(100)));
      expect(writer.bytes).toBe(100);
      expect(await storage.stat(path)).toBeNull();
      await writer.abort();
      await writer.abort();
      expect(await storage.stat(path)).toBeNull();
      expect(await namesIn(storage, root)).toEqual([]);
    });

    test('EC-104: a source that fails leaves the old file, and its own error comes through', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      await storage.writeAtomic(path, utf8('old'));
      async function* failing(end = ''): AsyncGenerator<Uint8Array> {
        yield utf8('new'.repeat(500_000) + end);
        throw new RangeError('the source broke');
      }
      await expect(storage.writeAtomic(path, failing(), { mode: 'overwrite' })).rejects.toThrow(
        'the source broke',
      );
      await expect(storage.append(path, failing('\n'))).rejects.toThrow('the source broke');
      expect(await contentOf(storage, path)).toBe('old');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('abort works before, between and during pieces, even of a source that never answers', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      await storage.writeAtomic(path, utf8('old\n'));
      const before = AbortSignal.abort();
      expect(await codeOf(storage.writeAtomic(path, utf8('x'), { mode: 'overwrite', signal: before }))).toBe(
        'Aborted',
      );
      expect(await codeOf(storage.stat(path, { signal: before }))).toBe('Aborted');
      async function* stuck(): AsyncGenerator<Uint8Array> {
        yield utf8('new\n');
        await new Promise(() => undefined);
      }
      for (const work of ['write', 'append'] as const) {
        const controller = new AbortController();
        const options = { mode: 'overwrite', signal: controller.signal } as const;
        const running =
          work === 'write'
            ? storage.writeAtomic(path, stuck(), options)
            : storage.append(path, stuck(), options);
        const outcome = codeOf(running);
        setTimeout(() => controller.abort(), 30);
        expect(await outcome).toBe('Aborted');
      }
      const reading = new AbortController();
      const chunks = storage.openRead(path, { signal: reading.signal });
      reading.abort();
      expect(await codeOf(chunks.next())).toBe('Aborted');
      expect(await contentOf(storage, path)).toBe('old\n');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('EC-102: append ends an open last line first; to an empty or missing file it adds nothing else', async () => {
      const { storage, root } = await make();
      for (const [name, old, expected] of [
        ['missing', undefined, '1\n2\n'],
        ['empty', '', '1\n2\n'],
        ['ended', '0\n', '0\n1\n2\n'],
        ['open', '0', '0\n1\n2\n'],
        ['crlf', '0\r\n', '0\r\n1\n2\n'],
      ] as const) {
        const path = joinLocation(root, name);
        if (old !== undefined) await storage.writeAtomic(path, utf8(old));
        const result = await storage.append(path, chunksOf('1\n', '', '2\n'));
        expect(await contentOf(storage, path)).toBe(expected);
        expect(result.start).toBe(old?.length ?? 0);
        expect(result.stat).toMatchObject({ path, size: expected.length });
      }
    });

    test('appending no lines changes nothing', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      await storage.writeAtomic(path, utf8('open'));
      await storage.append(path, chunksOf());
      expect(await contentOf(storage, path)).toBe('open');
    });

    test('append refuses half a line and adds nothing', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      await storage.writeAtomic(path, utf8('0\n'));
      expect(await codeOf(storage.append(path, chunksOf('1\n', '2')))).toBe('BadOption');
      expect(await contentOf(storage, path)).toBe('0\n');
    });

    test('a second append to the same file is told that it is locked, or both are done', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begin: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield utf8('1\n');
        begin();
        await gate;
        yield utf8('2\n');
      }
      const first = storage.append(path, slow());
      await begun;
      const shared = limits.sharedAppend === true;
      expect(await codeOf(storage.append(path, chunksOf('x\n')))).toBe(shared ? 'no error' : 'Locked');
      release();
      await first;
      await storage.append(path, chunksOf('3\n'));
      expect(await contentOf(storage, path)).toBe(shared ? 'x\n1\n2\n3\n' : '1\n2\n3\n');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('updates at the same time are done one after the other', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      const add = (letter: string) =>
        storage.update(path, (before) => Buffer.concat([before ?? Buffer.from('>'), utf8(letter)]), {
          waitMs: 60_000,
        });
      expect(await add('0')).toMatchObject({ path, size: 2, kind: 'file' });
      await Promise.all([...'abcdef'].map(add));
      const content = await contentOf(storage, path);
      expect(content.slice(0, 2)).toBe('>0');
      expect([...content.slice(2)].sort().join('')).toBe('abcdef');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('an update that changes nothing or fails leaves the file alone', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      const refuse = () => {
        throw new RangeError('not so');
      };
      await expect(storage.update(path, refuse)).rejects.toThrow(RangeError);
      expect(await storage.stat(path)).toBeNull();
      await storage.writeAtomic(path, utf8('0'));
      const { modified } = (await storage.stat(path))!;
      await expect(storage.update(path, refuse)).rejects.toThrow('not so');
      expect(await storage.update(path, (before) => before!)).toMatchObject({ size: 1, modified });
      await storage.update(path, () => new Uint8Array(0));
      await storage.update(path, (before) => utf8(`was ${before!.length}`));
      expect(await contentOf(storage, path)).toBe('was 0');
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('overwrites at the same time: one of them wins whole', async () => {
      const { storage, root } = await make();
      const path = joinLocation(root, 'a');
      const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(50_000));
      await Promise.all(contents.map((text) => storage.writeAtomic(path, utf8(text), { mode: 'overwrite' })));
      expect(contents).toContain(await contentOf(storage, path));
      expect(await namesIn(storage, root)).toEqual(['a']);
    });

    test('lists in the order of UTF-8 bytes of the full names', async () => {
      const { storage, root } = await make();
      // U+FF21 sorts before U+1F600 in UTF-8 and after it in JavaScript; `a-b` before `a/`, `a0` after it.
      const names = ['a/1', 'a/10', 'a/2', 'a-b', 'a.b', 'a0', 'B', 'z/\u{1f600}', 'z/\uff21', 'z/é'];
      for (const directory of ['a', 'z']) await storage.makeDir(joinLocation(root, directory));
      for (const name of names) await storage.writeAtomic(joinLocation(root, name), utf8(name));
      const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await namesIn(storage, root)).toEqual(sorted);
      const top: string[] = [];
      for await (const entry of storage.list(root)) top.push(`${entry.kind} ${entry.name}`);
      expect(top).toEqual(['file B', 'file a-b', 'file a.b', 'directory a', 'file a0', 'directory z']);
      for await (const entry of storage.list(root, { recursive: true })) {
        expect(await contentOf(storage, entry.path)).toBe(entry.name);
      }
      const batched: string[] = [];
      for await (const batch of entryBatches(storage, root)) {
        for (const { kind, name } of batch) batched.push(`${kind} ${name}`);
      }
      expect(batched).toEqual(top);
    });

    test('an empty directory lists nothing', async () => {
      const { storage, root } = await make();
      const directory = joinLocation(root, 'd');
      await storage.makeDir(directory);
      expect(await namesIn(storage, directory)).toEqual([]);
    });

    test('copy, and link, which is another name and not another write', async () => {
      const { storage, root } = await make();
      const [a, b, c] = [joinLocation(root, 'a'), joinLocation(root, 'b'), joinLocation(root, 'c')];
      await storage.writeAtomic(a, utf8('text'));
      await storage.copy(a, b);
      expect(await contentOf(storage, b)).toBe('text');
      expect(await codeOf(storage.copy(a, b))).toBe('AlreadyExists');
      if (limits.noLinks === true) {
        expect(await codeOf(storage.link(a, c))).toBe('Unsupported');
        await storage.copy(a, c);
      } else {
        await storage.link(a, c);
        expect(await codeOf(storage.link(a, c))).toBe('AlreadyExists');
      }
      expect(await contentOf(storage, c)).toBe('text');
      await storage.writeAtomic(c, utf8('other'), { mode: 'overwrite' });
      expect(await contentOf(storage, a)).toBe('text');
      await storage.copy(c, b, { mode: 'overwrite' });
      expect(await contentOf(storage, b)).toBe('other');
    });

    test('copyFile accepts a target that is the same and refuses one that differs', async () => {
      const { storage, root } = await make();
      const [a, b] = [joinLocation(root, 'a'), joinLocation(root, 'b')];
      await storage.writeAtomic(a, utf8('text'));
      const from = { storage, path: a };
      const to = { storage, path: b };
      expect(await copyFile(from, to)).toMatchObject({ outcome: 'copied', stat: { size: 4 } });
      expect(await copyFile(from, to)).toMatchObject({ outcome: 'identical' });
      await storage.writeAtomic(b, utf8('tent'), { mode: 'overwrite' });
      expect(await codeOf(copyFile(from, to))).toBe('AlreadyExists');
      expect(await contentOf(storage, b)).toBe('tent');
      expect(await copyFile(from, to, { mode: 'overwrite' })).toMatchObject({ outcome: 'copied' });
      expect(await contentOf(storage, b)).toBe('text');
    });

    test('the sync lanes: a reused buffer that grows and ends in zeros; small atomic writes', async () => {
      const { storage, root } = await make();
      if (storage.readSync === undefined || storage.writeSmallSync === undefined) return;
      const buffer = createReadBuffer(64);
      for (const length of [0, 1, 48, 47, 64, 1000, 300_000, 5]) {
        const path = joinLocation(root, `f${length}`);
        storage.writeSmallSync(path, Buffer.alloc(length, 'x'));
        buffer.bytes.fill(0xff);
        expect(storage.readSync(path, buffer)).toBe(length);
        expect(buffer.bytes.length).toBeGreaterThanOrEqual(length + 16);
        expect(buffer.bytes.subarray(0, length).equals(Buffer.alloc(length, 'x'))).toBe(true);
        expect(buffer.bytes.subarray(length, length + 16).equals(Buffer.alloc(16))).toBe(true);
      }
      const path = joinLocation(root, 'f5');
      const sync = async (work: () => unknown) => work();
      const { readSync, writeSmallSync } = {
        readSync: storage.readSync.bind(storage),
        writeSmallSync: storage.writeSmallSync.bind(storage),
      };
      expect(await codeOf(sync(() => writeSmallSync(path, utf8('y'))))).toBe('AlreadyExists');
      writeSmallSync(path, utf8('y'), { mode: 'overwrite' });
      expect(await contentOf(storage, path)).toBe('y');
      expect(await codeOf(sync(() => readSync(joinLocation(root, 'missing'), buffer)))).toBe('NotFound');
      expect(await codeOf(sync(() => readSync(root, buffer)))).toBe('IsADirectory');
      expect((await namesIn(storage, root)).length).toBe(8);
    });

    test('an address of another kind is refused', async () => {
      const { storage } = await make();
      const foreign = limits.foreign ?? 'obs://bucket/key';
      expect(await codeOf(contentOf(storage, foreign))).toBe('BadAddress');
    });
  });
}
