import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  manifestRanges,
  readManifest,
  readManifestBatches,
  writeManifest,
  writeManifestBatches,
} from '../../src/dataset-io/manifest-io.js';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { ManifestSample } from '../../src/manifest/index.js';
import { DataError, type Diagnostic, OptionError, StorageError } from '../../src/model/index.js';
import { all, testFolder } from './folder.js';

const line = (i: number) => `{"source":"obs://b/${i}.jpg","x":${i}.0}\n`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('');

/** A memory storage that counts how many readers are open. */
class CountingStorage extends MemoryStorage {
  open = 0;
  override async *openRead(...args: Parameters<MemoryStorage['openRead']>) {
    this.open++;
    try {
      yield* super.openRead(...args);
    } finally {
      this.open--;
    }
  }
}

async function memory(text: string): Promise<CountingStorage> {
  const storage = new CountingStorage();
  await storage.writeAtomic('mem://m.manifest', Buffer.from(text));
  return storage;
}

async function text(storage: MemoryStorage, path = 'mem://out.manifest'): Promise<string> {
  return Buffer.concat(await all(storage.openRead(path))).toString();
}

describe('readManifest', () => {
  it('gives the samples of a local file in order, with their places', async () => {
    const path = join(testFolder(), 'a.manifest');
    writeFileSync(path, `${line(1)}\n${line(2)}`);
    const samples = await all(readManifest(path));
    expect(samples.map(({ source, line: number, file }) => [source, number, file])).toEqual([
      ['obs://b/1.jpg', 1, path],
      ['obs://b/2.jpg', 3, path],
    ]);
  });

  it.each(['missing.manifest', '.'])('%s cannot be read: StorageError', async (name) => {
    const path = join(testFolder(), name);
    await expect(all(readManifest(path))).rejects.toThrow(StorageError);
  });

  it('opens nothing before the first sample is asked for, and closes when the loop is left', async () => {
    const storage = await memory(lines(50_000));
    const samples = readManifest('mem://m.manifest', { storage });
    expect(storage.open).toBe(0);
    for await (const sample of samples) {
      expect(sample.source).toBe('obs://b/0.jpg');
      expect(storage.open).toBe(1);
      break;
    }
    expect(storage.open).toBe(0);
  });

  it('closes when it is aborted', async () => {
    const storage = await memory(lines(100_000));
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of readManifestBatches('mem://m.manifest', { storage, signal: controller.signal }))
        controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'Aborted' });
    expect(storage.open).toBe(0);
  });

  it('closes when strict reading stops at a fault', async () => {
    const storage = await memory(`${line(1)}{}\n`);
    await expect(all(readManifest('mem://m.manifest', { storage, mode: 'strict' }))).rejects.toThrow(
      'mem://m.manifest:2:1: the sample has no source [M020]',
    );
    expect(storage.open).toBe(0);
  });

  it('takes encodings by their names', async () => {
    const path = join(testFolder(), 'a.manifest');
    // C3 A8 is one character in UTF-8 and another one in GBK.
    writeFileSync(path, Buffer.from('{"source":"\xc3\xa8"}\n', 'latin1'));
    expect((await all(readManifest(path)))[0]!.source).toBe('è');
    expect((await all(readManifest(path, { encoding: 'GB2312' })))[0]!.source).toBe('猫');
    await expect(all(readManifest(path, { encoding: 'klingon' }))).rejects.toThrow(OptionError);
  });

  it('keeps samples of one usage', async () => {
    const storage = await memory('{"source":"a","usage":"Train"}\n{"source":"b"}\n');
    const samples = await all(readManifest('mem://m.manifest', { storage, usage: 'train' }));
    expect(samples.map(({ source }) => source)).toEqual(['a']);
  });
});

/** A memory storage that gives the same few bytes of memory again and again to whoever allows it. */
class ReusingStorage extends MemoryStorage {
  reused = false;
  override async *openRead(...[path, options]: Parameters<MemoryStorage['openRead']>) {
    const memory = Buffer.alloc(333);
    for await (const chunk of super.openRead(path, options)) {
      if (options?.reuse !== true) {
        yield chunk;
        continue;
      }
      this.reused = true;
      for (let at = 0; at < chunk.length; at += memory.length)
        yield memory.subarray(0, Buffer.from(chunk).copy(memory, 0, at));
    }
  }
}

