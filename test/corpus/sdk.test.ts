import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/dataset-io/manifest-io.js';
import {
  getAnnotations,
  getSampleList,
  getSources,
  Manifest,
  PascalVoc,
} from '../../src/dataset-io/sdk/index.js';
import { readVoc } from '../../src/dataset-io/voc-io.js';

const root = join(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'modelarts-sdk');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labelkit-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The one manifest whose name starts so. */
function named(start: string): string {
  const found = readdirSync(root).filter((name) => name.startsWith(start) && name.endsWith('.manifest'));
  if (found.length !== 1) throw new Error(`${found.length} manifests in ${root} start with ${start}`);
  return join(root, found[0]!);
}

type Count = [samples: number, labelType: 'single' | 'multi', labels: number];
const none: Count = [0, 'single', 0];

/** Name, task, then what a list has for the usages all, train and inference; as the SDK's own tests say. */
const expected: [string, string, Count, Count, Count][] = [
  ['classification-xy', 'image_classification', [19, 'single', 19], [19, 'single', 19], none],
  ['classification-multi-xy', 'image_classification', [19, 'multi', 20], [19, 'multi', 20], none],
  ['classification-detection', 'image_classification', [2, 'multi', 2], [2, 'multi', 2], [3, 'single', 0]],
  ['classification-detection', 'object_detection', [2, 'multi', 2], [2, 'multi', 2], [3, 'single', 0]],
  ['V002.', 'image_classification', [10, 'single', 10], [10, 'single', 10], none],
  ['V010.', 'image_classification', [1779, 'multi', 1785], [1779, 'multi', 1785], none],
  ['detect-test-xy', 'object_detection', [8, 'single', 8], [8, 'single', 8], none],
  ['detect-multi-xy', 'object_detection', [8, 'multi', 9], [8, 'multi', 9], none],
  ['detect-multi-local-voc.', 'object_detection', [8, 'multi', 9], [8, 'multi', 9], none],
  ['text_classification.', 'text_classification', [6, 'single', 6], [6, 'single', 6], none],
  ['text_classification_mult', 'text_classification', [5, 'multi', 6], [5, 'multi', 6], [1, 'single', 0]],
  ['text_entity.', 'text_entity', [6, 'single', 6], [6, 'single', 6], none],
  ['text_entity_dup', 'text_entity', [8, 'multi', 18], [7, 'multi', 16], [1, 'multi', 2]],
  ['audio_classification.', 'sound_classification', [7, 'single', 7], [7, 'single', 7], none],
  ['audio_classification_mut', 'audio_classification', [7, 'multi', 8], [6, 'multi', 7], [1, 'single', 1]],
  ['audio_content.', 'audio_content', [4, 'single', 4], [4, 'single', 4], none],
  ['audio_content_inf', 'audio_content', [3, 'single', 3], [2, 'single', 2], [1, 'single', 1]],
];

