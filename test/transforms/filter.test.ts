import { describe, expect, test } from 'vitest';
import {
  type Annotation,
  type ImageObject,
  noProperties,
  OptionError,
  type Sample,
} from '../../src/model/index.js';
import { type FilterTests, filterByLabel, SampleFilter, type Verdict } from '../../src/transforms/index.js';

const object = (name: string, size = 10, more: Partial<ImageObject> = {}): ImageObject => ({
  name,
  properties: noProperties,
  parts: [],
  shape: { kind: 'bndbox', xmin: 0, ymin: 0, xmax: size, ymax: 2 * size },
  ...more,
});
const hardObject = (name: string) => object(name, 10, { difficult: '1' });
const label = (name: string, more: Partial<Annotation> = {}): Annotation => ({
  name,
  type: 'modelarts/image_classification',
  task: 'image_classification',
  ...more,
});
const file = (objects: ImageObject[], more: Partial<Annotation> = {}): Annotation => ({
  type: 'modelarts/object_detection',
  task: 'object_detection',
  loc: 'a.xml',
  image: { objects },
  ...more,
});
const content = (text: string): Annotation => ({
  task: 'audio_content',
  property: { '@modelarts:content': text },
});
const sampleOf = (...annotations: Annotation[]): Sample => ({ source: 's', annotations });

/** `1` and `0` for annotations that stay and go; behind `:`, the objects that go. */
function shown(verdict: Verdict): string {
  if (typeof verdict === 'string') return verdict;
  return verdict.annotations
    .map(
      (stays, index) =>
        `${stays ? 1 : 0}${verdict.objects.has(index) ? `:${verdict.objects.get(index)?.join()}` : ''}`,
    )
    .join(' ');
}

const verdictOf = (tests: FilterTests, ...annotations: Annotation[]) =>
  shown(new SampleFilter(tests).verdict(sampleOf(...annotations)));

describe('labels', () => {
  const two = [label('car'), label('bus')];
  const mixed = file([object('car'), object('dog'), object('car')]);
  test.each<[FilterTests, Annotation[], string]>([
    [{ labels: ['car'] }, two, 'keep'],
    [{ labels: ['Car'] }, two, 'drop'],
    [{ labels: ['c*'] }, two, 'keep'],
    [{ labels: ['c*'], compat: 'upstream' }, two, 'drop'],
    [{ labels: ['x', 'bus'] }, two, 'keep'],
    [{ labels: ['car'] }, [], 'drop'],
    [{ labels: ['*'] }, [{}], 'drop'],
    [{ labels: ['*'] }, [file([object('x', 1, { name: undefined } as never)])], 'drop'],
    [{ labels: ['hello'] }, [content('hello')], 'keep'],
    [{ labels: ['hello'] }, [label('x', { property: { '@modelarts:content': 'hello' } })], 'drop'],
    [{ labels: ['dog'] }, [mixed], 'keep'],
    [{ by: 'annotation', labels: ['car'] }, two, '1 0'],
    [{ by: 'annotation', labels: ['car', 'bus'] }, two, 'keep'],
    [{ by: 'annotation', labels: ['x'] }, two, 'drop'],
    [{ by: 'annotation', labels: ['dog'] }, [mixed, label('car')], '1 0'],
    [{ by: 'object', labels: ['car'] }, two, '1 0'],
    [{ by: 'object', labels: ['car'] }, [mixed], '1:1'],
    [{ by: 'object', labels: ['dog'] }, [mixed, label('car')], '1:0,2 0'],
    [{ by: 'object', labels: ['cat'] }, [mixed, label('cat')], '0 1'],
    [{ by: 'object', labels: ['cat'] }, [mixed], 'drop'],
    [{ by: 'object', labels: ['car', 'dog'] }, [mixed], 'keep'],
    [{ by: 'object', labels: ['car'] }, [file([])], 'drop'],
    [{ by: 'object', labels: ['car'] }, [file([], { name: 'car' })], 'drop'],
    [{ excludeLabels: ['car'] }, two, 'drop'],
    [{ excludeLabels: ['dog'] }, [mixed], 'drop'],
    [{ excludeLabels: ['x'] }, two, 'keep'],
    [{ excludeLabels: ['car'] }, [], 'keep'],
    [{ by: 'annotation', excludeLabels: ['car'] }, two, '0 1'],
    [{ by: 'annotation', excludeLabels: ['dog'] }, [mixed, label('x')], '0 1'],
    [{ by: 'annotation', excludeLabels: ['car'] }, [], 'keep'],
    [{ by: 'annotation', excludeLabels: ['?*'] }, two, 'drop'],
    [{ by: 'object', excludeLabels: ['dog'] }, [mixed], '1:1'],
    [{ by: 'object', excludeLabels: ['*'] }, [mixed], 'drop'],
    [{ by: 'object', excludeLabels: ['dog'] }, [file([])], 'keep'],
    [{ labels: ['*'], excludeLabels: ['bus'] }, two, 'drop'],
    [{ by: 'annotation', labels: ['*'], excludeLabels: ['bus'] }, two, '1 0'],
  ])('%j', (tests, annotations, expected) => {
    expect(verdictOf(tests, ...annotations)).toBe(expected);
  });
});

