import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/model/diagnostic.js';
import type { Mode } from '../../src/model/rule.js';
import type { VocDocument } from '../../src/voc/document.js';
import { isOrdinary, parseVoc } from '../../src/voc/parse.js';
import { parseVocTree } from '../../src/voc/parse-tree.js';
import { checkVoc } from '../../src/voc/rules/check.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');
const sdk = (name: string) => readFileSync(resolve(corpus, 'modelarts-sdk/voc', name));

interface Outcome {
  readonly document: VocDocument | undefined;
  readonly findings: readonly Finding[];
  /** Ids of the rules with errors and warnings, each once. */
  readonly errors: string;
  readonly warnings: string;
}

function outcomeOf(bytes: Uint8Array, mode: Mode): Outcome {
  const { document, findings } = parseVoc(bytes, { mode });
  const all: Finding[] = [...findings];
  if (document !== undefined) checkVoc(document, { mode }, (finding) => all.push(finding));
  const ids = (severity: string) =>
    [...new Set(all.filter((each) => each.severity === severity).map(({ rule }) => rule))].sort().join(' ');
  return { document, findings: all, errors: ids('error'), warnings: ids('warning') };
}

describe('EC-120 the good files of the SDK', () => {
  test.each([
    ['000000023361_1556180702612.xml', 1],
    ['000000089955_1556180702627.xml', 2],
    ['000000115967_1556247179208.xml', 11],
    ['2007_000027.xml', 1],
    ['labelProperties.xml', 6],
    ['polyline.xml', 6],
    ['test.xml', 2],
  ])('%s has %i objects', (name, count) => {
    const bytes = sdk(name);
    expect(isOrdinary(bytes)).toBe(true);
    for (const mode of ['lenient', 'strict'] as const) {
      const { document, errors } = outcomeOf(bytes, mode);
      expect(document?.objects.length).toBe(count);
      expect(errors).toBe('');
    }
  });

  test('shapes of every kind', () => {
    const { document } = parseVoc(sdk('000000115967_1556247179208.xml'));
    expect([document?.width, document?.height, document?.depth]).toEqual([640, 480, 3]);
    const kinds = new Set(document?.objects.map(({ shape }) => shape?.kind));
    expect([...kinds].sort()).toEqual(['bndbox', 'circle', 'dashed', 'line', 'point', 'polygon']);
    expect(document?.objects[0]?.confidence).toBe(0.8);
    expect(document?.objects.find(({ shape }) => shape?.kind === 'circle')?.difficult).toBe('1');
  });

  test('parts', () => {
    const { document } = parseVoc(sdk('2007_000027.xml'));
    expect(document?.folder).toBe('VOC2012');
    expect(document?.objects[0]?.parts.map(({ name }) => name)).toEqual(['head', 'hand', 'foot', 'foot']);
  });

  test('both forms of properties', () => {
    const { document } = parseVoc(sdk('labelProperties.xml'));
    expect([...document!.objects[0]!.properties]).toEqual([
      ['color', 'green'],
      ['属性', '绿色'],
      ['property', 'value'],
      ['color2', 'blue'],
      ['颜色2', '蓝色'],
    ]);
  });

  test('path', () => {
    expect(parseVoc(sdk('test.xml')).document?.path).toBe('tests/test.512.512.bmp');
  });
});

