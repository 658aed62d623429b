import { describe, expect, it } from 'vitest';
import { LabelkitError, shapeKinds } from '../../src/model/index.js';
import {
  buildVocDocument,
  buildVocObject,
  featureOf,
  formatVoc,
  parseVoc,
  shapeOfFeature,
} from '../../src/voc/index.js';

const box = {
  '@modelarts:shape': 'bndbox',
  '@modelarts:feature': [
    [1, 2],
    [30, 40],
  ],
};

describe('shapes and features', () => {
  it.each([
    ['point', [3, 4], [[3, 4]], { kind: 'point', x: 3, y: 4 }],
    [
      'line',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      { kind: 'line', x1: 1, y1: 2, x2: 3, y2: 4 },
    ],
    [
      'dashed',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      { kind: 'dashed', x1: 1, y1: 2, x2: 3, y2: 4 },
    ],
    [
      'bndbox',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 },
    ],
    [
      'polygon',
      [
        [1, 2],
        [3, 4],
        [5, 7],
      ],
      [
        [1, 2],
        [3, 4],
        [5, 7],
      ],
      { kind: 'polygon', points: [1, 2, 3, 4, 5, 7] },
    ],
    [
      'polyline',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      { kind: 'polyline', points: [1, 2, 3, 4] },
    ],
    ['circle', [50, 60, 9], [[50, 60], [9]], { kind: 'circle', cx: 50, cy: 60, r: 9 }],
  ] as const)('%s in both variants (EC-140)', (kind, sdk, rest, shape) => {
    expect(shapeOfFeature(kind, sdk)).toEqual(shape);
    expect(shapeOfFeature(kind, rest)).toEqual(shape);
    expect(featureOf(shape)).toEqual(sdk);
    expect(featureOf(shape, 'rest')).toEqual(rest);
    expect(shapeKinds).toContain(kind);
  });

  it.each([
    ['bndbox', [[1, 2]]],
    ['bndbox', [[1, 2], [3]]],
    ['bndbox', [1, 2, 3, 4]],
    ['circle', [[1, 2, 3], [4]]],
    ['circle', [1, 2]],
    [
      'point',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['polygon', []],
    ['polygon', 'x'],
    ['polygon', [[1, '']]],
    ['point', ['0x10', 1]],
    ['point', ['1', '\u00a02']],
    ['point', ['Infinity', 1]],
    ['point', [1, Number.NaN]],
    ['point', [1, null]],
  ])('refuses %s %j', (kind, feature) => {
    expect(() => shapeOfFeature(kind, feature)).toThrow(LabelkitError);
  });

  it('takes numbers that are texts', () => {
    expect(shapeOfFeature('point', ['3', ' 4.5 '])).toEqual({ kind: 'point', x: 3, y: 4.5 });
    expect(shapeOfFeature('point', ['+.5', '-6.e1'])).toEqual({ kind: 'point', x: 0.5, y: -60 });
  });
});

describe('objects from labels', () => {
  it('makes elements of what has one, and properties of the rest', () => {
    const object = buildVocObject({
      name: 'cat',
      property: {
        ...box,
        pose: 'Left',
        truncated: 1,
        difficult: '1',
        occluded: '0',
        'difficult-coefficient': '0.8',
        confidence: 0.5,
        color: 'red',
        '@modelarts:color': '#ff0000',
        '@modelarts:clockwise_angle': 30,
        note: null,
      },
    });
    expect(object).toMatchObject({
      pose: 'Left',
      truncated: '1',
      difficult: '1',
      hardCoefficient: 0.8,
      confidence: 0.5,
    });
    expect([...object.properties]).toEqual([
      ['color', 'red'],
      ['@modelarts:color', '#ff0000'],
      ['@modelarts:clockwise_angle', '30'],
    ]);
  });

  it('keeps both coefficients when they differ', () => {
    const object = buildVocObject({
      name: 'a',
      property: { ...box, 'hard-coefficient': 0.3, 'difficult-coefficient': 0.4 },
    });
    const xml = formatVoc({ fileName: 'a.jpg', width: 9, height: 9, depth: 3, objects: [object] });
    expect(xml).toContain('<hard-coefficient>0.3</hard-coefficient>');
    expect(xml).toContain('<difficult-coefficient>0.4</difficult-coefficient>');
    expect(parseVoc(xml).findings.map(({ rule }) => rule)).toEqual(['V046']);
  });

  it('EC-156: leaves the map as it is, for any number of objects', () => {
    const property = Object.freeze({ ...box, difficult: '1', color: 'red' });
    const document = buildVocDocument(
      [
        { name: 'a', property },
        { name: 'b', property: new Map(Object.entries(property)) },
      ],
      { fileName: 'a.jpg', width: 64, height: 48, depth: 3 },
    );
    expect(document.objects[0]).toEqual({ ...document.objects[1]!, name: 'a' });
    expect(formatVoc(document)).toBe(formatVoc(document));
    expect(Object.keys(property)).toEqual(['@modelarts:shape', '@modelarts:feature', 'difficult', 'color']);
  });

  it('EC-159: a missing or unknown shape and a missing feature are refused, with the label named', () => {
    const faulty = (property: Record<string, unknown>) => () =>
      buildVocDocument([
        { name: 'ok', property: box },
        { name: 'cat', property },
      ]);
    expect(faulty({ '@modelarts:feature': [1, 2] })).toThrow('label 2, "cat", has no @modelarts:shape');
    expect(faulty({ '@modelarts:shape': 'point' })).toThrow('label 2, "cat", has no @modelarts:feature');
    expect(faulty({ '@modelarts:shape': 'ellipse', '@modelarts:feature': [1] })).toThrow(/"ellipse"/);
    expect(faulty({ ...box, confidence: 'high' })).toThrow(/confidence/);
  });

  it('EC-162: secondary labels', () => {
    const of = (value: unknown) => [
      ...buildVocObject({ name: 'a', property: { ...box, secondary_labels: value } }).properties,
    ];
    expect(of({ a: '1', b: '2' })).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(of('x')).toEqual([['secondary_labels', 'x']]);
    expect(of(['x'])).toEqual([['secondary_labels', '["x"]']]);
  });

  it('EC-147: any key is safe', () => {
    const property = JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, unknown>;
    const object = buildVocObject({
      name: 'a',
      property: new Map([...Object.entries(property), ...Object.entries(box)]),
    });
    expect([...object.properties]).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });
});