describe('hardness', () => {
  const both = file([hardObject('person'), object('car')]);
  const easy = file([object('person')]);
  const covered = file([object('person')], { hard: true });
  test.each<[FilterTests, Annotation, string]>([
    [{ hard: true }, label('a', { hard: true }), 'keep'],
    [{ hard: true }, label('a', { hard: false }), 'drop'],
    [{ hard: true }, label('a'), 'drop'],
    [{ hard: false }, label('a', { hard: true }), 'drop'],
    [{ hard: false }, label('a'), 'keep'],
    [{ hard: true }, both, 'keep'],
    [{ hard: false }, both, 'drop'],
    [{ hard: false, compat: 'upstream' }, both, 'keep'],
    [{ hard: true }, file([object('person')], { hard: false }), 'drop'],
    [{ hard: true }, file([hardObject('person')], { hard: false }), 'keep'],
    [{ hard: true }, file([object('person', 1, { difficult: '' })]), 'drop'],
    [{ hard: false }, file([]), 'keep'],
    [{ hard: true, labels: ['car'] }, both, 'drop'],
    [{ hard: true, labels: ['person'] }, both, 'keep'],
    [{ hard: true, labels: ['person'] }, covered, 'keep'],
    [{ hard: false, labels: ['car'] }, both, 'keep'],
    [{ hard: false, labels: ['person'] }, both, 'drop'],
    [{ hard: false, labels: ['person'] }, easy, 'keep'],
    [{ hard: false, labels: ['person'], compat: 'upstream' }, both, 'keep'],
    [{ hard: false, labels: ['person'], compat: 'upstream' }, covered, 'drop'],
    [{ by: 'object', hard: true }, both, '1:1'],
    [{ by: 'object', hard: false }, both, '1:0'],
    [{ by: 'object', hard: true }, covered, 'keep'],
  ])('%j', (tests, annotation, expected) => {
    expect(verdictOf(tests, annotation)).toBe(expected);
  });
});

