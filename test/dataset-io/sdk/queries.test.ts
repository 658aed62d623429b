import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Annotation,
  getAnnotations,
  getSampleList,
  getSources,
  Manifest,
  type ManifestLike,
} from '../../../src/dataset-io/sdk/index.js';
import { MemoryStorage } from '../../../src/dataset-io/storage/index.js';
import { DataError, type Diagnostic, OptionError } from '../../../src/model/index.js';
import { testFolder } from '../folder.js';

const stored = [
  '{"source":"a.jpg","usage":"TRAIN","annotation":[{"type":"modelarts/image_classification","name":"cat"},{"type":"modelarts/object_detection","annotation-loc":"a.xml"}]}',
  '{"source":"b.carbondata","source-type":"CarbonData"}',
  '{"source":"b.carbondata","source_type":"carbondata"}',
  '{"source":"content://hi","usage":"Inference"}',
  '',
].join('\n');

function pathOf(text = stored): string {
  const path = join(testFolder(), 'm.manifest');
  writeFileSync(path, text);
  return path;
}

const names = (annotations: readonly Annotation[]) => annotations.map(({ name, loc }) => name ?? loc);

describe.each<[string, () => ManifestLike | Promise<ManifestLike>]>([
  ['a path', () => pathOf()],
  ['a manifest', () => Manifest.parseManifest(pathOf())],
  ['samples', async () => (await Manifest.parseManifest(pathOf())).samples],
])('queries of %s', (_, open) => {
  it('getSampleList', async () => {
    const list = await getSampleList(await open(), 'image_classification', { usage: 'train' });
    expect(list).toEqual({ samples: [['a.jpg', ['cat']]], labelType: 'multi', taskLabelType: 'single' });
    const inference = await getSampleList(await open(), 'text_entity', { usage: 'inference' });
    expect(inference.samples).toEqual([['hi', []]]);
    const exact = { exactlyMatchType: true };
    expect((await getSampleList(await open(), 'image_classification', exact)).samples).toEqual([]);
    expect((await getSampleList(await open(), 'modelarts/object_detection', exact)).samples).toEqual([
      ['a.jpg', ['a.xml']],
    ]);
  });

  it('EC-051 F8 getSources', async () => {
    expect(await getSources(await open(), 'CARBONDATA')).toEqual(['b.carbondata', 'b.carbondata']);
    expect(await getSources(await open(), 'none')).toEqual([]);
  });

  it('getAnnotations', async () => {
    expect(names(await getAnnotations(await open()))).toEqual(['cat', 'a.xml']);
  });
});

describe('queries', () => {
  it('getAnnotations of the text of a sample', async () => {
    expect(names(await getAnnotations(stored.split('\n')[0]!))).toEqual(['cat', 'a.xml']);
    expect(await getAnnotations(' {"source":"a"}')).toEqual([]);
    await expect(getAnnotations('{"source"')).rejects.toThrow(DataError);
  });

  it('report the lines of a path that hold no sample', async () => {
    const found: Diagnostic[] = [];
    const onDiagnostic = (diagnostic: Diagnostic) => found.push(diagnostic);
    const path = pathOf('{}\n{"source":"a","annotation":[{"type":"modelarts/image_classification"}]}\n');
    await getSampleList(path, 'image_classification', { onDiagnostic });
    expect(found.map(({ rule, line }) => [rule, line])).toEqual([
      ['M020', 1],
      ['M053', 2],
    ]);
    const strict = { mode: 'strict' } as const;
    await expect(getSampleList(path, 'image_classification', strict)).rejects.toThrow('M020');
    await expect(getSources(path, 'csv', strict)).rejects.toThrow('M020');
    await expect(getAnnotations(path, strict)).rejects.toThrow('M020');
  });

  it('A23 take a session as everything else does', async () => {
    const storage = new MemoryStorage();
    await storage.writeAtomic('mem://m', Buffer.from(stored));
    const options = { session: { storage } };
    expect((await getSources('mem://m', 'carbondata', options)).length).toBe(2);
    expect((await getAnnotations('mem://m', options)).length).toBe(2);
    expect((await getSampleList('mem://m', 'image_classification', options)).samples.length).toBe(1);
    await expect(getSources('obs://b/m', 'csv', { session: {} })).rejects.toMatchObject({
      code: 'Unsupported',
    });
  });

  it('A15 EC-063 an unknown task is an error before anything is read', async () => {
    await expect(getSampleList('no-such-file', 'foo')).rejects.toThrow(OptionError);
    await expect(getSampleList('no-such-file', 'text_entity')).rejects.toMatchObject({ code: 'NotFound' });
  });
});
