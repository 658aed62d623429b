import { describe, expect, it } from 'vitest';
import {
  formatSample,
  ManifestAnnotation,
  ManifestSample,
  parseManifestLine,
} from '../../src/manifest/index.js';
import { OptionError } from '../../src/model/index.js';

function read(line: string): ManifestSample {
  const { sample } = parseManifestLine(line, { check: 'faults' });
  if (sample === undefined) throw new Error(`no sample in ${line}`);
  return sample;
}

describe('fields of a sample', () => {
  it('reads every field under its canonical key', () => {
    const sample = read(
      '{"source":"obs://b/1.jpg","id":"i","usage":"train","inference-loc":"obs://b/r","source-type":"csv","sample-type":0,"hard":"true","hard-coefficient":"0.5","hard-reasons":[3,20],"source-map":{"k":1},"property":{"@modelarts:parent_source":"obs://b/v.mp4","@modelarts:parent_duration":8,"@modelarts:time_in_video":"1.5","@modelarts:schema":{"a":"int"}},"annotation":[]}',
    );
    expect(sample).toMatchObject({
      source: 'obs://b/1.jpg',
      id: 'i',
      usage: 'train',
      inferenceLoc: 'obs://b/r',
      sourceType: 'csv',
      sampleType: 0,
      hard: true,
      hardCoefficient: 0.5,
      hardReasons: '3-20',
      sourceMap: { k: 1 },
      parentSource: 'obs://b/v.mp4',
      parentDuration: 8,
      timeInVideo: 1.5,
      schema: { a: 'int' },
      hasAnnotationKey: true,
      annotations: [],
    });
  });

  it('reads underscore spellings (EC-050)', () => {
    const sample = read(
      '{"source":"a","inference_loc":"x","source_type":"carbon","sample_type":4,"hard_coefficient":1,"hard_reasons":"2","source_map":1,"source_property":{"schema":{"c":"string"}}}',
    );
    expect(sample).toMatchObject({
      inferenceLoc: 'x',
      sourceType: 'carbon',
      sampleType: 4,
      hardCoefficient: 1,
      hardReasons: '2',
      sourceMap: 1,
      schema: { c: 'string' },
    });
  });

  it('says undefined for what is absent or of a wrong kind', () => {
    for (const line of [
      '{"source":"a"}',
      '{"source":"a","usage":1,"inference-loc":2,"source-type":[],"sample-type":"0","hard":"yes","hard-coefficient":"x","hard-reasons":{},"property":7,"id":{}}',
    ]) {
      const sample = read(line);
      for (const field of [
        'usage',
        'inferenceLoc',
        'sourceType',
        'sampleType',
        'hard',
        'hardCoefficient',
        'hardReasons',
        'property',
        'id',
        'contentText',
        'schema',
      ] as const) {
        expect(sample[field], field).toBeUndefined();
      }
    }
  });

  it('takes a number as id, unless it is too long to be exact', () => {
    expect(read('{"source":"a","id":12}').id).toBe('12');
    expect(read('{"source":"a","id":12345678901234567890}').id).toBeUndefined();
  });

  it('EC-032: absent, null and empty lists differ, and all are unlabelled', () => {
    for (const [line, key, stored] of [
      ['{"source":"a"}', false, undefined],
      ['{"source":"a","annotation":null}', true, null],
      ['{"source":"a","annotation":[]}', true, []],
    ] as const) {
      const sample = read(line);
      expect(sample.annotations).toEqual([]);
      expect(sample.hasAnnotationKey).toBe(key);
      expect(formatSample(sample)).toBe(line);
      expect(sample.member('annotation')).toEqual(stored);
    }
  });

  it('EC-033: an annotation that is no list counts as none and stays', () => {
    const line = '{"source":"a","annotation":{}}';
    expect(read(line).annotations).toEqual([]);
    expect(formatSample(read(line))).toBe(line);
  });

  it('EC-034: annotations is read when annotation is missing or null, else the singular wins', () => {
    const name = (line: string) => read(line).annotations.map((annotation) => annotation.name);
    expect(name('{"source":"a","annotations":[{"name":"p"}]}')).toEqual(['p']);
    expect(name('{"source":"a","annotation":null,"annotations":[{"name":"p"}]}')).toEqual(['p']);
    expect(name('{"source":"a","annotation":[{"name":"s"}],"annotations":[{"name":"p"}]}')).toEqual(['s']);
    expect(name('{"source":"a","annotation":[],"annotations":[{"name":"p"}]}')).toEqual([]);
  });

  it('EC-041: __proto__ is an ordinary key', () => {
    const line = '{"source":"a","property":{"__proto__":{"x":1}},"__proto__":{"y":2}}';
    const sample = read(line);
    expect(Object.keys(sample.property!)).toEqual(['__proto__']);
    expect(sample.propertyValue('__proto__')).toEqual({ x: 1 });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(sample.propertyValue('constructor')).toBeUndefined();
    expect(formatSample(sample)).toBe(line);
    expect(formatSample(sample, { canonical: true })).toBe(
      '{"source":"a","property":{"__proto__":{"x":1}},"__proto__":{"y":2}}',
    );
    sample.setProperty('__proto__', 5);
    sample.setMember('__proto__', 6);
    expect(formatSample(sample)).toBe('{"source":"a","property":{"__proto__":5},"__proto__":6}');
  });

  it('EC-039, EC-040: a string property is shown as an object and stays a string', () => {
    for (const [text, view] of [
      ['"{\\"a\\":1}"', { a: 1 }],
      ['"[{\\"type\\":0}]"', {}],
    ] as const) {
      const line = `{"source":"a","property":${text}}`;
      const sample = read(line);
      expect(sample.property).toEqual(view);
      expect(formatSample(sample)).toBe(line);
    }
  });

  it('EC-042…EC-045, EC-049: sources are kept as written', () => {
    expect(read('{"source":"content://content://x"}').contentText).toBe('content://x');
    expect(read('{"source":"content://"}').contentText).toBe('');
    expect(read('{"source":"content://a%20b+c"}').contentText).toBe('a%20b+c');
    expect(read('{"source":"CONTENT://x"}')).toMatchObject({ contentText: 'x', source: 'CONTENT://x' });
    expect(read('{"source":"C:\\\\img\\\\1.jpg"}').source).toBe('C:\\img\\1.jpg');
  });
});