describe('other tests', () => {
  const boxes = file([
    object('small', 4),
    object('large', 100),
    object('none', 1, { shape: undefined } as never),
  ]);
  test.each<[FilterTests, Annotation[], string]>([
    [{ tasks: ['object_detection'] }, [label('a')], 'drop'],
    [{ by: 'annotation', tasks: ['object_detection'] }, [label('a'), boxes], '0 1'],
    [{ tasks: ['object_detection'] }, [{ name: 'no task' }], 'drop'],
    [{ minConfidence: 0.5 }, [label('a', { confidence: 0.5 })], 'keep'],
    [{ minConfidence: 0.5 }, [label('a', { confidence: 0.4 })], 'drop'],
    [{ minConfidence: 0 }, [label('a')], 'drop'],
    [{ by: 'object', minConfidence: 0.5 }, [file([object('a', 1, { confidence: 0.6 }), object('b')])], '1:1'],
    [
      { by: 'object', minConfidence: 0.5 },
      [file([object('a', 1, { confidence: 0.1 }), object('b')], { confidence: 1 })],
      '1:0',
    ],
    [
      { labels: ['a'], minConfidence: 0.5 },
      [label('a', { confidence: 0.1 }), label('b', { confidence: 0.9 })],
      'drop',
    ],
    [{ hasAnnotations: true }, [], 'drop'],
    [{ hasAnnotations: true }, [label('a')], 'keep'],
    [{ hasAnnotations: false }, [], 'keep'],
    [{ hasAnnotations: false }, [label('a')], 'drop'],
    [{ by: 'object', shapes: ['bndbox'] }, [boxes], '1:2'],
    [{ shapes: ['circle'] }, [boxes], 'drop'],
    [{ shapes: ['bndbox'] }, [label('a')], 'drop'],
    [{ by: 'object', minSize: 4 }, [boxes], '1:2'],
    [{ by: 'object', minSize: 4.5 }, [boxes], '1:0,2'],
    [{ by: 'object', maxSize: 8 }, [boxes], '1:1,2'],
    [{ by: 'object', maxSize: 7 }, [boxes], 'drop'],
    [{ by: 'object', minArea: 33 }, [boxes], '1:0,2'],
    [{ by: 'object', maxArea: 32 }, [boxes], '1:1,2'],
    [{ where: 'count(annotation) == 1' }, [label('a')], 'keep'],
    [{ where: 'any(object: width > 50)' }, [boxes], 'keep'],
    [{ by: 'annotation', where: 'name == "a"' }, [label('a'), label('b')], '1 0'],
    [{ by: 'annotation', where: 'true' }, [], 'drop'],
    [{ by: 'annotation', where: 'any(width > 50)' }, [boxes, label('b')], '1 0'],
    [{ by: 'object', where: 'width > 50 or name == "b"' }, [boxes, label('b')], '1:0,2 1'],
    [{ by: 'object', where: 'annotation.name == "b"' }, [boxes, label('b')], '0 1'],
  ])('%j', (tests, annotations, expected) => {
    expect(verdictOf(tests, ...annotations)).toBe(expected);
  });

  test.each([
    [['TRAIN'], 'train', 'keep'],
    [['test', 'train'], 'Train', 'keep'],
    [['TRAIN'], 'EVAL', 'drop'],
    [['TRAIN'], undefined, 'drop'],
    [['undefined'], undefined, 'drop'],
  ])('usages %j of %j: %s', (usages, usage, expected) => {
    const filter = new SampleFilter({ usages });
    const sample = { ...sampleOf(), ...(usage === undefined ? {} : { usage }) };
    expect(filter.verdict(sample)).toBe(expected);
    expect(filter.verdict({ ...sample, usage: 'EVAL' })).toBe('drop');
    expect(filter.verdict(sample)).toBe(expected);
  });
});

describe('triplets', () => {
  const entity = (id: string, name: string): Annotation => ({ task: 'text_entity', id, name });
  const relation = (name: string, from: string, to: string): Annotation => ({
    task: 'text_triplet',
    name,
    property: { '@modelarts:from': from, '@modelarts:to': to },
  });
  const text = [
    entity('E1', 'person'),
    entity('E2', 'place'),
    relation('lives in', 'E1', 'E2'),
    relation('knows', 'E1', 'E1'),
  ];
  test.each<[FilterTests, string]>([
    [{ by: 'annotation', excludeLabels: ['place'] }, '1 0 0 1'],
    [{ by: 'object', excludeLabels: ['place'] }, '1 0 0 1'],
    [{ by: 'annotation', excludeLabels: ['knows'] }, '1 1 1 0'],
    [{ by: 'annotation', labels: ['lives in'] }, 'drop'],
    [{ labels: ['lives in'] }, 'keep'],
    [{ by: 'annotation', labels: ['p*', 'lives in'] }, '1 1 1 0'],
  ])('%j', (tests, expected) => {
    expect(verdictOf(tests, ...text)).toBe(expected);
  });
});

