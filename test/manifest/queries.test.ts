import { describe, expect, it } from 'vitest';
import {
  getAnnotations,
  getSampleList,
  getSources,
  manifestSamples,
  type SampleListOptions,
} from '../../src/manifest/index.js';
import { DataError, type Diagnostic, OptionError } from '../../src/model/index.js';

async function list(lines: readonly string[], task: string, options: SampleListOptions = {}) {
  const found: Diagnostic[] = [];
  const samples = manifestSamples([Buffer.from(lines.join('\n'))], { file: 'm.manifest' });
  const result = await getSampleList(samples, task, { onDiagnostic: (d) => found.push(d), ...options });
  return { ...result, rules: found.map((d) => d.rule), found };
}

const image = (name: string | undefined, usage?: string, type = 'modelarts/image_classification') =>
  JSON.stringify({ source: `${name}.jpg`, usage, annotation: [{ type, name }] });
const entity = (property: unknown, name = 'person') =>
  JSON.stringify({
    source: 'content://Ada',
    annotation: [{ type: 'modelarts/text_entity', name, property }],
  });

describe('getSampleList', () => {
  it('lists sources and labels in file order', async () => {
    const { samples, labelType, taskLabelType } = await list(
      [image('a'), image('b'), image('a')],
      'image_classification',
    );
    expect(samples).toEqual([
      ['a.jpg', ['a']],
      ['b.jpg', ['b']],
      ['a.jpg', ['a']],
    ]);
    expect([labelType, taskLabelType]).toEqual(['single', 'single']);
  });

  it('EC-061: any provider, letter case and older name matches, unless the type must be exact', async () => {
    const types = ['image_classification', 'Modelarts/Image_Classification', 'acme/image_classification'];
    const lines = types.map((type) => image('x', undefined, type));
    expect((await list(lines, 'image_classification')).samples.length).toBe(3);
    const exactly = async (type: string) =>
      (await list(lines, type, { exactlyMatchType: true })).samples.length;
    expect(await exactly('acme/image_classification')).toBe(1);
    expect(await exactly('image_classification')).toBe(1);
    expect(await exactly('modelarts/image_classification')).toBe(0);
  });

  it('EC-062: a task with provider finds what the bare task finds', async () => {
    const lines = [image('x'), image('y', undefined, 'image_classification')];
    expect((await list(lines, 'modelarts/image_classification')).samples).toEqual(
      (await list(lines, 'image_classification')).samples,
    );
  });

  it('finds sound classification by both names, exactly too', async () => {
    const lines = [
      image('x', undefined, 'modelarts/audio_classification'),
      image('y', undefined, 'modelarts/sound_classification'),
    ];
    expect((await list(lines, 'sound_classification')).samples.length).toBe(2);
    expect((await list(lines, 'audio_classification')).samples.length).toBe(2);
    const exact = await list(lines, 'modelarts/sound_classification', { exactlyMatchType: true });
    expect(exact.samples).toEqual([['x.jpg', ['x']]]);
  });

  it('EC-063: an unknown task is refused before anything is read', async () => {
    async function* unreadable(): AsyncGenerator<never> {
      yield await Promise.reject(new Error('was read'));
    }
    await expect(getSampleList(unreadable(), 'foo')).rejects.toThrow(OptionError);
    await expect(getSampleList(unreadable(), 'modelarts/foo')).rejects.toMatchObject({ code: 'Unsupported' });
  });

  it('EC-064: labelType counts all annotations, taskLabelType those of the task', async () => {
    const both = JSON.stringify({
      source: 'a.jpg',
      annotation: [
        { type: 'modelarts/image_classification', name: 'x' },
        { type: 'modelarts/object_detection', 'annotation-loc': 'a.xml' },
      ],
    });
    expect(await list([both], 'image_classification')).toMatchObject({
      samples: [['a.jpg', ['x']]],
      labelType: 'multi',
      taskLabelType: 'single',
    });
    expect((await list([both], 'object_detection')).samples).toEqual([['a.jpg', ['a.xml']]]);
  });

  it('EC-065, EC-066: a missing name gives no label, the name "None" is one', async () => {
    const { samples, rules } = await list([image(undefined), image('None')], 'image_classification');
    expect(samples.map(([, labels]) => labels)).toEqual([[], ['None']]);
    expect(rules).toEqual(['M053']);
    await expect(list([image(undefined)], 'image_classification', { mode: 'strict' })).rejects.toThrow(
      DataError,
    );
  });

  it('EC-067: a label with the separator in it is reported', async () => {
    const { samples, found } = await list(
      [entity({ '@modelarts:start_index': 0, '@modelarts:end_index': 3 }, 'a\u0001b')],
      'text_entity',
    );
    expect(samples).toEqual([['Ada', ['a\u0001b\u00010\u00013']]]);
    expect(found).toMatchObject([
      { rule: 'M057', file: 'm.manifest', line: 1, pointer: '/annotation/0', column: 41 },
    ]);
  });

  it.each([
    [
      'a numeric string',
      { '@modelarts:start_index': '0', '@modelarts:end_index': '3' },
      ['person\u00010\u00013'],
      [],
    ],
    ['no property', undefined, [], ['M091']],
    ['one offset', { '@modelarts:start_index': 0 }, [], ['M091']],
    ['a fraction', { '@modelarts:start_index': 0, '@modelarts:end_index': 3.5 }, [], ['M092']],
    ['a negative offset', { '@modelarts:start_index': -1, '@modelarts:end_index': 3 }, [], ['M092']],
  ])('EC-068: entities with %s', async (_, property, labels, rules) => {
    const result = await list([entity(property)], 'text_entity');
    expect(result.samples).toEqual([['Ada', labels]]);
    expect(result.rules).toEqual(rules);
  });

  it('EC-074: relations are listed wherever they stand', async () => {
    const line =
      '{"source":"content://Ada leads Lab9","annotation":[{"type":"modelarts/text_triplet","name":"head_of","id":"R1","property":{"@modelarts:from":"E1","@modelarts:to":"E2"}},{"type":"modelarts/text_entity","name":"person","id":"E1","property":{"@modelarts:start_index":0,"@modelarts:end_index":3}}]}';
    expect(await list([line], 'text_triplet')).toMatchObject({
      samples: [['Ada leads Lab9', ['head_of\u0001R1\u0001E1\u0001E2']]],
      labelType: 'multi',
      taskLabelType: 'single',
    });
    const broken = line.replace('"@modelarts:to"', '"to"').replace('"R1"', '""');
    expect(await list([broken], 'text_triplet')).toMatchObject({
      samples: [['Ada leads Lab9', []]],
      rules: ['M101'],
    });
  });

  it('lists speech and its segments', async () => {
    const line =
      '{"source":"a.wav","annotation":[{"type":"modelarts/audio_content","property":{"@modelarts:content":"hi"}},{"type":"modelarts/audio_segmentation","property":{"@modelarts:start_time":"00:00:01.000","@modelarts:end_time":"00:00:02.500","@modelarts:source":"A","@modelarts:content":"hi"}},{"type":"modelarts/audio_segmentation","property":{"@modelarts:end_time":"00:00:02.500"}},{"type":"modelarts/audio_content"}]}';
    const content = await list([line], 'audio_content');
    expect(content).toMatchObject({ samples: [['a.wav', ['hi']]], rules: ['M110'] });
    const segments = await list([line], 'audio_segmentation');
    expect(segments).toMatchObject({
      samples: [['a.wav', ['00:00:01.000\u000100:00:02.500\u0001A\u0001hi']]],
      rules: ['M111'],
    });
  });

  it('EC-036, EC-091: usage', async () => {
    const lines = [
      image('a', 'Train'),
      image('b'),
      '{"source":"c.jpg","usage":"INFERENCE"}',
      '{"source":"d.jpg"}',
    ];
    const sources = async (usage: string) =>
      (await list(lines, 'image_classification', { usage })).samples.map(([source]) => source);
    expect(await sources('ALL')).toEqual(['a.jpg', 'b.jpg']);
    expect(await sources('train')).toEqual(['a.jpg']);
    expect(await sources('none')).toEqual([]);
    expect(await sources('undefined')).toEqual([]);
    expect((await list(lines, 'image_classification', { usage: 'inference' })).samples).toEqual([
      ['c.jpg', []],
    ]);
  });

  it('a text task asks for content:// only in what it returns', async () => {
    const text = (source: string) =>
      JSON.stringify({ source, annotation: [{ type: 'modelarts/text_classification', name: 'x' }] });
    const { samples, rules } = await list(
      [image('a'), text('obs://b/t.txt'), text('content://content://t')],
      'text_classification',
    );
    expect(samples).toEqual([['content://t', ['x']]]);
    expect(rules).toEqual(['M025']);
  });
});

describe('getSources', () => {
  it('EC-051: compares source types in any letter case, an absent one matches nothing', async () => {
    const lines =
      '{"source":"a","source-type":"CarbonData"}\n{"source":"b"}\n{"source":"a","source_type":"carbondata"}';
    const sources = (type: string) => getSources(manifestSamples([Buffer.from(lines)]), type);
    expect(await sources('carbondata')).toEqual(['a', 'a']);
    expect(await sources('none')).toEqual([]);
    expect(await sources('undefined')).toEqual([]);
  });
});

describe('getAnnotations', () => {
  it('reads the list of any object', () => {
    expect(getAnnotations('{"annotation":[{"name":"x"},{"name":"y"}]}').map((a) => a.name)).toEqual([
      'x',
      'y',
    ]);
    expect(getAnnotations('{}')).toEqual([]);
    expect(getAnnotations('{"annotation":null}')).toEqual([]);
  });
  it.each(['', '{', '[]', 'null'])('refuses %j', (text) => {
    expect(() => getAnnotations(text)).toThrow(DataError);
  });
});