describe('fields of an annotation', () => {
  it('reads every field', () => {
    const [annotation] = read(
      '{"source":"a","annotation":[{"type":"modelarts/object_detection","name":"n","id":"E1","annotation-loc":"x.xml","annotation-format":"PASCAL VOC","property":{"k":"v"},"confidence":"0.25","creation-time":"2019-02-20 08:22:51","annotated-by":"human","hard":0,"hard-coefficient":0,"hard-reasons":"1-2","annotation-loc-map":[1]}]}',
    ).annotations;
    expect(annotation).toMatchObject({
      type: 'modelarts/object_detection',
      task: 'object_detection',
      name: 'n',
      id: 'E1',
      loc: 'x.xml',
      isInlineXml: false,
      format: 'PASCAL VOC',
      property: { k: 'v' },
      confidence: 0.25,
      creationTime: '2019-02-20 08:22:51',
      annotatedBy: 'human',
      hard: false,
      hardCoefficient: 0,
      hardReasons: '1-2',
      locMap: [1],
      index: 0,
    });
  });

  it('EC-084: underscore spellings count when the hyphen one is empty', () => {
    const [annotation] = read(
      '{"source":"a","annotation":[{"annotation-loc":"","annotation_loc":"y.xml","annotated_by":"b","creation_time":"t","annotation_format":"f","annotation_property":{"a":1},"annotation_loc_map":2}]}',
    ).annotations;
    expect(annotation).toMatchObject({
      loc: 'y.xml',
      annotatedBy: 'b',
      creationTime: 't',
      format: 'f',
      property: { a: 1 },
      locMap: 2,
    });
    const both = read('{"source":"a","annotation":[{"annotation-loc":"h.xml","annotation_loc":"u.xml"}]}');
    expect(both.annotations[0]!.loc).toBe('h.xml');
  });

  it.each([
    ['EC-061', 'image_classification', 'image_classification'],
    ['EC-061', 'Modelarts/Image_Classification', 'image_classification'],
    ['EC-061', 'acme/image_classification', 'image_classification'],
    ['an older name', 'modelarts/sound_classification', 'audio_classification'],
    ['EC-063', 'modelarts/foo', undefined],
  ])('%s: the task of %s', (_, type, task) => {
    expect(new ManifestAnnotation({ type }).task).toBe(task);
  });

  it.each([
    ['EC-068: a numeric string', '"3"', 3],
    ['a number', '3', 3],
    ['EC-068: a fraction', '3.5', undefined],
    ['EC-068: negative', '-1', undefined],
    ['null', 'null', undefined],
  ])('%s as offset', (_, stored, expected) => {
    const line = `{"source":"content://abcdef","annotation":[{"property":{"@modelarts:start_index":${stored}}}]}`;
    const [annotation] = read(line).annotations;
    expect(annotation!.startIndex).toBe(expected);
    expect(annotation!.endIndex).toBeUndefined();
  });

  it('reads the properties of entities, relations and speech', () => {
    const [annotation] = read(
      '{"source":"a","annotation":[{"property":{"@modelarts:start_index":1,"@modelarts:end_index":2,"@modelarts:from":"E1","@modelarts:to":"E2","@modelarts:content":"hi","@modelarts:start_time":"00:00:01.000","@modelarts:end_time":"00:00:02.000","@modelarts:source":"A"}}]}',
    ).annotations;
    expect(annotation).toMatchObject({
      startIndex: 1,
      endIndex: 2,
      from: 'E1',
      to: 'E2',
      content: 'hi',
      startTime: '00:00:01.000',
      endTime: '00:00:02.000',
      speaker: 'A',
    });
  });

  it('reads the same from a property stored as a string', () => {
    const line = '{"source":"a","annotation":[{"property":"{\\"@modelarts:from\\":\\"E1\\"}"}]}';
    expect(read(line).annotations[0]!.from).toBe('E1');
  });

  it('EC-081: tells an inline document from a place', () => {
    expect(new ManifestAnnotation({ loc: '\n <annotation/>' }).isInlineXml).toBe(true);
    expect(new ManifestAnnotation({ loc: './a.xml' }).isInlineXml).toBe(false);
    expect(new ManifestAnnotation({}).isInlineXml).toBe(false);
  });

  it('leaves out elements that are no objects but keeps them in the line', () => {
    const line = '{"source":"a","annotation":[null,{"name":"x"},3]}';
    const sample = read(line);
    expect(sample.annotations.map((annotation) => annotation.index)).toEqual([1]);
    sample.annotations[0]!.name = 'y';
    expect(formatSample(sample)).toBe('{"source":"a","annotation":[null,{"name":"y"},3]}');
  });
});