describe('files are asked for where an answer needs them', () => {
  const closed: Annotation = {
    task: 'object_detection',
    loc: 'a.xml',
    name: 'car',
    confidence: 0.9,
    hard: true,
  };
  test.each<[FilterTests, Annotation[], boolean]>([
    [{ labels: ['car'] }, [closed], false],
    [{ labels: ['dog'] }, [closed], true],
    [{ labels: ['dog'] }, [label('cat')], false],
    [{ labels: ['dog'] }, [closed, label('dog')], false],
    [{ by: 'annotation', labels: ['dog'] }, [closed, label('dog')], true],
    [{ by: 'annotation', labels: ['car'] }, [closed, label('dog')], false],
    [{ by: 'object', labels: ['car'] }, [closed], true],
    [{ excludeLabels: ['x'] }, [closed], true],
    [{ hard: true }, [closed], false],
    [{ hard: false }, [closed], true],
    [{ hard: false, compat: 'upstream' }, [closed], false],
    [{ minConfidence: 0.5 }, [closed], false],
    [{ minConfidence: 0.95 }, [closed], true],
    [{ minSize: 5 }, [closed], true],
    [{ shapes: ['circle'] }, [closed], true],
    [{ tasks: ['object_detection'] }, [closed], false],
    [{ by: 'object', tasks: ['object_detection'] }, [closed], false],
    [{ usages: ['TRAIN'] }, [closed], false],
    [{ hasAnnotations: true }, [closed], false],
    [{ where: 'any(name == "x")' }, [closed], false],
    [{ where: 'any(object: name == "x")' }, [closed], true],
    [{ where: 'any(image-width > 5)' }, [closed], true],
    [{ by: 'object', where: 'name == "x"' }, [closed], true],
  ])('%j', (tests, annotations, expected) => {
    expect(new SampleFilter(tests).asksFiles(sampleOf(...annotations))).toBe(expected);
  });
});

test.each<[object, string]>([
  [{ by: 'file' }, 'nothing "file" to filter by'],
  [{ compat: 'x' }, 'no compatibility'],
  [{ tasks: ['x'] }, 'no task "x"'],
  [{ shapes: ['x'] }, 'no shape "x"'],
  [{ minConfidence: 2 }, 'minConfidence is 2'],
  [{ minConfidence: Number.NaN }, 'minConfidence'],
  [{ minSize: -1 }, 'minSize is -1'],
  [{ maxArea: Number.NaN }, 'maxArea'],
  [{ labels: [] }, 'labels is empty'],
  [{ where: 'x' }, 'column 1'],
  [{ by: 'annotation', where: 'usage == "x"' }, 'an annotation has no "usage"'],
])('%j is refused', (tests, message) => {
  expect(() => new SampleFilter(tests as FilterTests)).toThrow(OptionError);
  expect(() => new SampleFilter(tests as FilterTests)).toThrow(message);
});

test('without tests everything stays', () => {
  for (const by of ['sample', 'annotation', 'object'] as const) {
    expect(verdictOf({ by })).toBe('keep');
    expect(verdictOf({ by }, label('a'), file([]))).toBe('keep');
  }
});

test('samples are filtered by label as they are', () => {
  const samples = [sampleOf(label('car')), sampleOf(label('bus')), sampleOf()];
  expect([...filterByLabel(samples, ['c*'])]).toEqual([samples[0]]);
  expect([...filterByLabel(samples, ['c*'])][0]).toBe(samples[0]);
});