describe('memory that is used again', () => {
  const content = `${lines(300)}nonsense\n{"source":"标注"}\n${lines(300)}`;

  it('does not change what samples say that were read before', async () => {
    const storage = new ReusingStorage();
    await storage.writeAtomic('mem://m.manifest', Buffer.from(content));
    const expected = content.split('\n').filter((one) => one.startsWith('{'));
    const single = await all(readManifest('mem://m.manifest', { storage }));
    expect(storage.reused).toBe(true);
    expect(single.map((sample) => sample.text)).toEqual(expected);
    const batches = await all(readManifestBatches('mem://m.manifest', { storage, reuse: true }));
    const many = batches.flatMap((batch) => batch.samples);
    expect(many.map((sample) => sample.text)).toEqual(expected);
    expect(many.map(({ source, offset, line }) => [source, offset, line])).toEqual(
      single.map(({ source, offset, line }) => [source, offset, line]),
    );
  });

  it('is for callers who say so: batches stay writable', async () => {
    const storage = new ReusingStorage();
    await storage.writeAtomic('mem://m.manifest', Buffer.from(content));
    const batches = await all(readManifestBatches('mem://m.manifest', { storage }));
    expect(storage.reused).toBe(false);
    await writeManifestBatches('mem://out.manifest', batches, { storage });
    expect(await text(storage)).toBe(content.replace('nonsense\n', ''));
  });
});

describe('ranges', () => {
  it.each([1, 2, 3, 7, 100])('%i parts hold every line once, with its offset in the file', async (parts) => {
    const storage = await memory(lines(1000));
    const whole = await all(readManifest('mem://m.manifest', { storage }));
    const ranges = await manifestRanges('mem://m.manifest', parts, { storage });
    expect(ranges.length).toBe(parts);
    const found: [string, number | undefined][] = [];
    for (const range of ranges) {
      for await (const batch of readManifestBatches('mem://m.manifest', { storage, range }))
        for (const { source, offset } of batch.samples) found.push([source, offset]);
    }
    expect(found).toEqual(whole.map(({ source, offset }) => [source, offset]));
  });

  it('has fewer parts than asked for when there are fewer lines, and none of an empty file', async () => {
    const storage = await memory(lines(2));
    expect((await manifestRanges('mem://m.manifest', 9, { storage })).length).toBe(2);
    const empty = await memory('');
    expect(await manifestRanges('mem://m.manifest', 9, { storage: empty })).toEqual([]);
    await expect(manifestRanges('mem://none', 2, { storage: empty })).rejects.toThrow(StorageError);
    await expect(manifestRanges('mem://m.manifest', 0, { storage })).rejects.toThrow(OptionError);
  });

  it('counts lines from the number it is given', async () => {
    const storage = await memory(`${line(1)}${line(2)}nonsense\n`);
    const found: Diagnostic[] = [];
    const range = { start: line(1).length, firstLine: 2 };
    await all(
      readManifest('mem://m.manifest', { storage, range, onDiagnostic: (d) => found.push(d), check: 'all' }),
    );
    expect(found).toMatchObject([{ rule: 'M004', line: 3, offset: line(1).length * 2 }]);
  });

  it('a part without samples is no fault', async () => {
    const storage = await memory(`${line(1)}\n`);
    const found: string[] = [];
    const range = { start: line(1).length };
    const onDiagnostic = ({ rule }: Diagnostic) => found.push(rule);
    await all(readManifest('mem://m.manifest', { storage, range, onDiagnostic, check: 'all' }));
    expect(found).toEqual(['M005']);
  });

  it.each([{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }])('%j is no range', async (range) => {
    const storage = await memory(lines(3));
    await expect(all(readManifest('mem://m.manifest', { storage, range }))).rejects.toThrow(OptionError);
  });

  it('UTF-16 has no parts', async () => {
    const storage = await memory(lines(3));
    const options = { storage, range: { start: 0 }, encoding: 'utf-16le' };
    await expect(all(readManifest('mem://m.manifest', options))).rejects.toThrow(OptionError);
  });
});

