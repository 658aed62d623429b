import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { readVoc, readVocFile, type VocEntry, writeVocFile } from '../../src/dataset-io/voc-io.js';
import {
  DataError,
  type Diagnostic,
  LabelkitError,
  OptionError,
  StorageError,
} from '../../src/model/index.js';
import { VocDocument, VocObject } from '../../src/voc/index.js';
import { all, testFolder } from './folder.js';

const xml = (fileName: string, name = 'cat') =>
  `<annotation>\n\t<folder>f</folder>\n\t<filename>${fileName}</filename>\n\t<size><width>9</width><height>8</height><depth>3</depth></size>\n\t<segmented>0</segmented>\n\t<object>\n\t\t<name>${name}</name>\n\t\t<pose>0</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n\t\t<occluded>0</occluded>\n\t\t<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3.5</xmax><ymax>3</ymax></bndbox>\n\t</object>\n</annotation>\n`;

const document = (fileName = 'a.jpg', ...names: string[]) =>
  new VocDocument({
    fileName,
    width: 9,
    height: 8,
    depth: 3,
    objects: names.map((name) => new VocObject({ name, shape: { kind: 'point', x: 1, y: 2 } })),
  });

function folderOf(files: Record<string, string>): string {
  const folder = testFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe('readVoc', () => {
  it('gives the files of a devkit by name, with all that is wrong with them', async () => {
    const folder = folderOf({
      'Annotations/b.xml': xml('b.jpg'),
      'Annotations/a.xml': '<annotation>',
      'Annotations/deep/c.xml': xml('c.jpg'),
      'JPEGImages/b.jpg': '',
    });
    const seen: Diagnostic[] = [];
    const entries = await all(readVoc(folder, { onDiagnostic: (d) => seen.push(d) }));
    expect(entries.map(({ name, path, document: d }) => [name, path, d?.fileName])).toEqual([
      ['a.xml', join(folder, 'Annotations', 'a.xml'), undefined],
      ['b.xml', join(folder, 'Annotations', 'b.xml'), 'b.jpg'],
      ['deep/c.xml', join(folder, 'Annotations', 'deep', 'c.xml'), 'c.jpg'],
    ]);
    expect(entries[0]!.diagnostics).toMatchObject([{ rule: 'V001', file: entries[0]!.path, line: 1 }]);
    expect(entries[1]!.diagnostics).toMatchObject([
      { rule: 'V073', line: 12, column: 39, pointer: '/annotation/object[1]/bndbox/xmax' },
    ]);
    expect(seen).toEqual(entries.flatMap(({ diagnostics }) => diagnostics));
  });

  it('reads a folder of files and a single file the same way', async () => {
    const folder = folderOf({ 'x/b.xml': xml('b.jpg'), 'a.xml': xml('a.jpg') });
    expect((await all(readVoc(folder))).map(({ name }) => name)).toEqual(['a.xml', 'x/b.xml']);
    const [entry, ...others] = await all(readVoc(join(folder, 'a.xml')));
    expect(others).toEqual([]);
    expect(entry).toEqual(await readVocFile(join(folder, 'a.xml')));
  });

  it('keeps the bytes of files, unless told not to', async () => {
    const folder = folderOf({ 'a.xml': xml('a.jpg') });
    const [kept] = await all(readVoc(folder));
    expect(Buffer.from(kept!.document!.source as Uint8Array).toString()).toBe(xml('a.jpg'));
    const [bare] = await all(readVoc(folder, { keepSource: false }));
    expect(bare!.document!.source).toBeUndefined();
  });

  it('can tell where findings are after other files were read, with and without the bytes', async () => {
    const folder = folderOf({ 'a.xml': `\n\n${xml('a.jpg')}`, 'b.xml': '', 'c.xml': xml('c.jpg') });
    for (const keepSource of [true, false]) {
      const [a, b, c] = await all(readVoc(folder, { keepSource }));
      expect(a!.diagnostics).toMatchObject([{ rule: 'V073', line: 14, column: 39 }]);
      expect(b!.diagnostics).toMatchObject([{ rule: 'V001', line: 1, column: 1, offset: 0 }]);
      expect(c!.locate(c!.findings[0]!)).toEqual(c!.diagnostics[0]);
    }
  });

  it('checks by every rule about one file on request', async () => {
    const folder = folderOf({ 'other.xml': xml('a.jpg').replace('<xmax>3.5', '<xmax>300') });
    const rules = async (check: 'structure' | 'all') =>
      (await all(readVoc(folder, { check }))).flatMap(({ diagnostics }) =>
        diagnostics.map(({ rule }) => rule),
      );
    expect(await rules('structure')).toEqual([]);
    expect(await rules('all')).toContain('V077');
  });

  it('EC-155 C1 a missing path is an error that names it', async () => {
    const path = join(testFolder(), 'none.xml');
    await expect(readVocFile(path)).rejects.toMatchObject({ code: 'NotFound', path });
    await expect(all(readVoc(path))).rejects.toMatchObject({ code: 'NotFound', path });
    await expect(readVocFile(testFolder())).rejects.toThrow(StorageError);
  });

  it('goes on after a file that cannot be fetched', async () => {
    const storage = new MemoryStorage();
    for (const name of ['a', 'b'])
      await storage.writeAtomic(`mem://d/${name}.xml`, Buffer.from(xml(`${name}.jpg`)));
    const entries = readVoc('mem://d', { storage });
    expect((await entries.next()).value).toMatchObject({ name: 'a.xml' });
    await storage.delete('mem://d/b.xml');
    const { value } = await entries.next();
    expect(value).toMatchObject({ name: 'b.xml', findings: [{ rule: 'D053' }] });
    expect((value as VocEntry).diagnostics).toMatchObject([{ rule: 'D053', file: 'mem://d/b.xml' }]);
    expect((await entries.next()).done).toBe(true);
  });

  it('stops at the first error in strict mode', async () => {
    const folder = folderOf({ 'a.xml': xml('a.jpg'), 'b.xml': xml('') });
    const entries = readVoc(folder, { mode: 'strict' });
    expect((await entries.next()).value).toMatchObject({ name: 'a.xml' });
    await expect(entries.next()).rejects.toThrow(DataError);
  });

  it('stops when aborted', async () => {
    const folder = folderOf({ 'a.xml': xml('a.jpg'), 'b.xml': xml('b.jpg') });
    const controller = new AbortController();
    const entries = readVoc(folder, { signal: controller.signal });
    await entries.next();
    controller.abort();
    await expect(entries.next()).rejects.toMatchObject({ code: 'Aborted' });
  });
});

describe('readVoc of many files', () => {
  it('hears a signal that fires while it reads', async () => {
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`${i}.xml`, xml('a.jpg')]));
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { name } of readVoc(folderOf(files), { signal: controller.signal }))
        if (name === '0.xml') setImmediate(() => controller.abort());
    })();
    await expect(reading).rejects.toMatchObject({ code: 'Aborted' });
  });
});