describe('new samples', () => {
  it('writes known words of usage in upper case and keeps others', () => {
    expect(new ManifestSample({ source: 'a', usage: 'eval' }).usage).toBe('EVAL');
    expect(new ManifestSample({ source: 'a', usage: 'validation' }).usage).toBe('validation');
  });

  it.each<[string, () => unknown]>([
    ['NaN', () => new ManifestAnnotation({ confidence: Number.NaN })],
    ['infinity', () => new ManifestSample({ source: 'a', hardCoefficient: Number.POSITIVE_INFINITY })],
    ['a date', () => new ManifestAnnotation({ property: { when: new Date(0) as never } })],
    ['a function', () => new ManifestAnnotation({ property: { f: (() => 1) as never } })],
    [
      'a cycle',
      () => {
        const cycle: Record<string, never> = {};
        cycle['self'] = cycle as never;
        return new ManifestSample({ source: 'a', property: cycle });
      },
    ],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(OptionError);
  });

  it('copies what it is given', () => {
    const property = { a: { b: 1 } };
    const first = new ManifestAnnotation({ name: 'x', property });
    const second = new ManifestAnnotation({ name: 'y', property });
    property.a.b = 2;
    first.property!['c'] = 3;
    expect(first.property).toEqual({ a: { b: 1 }, c: 3 });
    expect(second.property).toEqual({ a: { b: 1 } });
  });

  it('is made from any model sample, keeping joined images', () => {
    const image = { objects: [] };
    const sample = new ManifestSample({
      source: 'a',
      annotations: [{ type: 'modelarts/object_detection', image }],
    });
    expect(sample.annotations[0]!.image).toBe(image);
    const again = new ManifestSample(sample);
    expect(again.annotations[0]!.image).toBe(image);
    expect(again.annotations[0]).not.toBe(sample.annotations[0]);
  });
});

it('a misspelt member is refused by name, not left out of the manifest in silence', () => {
  expect(() => new ManifestSample({ source: 'a', usages: 'TRAIN' } as never)).toThrow(
    'a sample has no member "usages"',
  );
  expect(() => new ManifestAnnotation({ annotationFormat: 'PASCAL VOC' } as never)).toThrow(
    'an annotation has no member "annotationFormat"',
  );
  expect(
    new ManifestAnnotation({
      name: 'x',
      type: 'acme/image_classification',
      task: 'image_classification',
    } as never).name,
  ).toBe('x');
});
