import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withAnnotationConfig } from '../../src/dataset-io/annotation-config.js';
import { convert } from '../../src/dataset-io/convert.js';
import { planImport } from '../../src/dataset-io/import/plan.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { Session } from '../../src/dataset-io/session.js';
import { validate } from '../../src/dataset-io/validate.js';
import { scratch } from '../support/scratch.js';

const texts = 'ModelArts text classification combine 1.0';
const combined = { scene: 'text_classification', format_name: texts };
const imagenet = { scene: 'image_classification', format_name: 'ModelArts imageNet 1.0' };
const voc = { scene: 'object_detection', format_name: 'ModelArts PASCAL VOC 1.0' };

/** What a document makes of options. */
async function read(document: unknown, options: object = {}, input = 'in') {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const dir = scratch({ 'config.json': text, 'in/a.txt': 'x\n', 'a.manifest': '' });
  const annotationConfig = join(dir, 'config.json');
  try {
    return await withAnnotationConfig(join(dir, input), { ...options, annotationConfig });
  } catch (error) {
    throw new Error((error as Error).message.replace(`${dir}/`, ''), { cause: error });
  }
}

describe('what a document says', () => {
  test.each([
    ['the format', imagenet, 'imagenet', {}],
    ['under its name', { annotation_config: voc }, 'voc', {}],
    ['under a name that is met', { anntation_config: voc }, 'voc', {}],
    ['letter case and blanks', { ...voc, format_name: ' modelarts  pascal voc 1.0' }, 'voc', {}],
    [
      'names that are met',
      { scene: 'audio_classification', fromat_name: 'ModelArts audio classfication dir 1.0' },
      'audio-classification',
      {},
    ],
    [
      'labels',
      {
        ...voc,
        parameters: {
          difficult_only: true,
          included_labels: [
            { name: 'a,b', property: {} },
            { name: 'c', type: 1 },
          ],
        },
      },
      'voc',
      { includedLabels: ['a,b', 'c@object_detection'], difficultOnly: true },
    ],
    [
      'separators',
      { ...combined, parameters: { sample_label_separator: '\\|', text_label_separator: '\\t' } },
      'text-classification-combine',
      { sampleLabelSeparator: '|', labelSeparator: '\t' },
    ],
    [
      'nothing that is left out',
      { ...imagenet, parameters: { difficult_only: false, included_labels: [] } },
      'imagenet',
      {},
    ],
  ])('%s', async (_, document, from, fromOptions) => {
    expect(await read(document)).toMatchObject({ from, fromOptions, annotationConfig: undefined });
  });

  test('without a document options stay', async () => {
    const options = { from: 'voc' };
    expect(await withAnnotationConfig('in', options)).toBe(options);
  });

  test('an empty one goes with a manifest, and options beside it stay', async () => {
    expect(await read({}, { baseDir: 'x' }, 'a.manifest')).toMatchObject({ from: 'manifest', baseDir: 'x' });
    expect(await read(combined, { fromOptions: { encoding: 'gbk' } })).toMatchObject({
      fromOptions: { encoding: 'gbk' },
    });
  });
});