describe('writeVocFile', () => {
  it('creates unless told otherwise', async () => {
    const path = join(testFolder(), 'a.xml');
    const { bytes } = await writeVocFile(path, document('a.jpg', 'cat'));
    const written = readFileSync(path);
    expect(bytes).toBe(written.length);
    await expect(writeVocFile(path, document('b.jpg'))).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(readFileSync(path)).toEqual(written);
    await writeVocFile(path, document('b.jpg'), { mode: 'overwrite' });
    expect((await readVocFile(path)).document!.fileName).toBe('b.jpg');
  });

  it('writes what was read byte for byte, and changes only what was changed', async () => {
    const folder = folderOf({ 'a.xml': xml('a.jpg') });
    const entry = await readVocFile(join(folder, 'a.xml'));
    await writeVocFile(join(folder, 'same.xml'), entry.document!);
    expect(readFileSync(join(folder, 'same.xml'), 'utf8')).toBe(xml('a.jpg'));
    entry.document!.objects[0]!.name = 'dog & co';
    await writeVocFile(join(folder, 'other.xml'), entry.document!);
    expect(readFileSync(join(folder, 'other.xml'), 'utf8')).toBe(xml('a.jpg', 'dog &amp; co'));
  });

  it('EC-161 append: a missing file is created, objects of the same image join, twice too', async () => {
    const path = join(testFolder(), 'a.xml');
    const once = { mode: 'append' } as const;
    await writeVocFile(path, document('a.jpg', 'cat'), once);
    const first = readFileSync(path, 'utf8');
    await writeVocFile(path, document('a.jpg', 'dog'), once);
    const { bytes } = await writeVocFile(path, document('a.jpg', 'bird'), once);
    const third = readFileSync(path, 'utf8');
    expect(bytes).toBe(Buffer.byteLength(third));
    expect(third.startsWith(first.slice(0, first.indexOf('</annotation>')).trimEnd())).toBe(true);
    expect((await readVocFile(path)).document!.objects.map(({ name }) => name)).toEqual([
      'cat',
      'dog',
      'bird',
    ]);
  });

  it('appends of several writers at a time all arrive', async () => {
    const path = join(testFolder(), 'a.xml');
    const names = Array.from({ length: 12 }, (_, at) => `label ${at}`);
    await Promise.all(names.map((name) => writeVocFile(path, document('a.jpg', name), { mode: 'append' })));
    const { objects } = (await readVocFile(path)).document!;
    expect(objects.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(readdirSync(dirname(path))).toEqual(['a.xml']);
  });

  it.each([
    ['another image', xml('b.jpg')],
    ['another size', xml('a.jpg').replace('<width>9', '<width>10')],
    ['an ill-formed file', xml('a.jpg').replace('</object>', '')],
    ['two documents', xml('a.jpg') + xml('a.jpg')],
    ['an empty file', ''],
  ])('EC-161 append to %s is refused and the file stays', async (_, content) => {
    const folder = folderOf({ 'a.xml': content });
    const path = join(folder, 'a.xml');
    const writing = writeVocFile(path, document('a.jpg', 'cat'), { mode: 'append' });
    await expect(writing).rejects.toMatchObject({ code: 'InvalidData', path });
    await expect(writing).rejects.toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(readdirSync(folder)).toEqual(['a.xml']);
  });

  it('appending nothing leaves the file untouched', async () => {
    const folder = folderOf({ 'a.xml': xml('a.jpg') });
    const path = join(folder, 'a.xml');
    const result = await writeVocFile(path, document('a.jpg'), { mode: 'append' });
    expect(result.bytes).toBe(xml('a.jpg').length);
    expect(readFileSync(path, 'utf8')).toBe(xml('a.jpg'));
  });

  it('EC-159 EC-160 what cannot be written leaves the file as it was', async () => {
    const folder = folderOf({ 'a.xml': 'old' });
    const path = join(folder, 'a.xml');
    const sizeless = new VocDocument({ fileName: 'a.jpg' });
    await expect(writeVocFile(path, sizeless, { mode: 'overwrite' })).rejects.toThrow(LabelkitError);
    const mode = 'w' as 'create';
    await expect(writeVocFile(path, document('a.jpg', 'cat'), { mode })).rejects.toThrow(OptionError);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a.xml']);
  });

  it('lays files out as it is told to', async () => {
    const storage = new MemoryStorage();
    const plain = { ...document('a.jpg', 'cat'), depth: undefined, path: '/home/me/a.jpg' };
    await writeVocFile('mem://a.xml', plain, { storage, rgb: true, dropPath: true });
    const { document: back } = await readVocFile('mem://a.xml', { storage });
    expect([back!.depth, back!.path]).toEqual([3, undefined]);
  });
});