describe('join', () => {
  const xml = (name: string) =>
    `<annotation><folder>f</folder><filename>a.jpg</filename><size><width>9</width><height>9</height><depth>3</depth></size><segmented>0</segmented><object><name>${name}</name><pose>0</pose><truncated>0</truncated><difficult>0</difficult><occluded>0</occluded><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></object></annotation>`;
  const detection = (loc: string) =>
    JSON.stringify({
      source: 'a.jpg',
      annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': loc }],
    });

  it('EC-081 EC-082 F10 reads the files named relative to the manifest, XML in the line itself (F18), several of one sample (F19)', async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'xml'));
    writeFileSync(join(folder, 'xml', 'a b.xml'), xml('cat'));
    writeFileSync(join(folder, 'c.xml'), xml('dog'));
    const path = join(folder, 'm.manifest');
    const two = {
      source: 'a.jpg',
      annotation: [
        { type: 'modelarts/object_detection', 'annotation-loc': './xml/a b.xml' },
        { type: 'modelarts/image_classification', name: 'x' },
        { type: 'modelarts/object_detection', 'annotation-loc': 'c.xml' },
      ],
    };
    writeFileSync(path, `${JSON.stringify(two)}\n${detection(xml('bird'))}\n`);
    const samples = await all(readManifest(path, { join: true }));
    const names = samples.map(({ annotations }) =>
      annotations.map(({ image }) => image?.objects.map(({ name }) => name)),
    );
    expect(names).toEqual([[['cat'], undefined, ['dog']], [['bird']]]);
    const out = join(folder, 'out.manifest');
    await writeManifest(out, samples);
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(path, 'utf8'));
  });

  it('does not read them unasked', async () => {
    const storage = await memory(`${detection('none.xml')}\n`);
    const samples = await all(readManifest('mem://m.manifest', { storage }));
    expect(samples[0]!.annotations[0]!.image).toBeUndefined();
  });

  it('reports files that are missing or broken and gives their samples without them', async () => {
    const storage = await memory(`${detection('none.xml')}\n${detection('broken.xml')}\n`);
    await storage.writeAtomic('mem://broken.xml', Buffer.from(xml('cat').replace('</object>', '')));
    const found: Diagnostic[] = [];
    const options = { storage, join: true, onDiagnostic: (d: Diagnostic) => found.push(d) };
    const samples = await all(readManifest('mem://m.manifest', options));
    expect(samples.map(({ annotations }) => annotations[0]!.image)).toEqual([undefined, undefined]);
    expect(found.map(({ rule, file, line: number }) => [rule, file, number])).toEqual([
      ['M082', 'mem://m.manifest', 1],
      ['M083', 'mem://m.manifest', 2],
      ['V001', 'mem://broken.xml', 1],
    ]);
    await expect(all(readManifest('mem://m.manifest', { ...options, mode: 'strict' }))).rejects.toThrow(
      DataError,
    );
  });

  it('leaves the root it is given to nobody', async () => {
    const storage = await memory(`${detection('../a.xml')}\n`);
    const found: Diagnostic[] = [];
    const options = {
      storage,
      join: true,
      root: 'mem://',
      baseDir: 'mem://x',
      onDiagnostic: (d: Diagnostic) => found.push(d),
    };
    await storage.writeAtomic('mem://a.xml', Buffer.from(xml('cat')));
    const [sample] = await all(readManifest('mem://m.manifest', options));
    expect(sample!.annotations[0]!.image?.objects.length).toBe(1);
    await all(readManifest('mem://m.manifest', { ...options, root: 'mem://x' }));
    expect(found).toMatchObject([{ rule: 'M082' }]);
  });
});