describe('what is refused, with its place', () => {
  const at = (parameters: string, config: object = combined) =>
    `${JSON.stringify(config).slice(0, -1)},\n "parameters": {\n  ${parameters}}}`;

  test.each([
    ['no JSON', '{"scene":\n', /^config.json:\d+:\d+: /],
    ['no object', '[1]', /^config.json:1:1: there must be an object/],
    ['no scene', '{"format_name": "YOLO"}', /^config.json:1:1: scene is not given/],
    ['an unknown scene', '{\n "scene": "x"}', /^config.json:2:11: scene is "x"/],
    ['no format', '{"scene": "object_detection"}', /format_name is not given/],
    [
      'an unknown format',
      '{"scene": "object_detection",\n"format_name": 1}',
      /^config.json:2:16: format_name is 1/,
    ],
    [
      'a format of another scene',
      '{"scene": "object_detection",\n"format_name": "ModelArts imageNet 1.0"}',
      /^config.json:2:16: format_name "ModelArts imageNet 1.0" does not go with scene object_detection/,
    ],
    [
      'an unknown member',
      '{"scene": "object_detection",\n "formats": 1}',
      /^config.json:2:\d+: unknown member "formats"/,
    ],
    ['a member beside it', '{"annotation_config": {},\n "x": 1}', /^config.json:2:\d+: unknown member "x"/],
    ['an unknown parameter', at('"prune": true'), /^config.json:3:\d+: unknown member "prune"/],
    [
      'equal separators',
      at('"sample_label_separator": ";", "label_separator": ";"'),
      /^config.json:3:\d+: both separators are ";"/,
    ],
    ['one that is the default of the other', at('"sample_label_separator": ","'), /both separators are ","/],
    ['two characters', at('"label_separator": "ab"'), /^config.json:3:\d+: a separator is one character/],
    [
      'a separator twice',
      at('"label_separator": ";", "text_label_separator": ";"'),
      /label_separator is given already/,
    ],
    ['a separator of images', at('"label_separator": ";"', imagenet), /imagenet has no such separator/],
    [
      'difficult texts',
      at('"difficult_only": true'),
      /^config.json:3:21: nothing is difficult in text-classification-combine/,
    ],
    ['difficult as a text', at('"difficult_only": "yes"'), /difficult_only is "yes"/],
    [
      'labels as texts',
      at('"included_labels": ["a"]'),
      /^config.json:3:\d+: there must be an object, not "a"/,
    ],
    ['labels as an object', at('"included_labels": {}'), /included_labels is {}/],
    ['a label without name', at('"included_labels": [{"type": 0}]'), /the name of a label is not given/],
    [
      'a label of an unknown type',
      at('"included_labels": [{"name": "a", "type": 7}]'),
      /the type of a label is 7/,
    ],
    ['a member of a label', at('"included_labels": [{"name": "a", "color": 7}]'), /unknown member "color"/],
    ['an empty one with a folder', '{}', /^config.json:1:1: an empty configuration goes with a manifest/],
  ])('%s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test.each([
    ['a file', {}, 'a.manifest', /imagenet is read from a folder/],
    ['another format', { from: 'voc' }, 'in', /it says imagenet, and --from says voc/],
    ['another type of data set', { datasetType: 1 }, 'in', /imported into data sets of type 0, not 1/],
    [
      'an option twice',
      { fromOptions: { 'included-labels': 'a' } },
      'in',
      /it says included-labels, and so does/,
    ],
  ])('with %s', async (_, options, input, message) => {
    const document = { ...imagenet, parameters: { included_labels: [{ name: 'a' }] } };
    await expect(read(document, options, input)).rejects.toThrow(message);
  });
});

test('every call that takes it reads the same samples', async () => {
  const config = {
    ...combined,
    parameters: { sample_label_separator: '|', included_labels: [{ name: 'good' }] },
  };
  const dir = scratch({ 'config.json': JSON.stringify(config), 'in/a.txt': 'a day|good\nb|bad\n' });
  const input = join(dir, 'in');
  const annotationConfig = join(dir, 'config.json');
  const { written } = await convert(input, join(dir, 'out.manifest'), { to: 'manifest', annotationConfig });
  expect(written).toBe(1);
  expect(await inspect(input, { annotationConfig })).toMatchObject({
    format: 'text-classification-combine',
    samples: 1,
  });
  expect(await validate(input, { annotationConfig })).toMatchObject({ samples: 1, errors: 0 });
  const session = new Session({ environment: {} });
  const plan = await planImport(input, { session, name: 'n', workPath: 'obs://b/w/', annotationConfig });
  expect(plan).toMatchObject({ format: 'text-classification-combine', samples: 1 });
});
