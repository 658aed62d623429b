import { describe, expect, test } from 'vitest';
import type { ImageObject, JsonObject, Shape } from '../../src/model/index.js';
import {
  type DiffItem,
  diffFields,
  diffItems,
  fieldsOfImage,
  fieldsOfSample,
  type ItemsDiffOptions,
  itemOfAnnotation,
  itemOfObject,
} from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';

const item = (
  label: string,
  box?: readonly [number, number, number, number],
  fields: JsonObject = {},
): DiffItem => ({
  kind: 'object',
  label,
  fields,
  ...(box === undefined
    ? {}
    : { shape: { kind: 'bndbox', xmin: box[0], ymin: box[1], xmax: box[2], ymax: box[3] } satisfies Shape }),
});

/** A diff in short: labels of what is only on one side, names of changed fields. */
function short(before: readonly DiffItem[], after: readonly DiffItem[], options?: ItemsDiffOptions) {
  const { equal, removed, added, changed } = diffItems(before, after, options);
  return {
    equal,
    removed: removed.map(({ label }) => label),
    added: added.map(({ label }) => label),
    changed: changed.map(({ from, fields }) => [from.label, ...fields.map(({ field }) => field)]),
  };
}

const none = { equal: 0, removed: [], added: [], changed: [] };

describe('labels', () => {
  test.each<
    [string, DiffItem[], DiffItem[], ItemsDiffOptions | undefined, Partial<ReturnType<typeof short>>]
  >([
    ['nothing and nothing', [], [], undefined, {}],
    ['only before', [item('a')], [], undefined, { removed: ['a'] }],
    ['only after', [], [item('a')], undefined, { added: ['a'] }],
    ['the order does not count', [item('a'), item('b')], [item('b'), item('a')], undefined, { equal: 2 }],
    ['two of one, and one', [item('a'), item('a')], [item('a')], undefined, { equal: 1, removed: ['a'] }],
    [
      'equal shape, another field',
      [item('a', [1, 1, 9, 9], { difficult: '0' })],
      [item('a', [1, 1, 9, 9], { difficult: '1', pose: 'Left' })],
      undefined,
      { changed: [['a', 'difficult', 'pose']] },
    ],
    [
      'of two equal boxes, those with equal fields belong together',
      [item('a', [1, 1, 9, 9], { n: 1 }), item('a', [1, 1, 9, 9], { n: 2 })],
      [item('a', [1, 1, 9, 9], { n: 2 }), item('a', [1, 1, 9, 9], { n: 1 })],
      undefined,
      { equal: 2 },
    ],
    [
      'a moved box by overlap',
      [item('a', [0, 0, 10, 10])],
      [item('a', [1, 0, 11, 10])],
      undefined,
      { changed: [['a', 'shape']] },
    ],
    [
      'polygons of one box are two where they do not cover each other',
      [{ ...item('a'), shape: { kind: 'polygon', points: [0, 0, 10, 0, 0, 10] } }],
      [{ ...item('a'), shape: { kind: 'polygon', points: [10, 10, 10, 1, 1, 10] } }],
      undefined,
      { removed: ['a'], added: ['a'] },
    ],
    [
      'a polygon with a corner more is the same one, changed',
      [{ ...item('a'), shape: { kind: 'polygon', points: [0, 0, 10, 0, 10, 10, 0, 10] } }],
      [{ ...item('a'), shape: { kind: 'polygon', points: [0, 0, 10, 0, 10, 10, 5, 11, 0, 10] } }],
      { tolerance: 2 },
      { changed: [['a', 'shape']] },
    ],
    [
      'corners within the tolerance, each by itself',
      [{ ...item('a'), shape: { kind: 'polygon', points: [0, 0, 10, 0, 10, 10] } }],
      [{ ...item('a'), shape: { kind: 'polygon', points: [1, 1, 11, 1, 9, 9] } }],
      { tolerance: 1 },
      { equal: 1 },
    ],
    [
      'crossing lines are two, though one box is around them',
      [{ ...item('a'), shape: { kind: 'line', x1: 0, y1: 0, x2: 10, y2: 10 } }],
      [{ ...item('a'), shape: { kind: 'line', x1: 0, y1: 10, x2: 10, y2: 0 } }],
      { iou: 0.6 },
      { removed: ['a'], added: ['a'] },
    ],
    [
      'a line that moved a little is the same one',
      [{ ...item('a'), shape: { kind: 'line', x1: 0, y1: 0, x2: 10, y2: 0 } }],
      [{ ...item('a'), shape: { kind: 'line', x1: 0, y1: 1, x2: 10, y2: 1 } }],
      undefined,
      { changed: [['a', 'shape']] },
    ],
    [
      'circles by radius too',
      [{ ...item('a'), shape: { kind: 'circle', cx: 5, cy: 5, r: 4 } }],
      [{ ...item('a'), shape: { kind: 'circle', cx: 5, cy: 5, r: 4.5 } }],
      { tolerance: 0.5 },
      { equal: 1 },
    ],
    [
      'too little overlap',
      [item('a', [0, 0, 10, 10])],
      [item('a', [6, 0, 16, 10])],
      undefined,
      { removed: ['a'], added: ['a'] },
    ],
    [
      'less overlap is enough when it is said',
      [item('a', [0, 0, 10, 10])],
      [item('a', [6, 0, 16, 10])],
      { iou: 0.2 },
      { changed: [['a', 'shape']] },
    ],
    [
      'within the tolerance',
      [item('a', [0, 0, 10, 10])],
      [item('a', [1, 0, 11, 10])],
      { tolerance: 1 },
      { equal: 1 },
    ],
    [
      'small shapes are found by the tolerance too',
      [item('a', [0, 0, 1, 1])],
      [item('a', [1, 1, 2, 2])],
      { tolerance: 1 },
      { equal: 1 },
    ],
    [
      'beyond the tolerance it is a change',
      [item('a', [0, 0, 10, 10])],
      [item('a', [1.5, 0, 11, 10])],
      { tolerance: 1 },
      { changed: [['a', 'shape']] },
    ],
    [
      'the same box with another label',
      [item('a', [0, 0, 10, 10])],
      [item('b', [0, 0, 10, 10])],
      undefined,
      { changed: [['a', 'label']] },
    ],
    [
      'one label comes before more overlap',
      [item('a', [0, 0, 10, 10])],
      [item('b', [0, 0, 10, 10]), item('a', [2, 0, 12, 10])],
      undefined,
      { changed: [['a', 'shape']], added: ['b'] },
    ],
    [
      'by id whatever else there is',
      [
        { ...item('a', [0, 0, 10, 10]), id: '1' },
        { ...item('b', [50, 50, 60, 60]), id: '2' },
      ],
      [
        { ...item('a', [50, 50, 60, 60]), id: '2' },
        { ...item('a', [0, 0, 10, 10]), id: '1' },
      ],
      undefined,
      { equal: 1, changed: [['b', 'label']] },
    ],
    [
      'kinds do not mix',
      [item('a')],
      [{ ...item('a'), kind: 'text' }],
      undefined,
      { removed: ['a'], added: ['a'] },
    ],
  ])('%s', (_, before, after, options, expected) => {
    expect(short(before, after, options)).toEqual({ ...none, ...expected });
  });

  test('the two sides add up, and a set is equal to itself in any order', () => {
    const draw = randomFor(1);
    const random = () => draw.next();
    const some = (most: number) => Math.floor(random() * most);
    for (let run = 0; run < 200; run++) {
      const list = () =>
        Array.from({ length: some(8) }, () => {
          const [x, y] = [some(20), some(20)];
          return item('abc'[some(3)]!, random() < 0.2 ? undefined : [x, y, x + some(20), y + some(20)], {
            n: some(2),
          });
        });
      const [before, after] = [list(), list()];
      const { equal, removed, added, changed } = diffItems(before, after, { tolerance: some(3) });
      expect(equal + changed.length + removed.length).toBe(before.length);
      expect(equal + changed.length + added.length).toBe(after.length);
      const turned = [...before].reverse();
      expect(short(before, turned)).toEqual({ ...none, equal: before.length });
    }
  });
});

