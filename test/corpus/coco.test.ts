import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { validate } from '../../src/dataset-io/validate.js';
import { formatCode } from '../../src/formats/coco/code.js';
import { MemorySource, readAllRecords } from '../formats/harness.js';
import { scratch } from '../support/scratch.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');
const sahi = join(corpus, 'sahi-coco');
const visdrone = join(sahi, 'visdrone2019-det-train-first50image.json');
const datumaro = join(corpus, 'datumaro/coco_dataset');

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly number[];
    readonly segments_info?: readonly unknown[];
  }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

const parse = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as CocoFile;

const read = (path: string) =>
  readAllRecords(formatCode, new MemorySource({ 'in.json': readFileSync(path) }, { path, isFile: true }));

const files = [sahi, datumaro].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name)),
);

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(30);
});

test.each(files.map((path) => [path.slice(corpus.length + 1), path]))(
  '%s: every image and every annotation',
  async (_, path) => {
    const { images, annotations } = parse(path);
    const { records, faults, diagnostics } = await read(path);
    expect(faults).toEqual([]);
    expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(records).toHaveLength(images.length);
    const found = records.flatMap(({ sample }): unknown[] => [
      ...((sample.property?.['captions'] as unknown[] | undefined) ?? []),
      ...sample.annotations.flatMap(({ image, name }): readonly unknown[] => image?.objects ?? [name]),
    ]);
    const wanted = annotations.reduce((sum, { segments_info: all }) => sum + (all?.length ?? 1), 0);
    expect(found).toHaveLength(wanted);
  },
);

test('VisDrone has the counts that are known of it', async () => {
  const report = await validate(visdrone);
  expect(report).toMatchObject({ format: 'coco', samples: 50 });
  const { records } = await read(visdrone);
  const objects = records.flatMap(({ sample }) =>
    sample.annotations.flatMap(({ image }) => image?.objects ?? []),
  );
  expect(objects).toHaveLength(3326);
  expect(objects.every(({ shape }) => shape?.kind === 'bndbox')).toBe(true);
});

/** Label and box of each annotation, by the base name of its image. */
function boxesOf({ images, annotations, categories }: CocoFile) {
  const names = new Map(images.map(({ id, file_name: name }) => [id, basename(name)]));
  const labels = new Map(categories.map(({ id, name }) => [id, name]));
  const boxes = new Map<string, { label: string | undefined; bbox: readonly number[] }[]>();
  for (const { image_id: image, category_id: category, bbox } of annotations) {
    const name = names.get(image) ?? '';
    boxes.set(name, [...(boxes.get(name) ?? []), { label: labels.get(category), bbox }]);
  }
  return boxes;
}

test('VisDrone by way of VOC and a manifest is the same to 0.01 pixels', async () => {
  const dir = scratch();
  const [voc, manifest, back] = [join(dir, 'voc'), join(dir, 'a.manifest'), join(dir, 'back.json')];
  await convert(visdrone, voc, { to: 'voc' });
  await convert(voc, manifest, { to: 'manifest' });
  expect(await convert(manifest, back, { to: 'coco' })).toMatchObject({ read: 50, written: 50 });
  const [before, after] = [boxesOf(parse(visdrone)), boxesOf(parse(back))];
  expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  for (const [name, boxes] of before) {
    const others = after.get(name)!;
    expect(others.map(({ label }) => label)).toEqual(boxes.map(({ label }) => label));
    for (const [at, { bbox }] of boxes.entries())
      for (const [i, number] of bbox.entries())
        expect(Math.abs(number - others[at]!.bbox[i]!)).toBeLessThan(0.01);
  }
});