describe('EC-120 the faulty files of the SDK', () => {
  /** File, errors when strict, errors and warnings when lenient, objects when lenient, words of the message. */
  const files: readonly (readonly [string, string, string, string, number | undefined, string])[] = [
    ['2007_000027_bndbox_error.xml', 'V070', 'V070', '', 1, "/annotation/object[1]/bndbox can't be empty"],
    [
      '2007_000027_difficult_empty.xml',
      'V054',
      '',
      'V054',
      1,
      "/annotation/object[1]/difficult can't be empty",
    ],
    ['2007_000027_filename_error.xml', 'V021', '', 'V021', 1, "/annotation/filename can't be empty"],
    ['2007_000027_folder_error.xml', 'V020', '', 'V020', 1, "/annotation/folder can't be empty"],
    ['2007_000027_object_empty.xml', 'V040', 'V040', '', 0, "/annotation/object[1] can't be empty"],
    ['2007_000027_object_name_empty.xml', 'V042', 'V042', '', 1, "/annotation/object[1]/name can't be empty"],
    ['2007_000027_segmented_empty.xml', 'V025', '', 'V025', 1, "/annotation/segmented can't be empty"],
    ['2007_000027_source_database_empty.xml', '', '', '', 1, ''],
    ['2007_000027_width_empty.xml', 'V023', 'V023', '', 1, "/annotation/size/width can't be empty"],
    ['empty.xml', 'V001', 'V001', '', undefined, ''],
    ['emptyAnnotation.xml', 'V021 V022', '', 'V020 V021 V022 V025', 0, ''],
    ['labelPropertiesEmpty.xml', '', '', '', 5, ''],
    ['labelPropertiesEmpty2.xml', 'V048', '', 'V048', 5, "properties/颜色 can't be empty"],
    ['labelPropertiesEmpty3.xml', 'V048', '', 'V048', 5, "properties/color can't be empty"],
    ['twoBndBox.xml', 'V051', 'V051', '', 2, 'more than one bndbox'],
    ['twoBndBox_2007_000027.xml', 'V051', 'V051', '', 1, 'more than one bndbox in one part'],
    ['twoPosition.xml', 'V052', 'V052', '', 2, 'more than one position type'],
    ['twoPosition_2007_000027.xml', 'V052', 'V052', '', 1, 'more than one position type in one part'],
  ];

  test('every one of them is in the table', () => {
    const names = readdirSync(resolve(corpus, 'modelarts-sdk/voc/errorFiles')).sort();
    expect(files.map(([name]) => name).sort()).toEqual(names);
  });

  test.each(files)('%s', (name, strictErrors, lenientErrors, lenientWarnings, objects, message) => {
    const bytes = sdk(`errorFiles/${name}`);
    const strict = outcomeOf(bytes, 'strict');
    const lenient = outcomeOf(bytes, 'lenient');
    // Facts of the samples beside the fault: a foot reaches out of its person, a file name has no extension.
    const others = new Set(['V055', 'V026']);
    const warnings = lenient.warnings.split(' ').filter((rule) => !others.has(rule));
    expect(strict.errors).toBe(strictErrors);
    expect(lenient.errors).toBe(lenientErrors);
    expect(warnings.join(' ')).toBe(lenientWarnings);
    expect(lenient.document?.objects.length).toBe(objects);
    if (message !== '') expect(strict.findings.map((each) => each.message).join('\n')).toContain(message);
  });

  test('an empty annotation says nothing', () => {
    const { document } = parseVoc(sdk('errorFiles/emptyAnnotation.xml'));
    expect([document?.folder, document?.fileName, document?.width, document?.segmented]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('an empty database is no database', () => {
    const { document } = parseVoc(sdk('errorFiles/2007_000027_source_database_empty.xml'));
    expect(document?.database).toBeUndefined();
    expect(document?.sourceAnnotation).toBe('PASCAL VOC2007');
  });
});

describe('BCCD', () => {
  const folder = resolve(corpus, 'bccd/Annotations');
  const files = readdirSync(folder).map((name) => readFileSync(resolve(folder, name)));

  test('364 ordinary files, 4,888 objects, an absolute path in each, three verified', () => {
    expect(files.length).toBe(364);
    let objects = 0;
    let verified = 0;
    for (const bytes of files) {
      expect(isOrdinary(bytes)).toBe(true);
      const { document, findings } = parseVoc(bytes, { mode: 'strict' });
      expect(findings).toEqual([]);
      expect(document?.path).toMatch(/^\//);
      objects += document?.objects.length ?? 0;
      if (document?.rootAttributes.has('verified')) verified++;
    }
    expect(objects).toBe(4888);
    expect(verified).toBe(3);
  });

  test('the full parser makes the same documents', () => {
    for (const bytes of files) expect(parseVocTree(bytes)).toStrictEqual(parseVoc(bytes));
  });

  test('two boxes without area, 545 that touch the border', () => {
    let flat = 0;
    let touching = 0;
    for (const bytes of files) {
      const { document } = parseVoc(bytes);
      for (const { shape } of document!.objects) {
        if (shape?.kind !== 'bndbox') continue;
        if (shape.xmin === shape.xmax || shape.ymin === shape.ymax) flat++;
        if (shape.xmax === document!.width || shape.ymax === document!.height) touching++;
      }
    }
    expect([flat, touching]).toEqual([2, 545]);
  });
});