describe('manifests of the SDK', () => {
  it.each(expected)('%s as %s', async (start, task, ...counts) => {
    const path = named(start);
    const manifest = await Manifest.parseManifest(path);
    for (const [i, usage] of ['all', 'train', 'inference'].entries()) {
      for (const asked of [path, manifest]) {
        const { samples, labelType } = await getSampleList(asked, task, { usage });
        const labels = samples.reduce((sum, [, { length }]) => sum + length, 0);
        expect([samples.length, labelType, labels]).toEqual(counts[i]);
      }
    }
  });

  it.each([...new Set(expected.map(([start]) => start))])(
    'S-7.6.2.1 S-7.6.3.2 %s: size is the number of lines, and saving keeps them',
    async (start) => {
      const path = named(start);
      const stored = readFileSync(path, 'utf8');
      const lines = stored.split('\n').filter((line) => line !== '');
      const manifest = await Manifest.parseManifest(path);
      expect(manifest.size).toBe(lines.length);
      expect(manifest.diagnostics).toEqual([]);
      const out = join(folder, basename(path));
      await manifest.save(out);
      await manifest.save(out, { saveMode: 'a' });
      expect(readFileSync(out, 'utf8')).toBe([...lines, ...lines, ''].join('\n'));
      const annotations = await getAnnotations(path);
      expect(annotations.length).toBe(
        manifest.samples.reduce((sum, sample) => sum + sample.annotations.length, 0),
      );
    },
  );

  it.each([
    ['V010.', 1779],
    ['classification-xy', 19],
    ['V002.', 10],
    ['text_entity_dup', 8],
  ])('%s has the size %i', async (start, size) => {
    expect((await Manifest.parseManifest(named(start))).size).toBe(size);
  });

  it.each(['obsbinary', 'binary'])('%s has three sources of CarbonData', async (start) => {
    expect((await getSources(named(start), 'carbondata')).length).toBe(3);
  });

  it('F10 F19 the annotation files beside a manifest are joined', async () => {
    const path = named('detect-multi-local-voc.');
    const manifest = await Manifest.parseManifest(path, { parsePascalVoc: true });
    const images = manifest.samples.flatMap(({ annotations }) => annotations.map(({ image }) => image));
    expect(images.length).toBe(9);
    for (const image of images) expect(image?.objects.length).toBeGreaterThan(0);
    expect(manifest.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const streamed = [];
    for await (const { annotations } of readManifest(path, { join: true }))
      for (const { image } of annotations) streamed.push(image?.objects.length);
    expect(streamed).toEqual(images.map((image) => image?.objects.length));
  });
});

describe('VOC files of the SDK', () => {
  it.each([
    ['000000023361_1556180702612', 1],
    ['000000089955_1556180702627', 2],
    ['000000115967_1556247179208', 11],
    ['2007_000027', 1],
    ['labelProperties', 6],
    ['polyline', 6],
    ['test', 2],
  ])(
    'S-7.6.4.1 S-7.6.5.2 %s: %i objects, saved byte for byte and laid out anew to the same',
    async (name, count) => {
      const path = join(root, 'voc', `${name}.xml`);
      const voc = await PascalVoc.parseXml(path);
      expect(voc.vocObjects.length).toBe(count);
      const out = join(folder, `${name}.xml`);
      await voc.saveXml(out);
      expect(readFileSync(out)).toEqual(readFileSync(path));
      await voc.saveXml(out, { preserve: false });
      const again = await PascalVoc.parseXml(out);
      const facts = ({ vocObjects, fileName, width, height, depth, folder: images }: PascalVoc) => [
        [fileName, width, height, depth, images],
        vocObjects.map((object) => [object.name, object.properties, object.position, object.parts.length]),
      ];
      expect(facts(again)).toEqual(facts(voc));
    },
  );

  it('C15 EC-161 parsed objects join the file they are from', async () => {
    const path = join(root, 'voc', '000000115967_1556247179208.xml');
    const out = join(folder, 'joined.xml');
    copyFileSync(path, out);
    await (await PascalVoc.parseXml(path)).saveXml(out, { saveMode: 'a' });
    const { vocObjects } = await PascalVoc.parseXml(out);
    expect(vocObjects.length).toBe(22);
    expect(vocObjects.slice(11).map(({ position }) => position)).toEqual(
      vocObjects.slice(0, 11).map(({ position }) => position),
    );
  });

  it.each([
    ['2007_000027_bndbox_error', "can't be empty"],
    ['2007_000027_difficult_empty', "can't be empty"],
    ['2007_000027_filename_error', "can't be empty"],
    ['2007_000027_folder_error', "can't be empty"],
    ['2007_000027_object_empty', "can't be empty"],
    ['2007_000027_object_name_empty', "can't be empty"],
    ['2007_000027_segmented_empty', "can't be empty"],
    ['2007_000027_width_empty', "can't be empty"],
    ['empty', 'V001'],
    ['labelPropertiesEmpty2', '颜色'],
    ['labelPropertiesEmpty3', 'color'],
    ['twoBndBox', 'more than one bndbox'],
    ['twoBndBox_2007_000027', 'more than one bndbox'],
    ['twoPosition', 'more than one'],
    ['twoPosition_2007_000027', 'more than one'],
  ])('EC-120 F11 F12 errorFiles/%s is refused: %s', async (name, message) => {
    const path = join(root, 'voc', 'errorFiles', `${name}.xml`);
    await expect(PascalVoc.parseXml(path)).rejects.toThrow(message);
    await expect(PascalVoc.parseXml(path)).rejects.toThrow(path);
  });

  it('EC-120 files with nothing but an empty place are accepted as the SDK accepts them', async () => {
    const open = (name: string) => PascalVoc.parseXml(join(root, 'voc', 'errorFiles', `${name}.xml`));
    expect((await open('2007_000027_source_database_empty')).source.database).toBeUndefined();
    const { fileName, width, vocObjects } = await open('emptyAnnotation');
    expect([fileName, width, vocObjects]).toEqual([undefined, undefined, []]);
    expect((await open('labelPropertiesEmpty')).vocObjects.length).toBe(5);
  });

  it('a folder is read file by file', async () => {
    const names: string[] = [];
    for await (const { name, document } of readVoc(join(root, 'voc')))
      if (document !== undefined) names.push(name);
    expect(names.length).toBeGreaterThan(20);
    expect(names).toContain('errorFiles/twoPosition.xml');
  });
});