describe('fields', () => {
  test.each<[JsonObject, JsonObject, unknown]>([
    [{}, {}, []],
    [{ a: 1 }, { a: 1 }, []],
    [{ a: { x: 1, y: [1] } }, { a: { y: [1], x: 1 } }, []],
    [{ a: [1, 2] }, { a: [2, 1] }, [{ field: 'a', from: [1, 2], to: [2, 1] }]],
    [{ a: 1 }, {}, [{ field: 'a', from: 1 }]],
    [{}, { constructor: 1 }, [{ field: 'constructor', to: 1 }]],
    [{ a: '1' }, { a: 1 }, [{ field: 'a', from: '1', to: 1 }]],
  ])('%o and %o', (from, to, expected) => {
    expect(diffFields(from, to)).toEqual(expected);
  });

  test('of an object, all that it says', () => {
    const part: ImageObject = { name: 'head', properties: new Map(), parts: [] };
    expect(
      itemOfObject({
        name: 'dog',
        shape: { kind: 'point', x: 1, y: 2 },
        difficult: '1',
        properties: new Map([['__proto__', 'x']]),
        parts: [part],
      }),
    ).toEqual({
      kind: 'object',
      label: 'dog',
      shape: { kind: 'point', x: 1, y: 2 },
      fields: {
        difficult: '1',
        properties: JSON.parse('{"__proto__":"x"}'),
        parts: [{ kind: 'object', label: 'head', fields: {} }],
      },
    });
  });

  test('of annotations, samples and files', () => {
    expect(itemOfAnnotation({ type: 'modelarts/text', id: '7', name: 'n', hard: false })).toEqual({
      kind: 'modelarts/text',
      id: '7',
      label: 'n',
      fields: { hard: false },
    });
    expect(fieldsOfSample({ source: 's', usage: 'TRAIN', annotations: [] })).toEqual({
      source: 's',
      usage: 'TRAIN',
    });
    expect(fieldsOfImage({ width: 3, fileName: 'a.jpg', objects: [] }, 'image.')).toEqual({
      'image.fileName': 'a.jpg',
      'image.width': 3,
    });
  });
});