describe('writeManifest', () => {
  const samples = [new ManifestSample({ source: 'a' }), { source: 'b', annotations: [{ name: 'é' }] }];
  const written = '{"source":"a"}\n{"source":"b","annotation":[{"name":"é"}]}\n';

  it('says what it wrote', async () => {
    const storage = new MemoryStorage();
    const result = await writeManifest('mem://out.manifest', samples, { storage });
    expect(result).toEqual({ path: 'mem://out.manifest', samples: 2, bytes: Buffer.byteLength(written) });
    expect(await text(storage)).toBe(written);
  });

  it('creates unless told otherwise; overwrites; appends to what has no line break at its end', async () => {
    const path = join(testFolder(), 'out.manifest');
    writeFileSync(path, '{"source":"0"}');
    await expect(writeManifest(path, samples)).rejects.toMatchObject({ code: 'AlreadyExists' });
    const result = await writeManifest(path, samples, { mode: 'append' });
    expect(result).toEqual({ path, samples: 2, bytes: Buffer.byteLength(written) });
    expect(readFileSync(path, 'utf8')).toBe(`{"source":"0"}\n${written}`);
    await writeManifest(path, samples, { mode: 'overwrite' });
    expect(readFileSync(path, 'utf8')).toBe(written);
  });

  it('EC-102 appends to an empty and to a missing file without a leading line break', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'empty'), '');
    for (const name of ['empty', 'missing']) {
      await writeManifest(join(folder, name), samples, { mode: 'append' });
      expect(readFileSync(join(folder, name), 'utf8')).toBe(written);
    }
  });

  it.each(['overwrite', 'append', 'create'] as const)(
    'EC-104 A21 a sample that cannot be written leaves the file as it was (%s)',
    async (mode) => {
      const folder = testFolder();
      const path = join(folder, 'out.manifest');
      if (mode !== 'create') writeFileSync(path, 'old\n');
      await expect(
        writeManifest(path, [...samples, { source: '', annotations: [] }], { mode }),
      ).rejects.toThrow(OptionError);
      expect(readdirSync(folder)).toEqual(mode === 'create' ? [] : ['out.manifest']);
      if (mode !== 'create') expect(readFileSync(path, 'utf8')).toBe('old\n');
    },
  );

  it('can overwrite what it reads from', async () => {
    const path = join(testFolder(), 'a.manifest');
    writeFileSync(path, lines(2000));
    async function* even() {
      for await (const sample of readManifest(path)) {
        if (Number(sample.member('x')) % 2 === 1) continue;
        sample.usage = 'test';
        yield sample;
      }
    }
    expect(await writeManifest(path, even(), { mode: 'overwrite' })).toMatchObject({ samples: 1000 });
    expect(readFileSync(path, 'utf8').startsWith('{"source":"obs://b/0.jpg","x":0.0,"usage":"TEST"}\n')).toBe(
      true,
    );
  });

  it('stops when aborted and leaves nothing', async () => {
    const folder = testFolder();
    const controller = new AbortController();
    function* endless() {
      for (let i = 0; ; i++) {
        if (i === 1000) controller.abort();
        yield { source: `s${i}`, annotations: [] };
      }
    }
    const writing = writeManifest(join(folder, 'out'), endless(), { signal: controller.signal });
    await expect(writing).rejects.toMatchObject({ code: 'Aborted' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('knows three modes', async () => {
    const folder = testFolder();
    const mode = 'w' as 'create';
    await expect(writeManifest(join(folder, 'out'), samples, { mode })).rejects.toThrow(OptionError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes canonical lines and string flags on request', async () => {
    const storage = new MemoryStorage();
    const [sample] = await all(
      readManifest('mem://m.manifest', { storage: await memory('{"hard":true, "source":"a"}\n') }),
    );
    const options = { storage, canonical: true, hardAs: 'string' } as const;
    await writeManifest('mem://out.manifest', [sample!], options);
    expect(await text(storage)).toBe('{"source":"a","hard":"true"}\n');
  });
});

describe('writeManifestBatches', () => {
  it('copies lines that nobody looked at, and counts those that are written', async () => {
    const storage = await memory(`${lines(3)}\n${lines(2)}`);
    async function* edited() {
      for await (const batch of readManifestBatches('mem://m.manifest', { storage, lazy: true })) {
        batch.drop(0);
        yield batch;
      }
    }
    const result = await writeManifestBatches('mem://out.manifest', edited(), { storage });
    const expected = `${line(1)}${line(2)}${lines(2)}`;
    expect(result).toEqual({ path: 'mem://out.manifest', samples: 4, bytes: expected.length });
    expect(await text(storage)).toBe(expected);
  });
});
