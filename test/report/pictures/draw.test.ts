import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import type { ImageObject, Shape } from '../../../src/model/index.js';
import { labelColour } from '../../../src/report/pictures/colours.js';
import { drawOverlay, type Overlay } from '../../../src/report/pictures/draw.js';
import { uprightPlane } from '../../../src/report/pictures/plane.js';
import { randomFor } from '../../support/random.js';
import { box, object } from './objects.js';

const size = { width: 400, height: 300 };
const plane = uprightPlane(size, size);

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Every element of the drawing, in its order. */
function elements(overlay: Overlay): Element[] {
  const svg = drawOverlay(overlay, size, plane);
  expect(XMLValidator.validate(svg)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    trimValues: false,
    parseTagValue: false,
  });
  const out: Element[] = [];
  const visit = (nodes: Record<string, unknown>[]) => {
    for (const node of nodes) {
      const name = Object.keys(node).find((key) => key !== ':@')!;
      if (name === '#text') continue;
      const children = node[name] as Record<string, unknown>[];
      const text = children.map((child) => child['#text'] ?? '').join('');
      out.push({ name, attributes: (node[':@'] ?? {}) as Record<string, string>, text });
      visit(children);
    }
  };
  visit(parser.parse(svg));
  return out;
}

const texts = (overlay: Overlay) =>
  elements(overlay)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text.replace(/[\u2068\u2069]/g, ''));

describe('every kind of shape is drawn where it is', () => {
  const cases: [Shape, string, Record<string, string>][] = [
    [{ kind: 'point', x: 10, y: 20 }, 'circle', { cx: '10', cy: '20' }],
    [{ kind: 'line', x1: 1, y1: 2, x2: 30, y2: 40 }, 'line', { x1: '1', y1: '2', x2: '30', y2: '40' }],
    [{ kind: 'dashed', x1: 1, y1: 2, x2: 30, y2: 40 }, 'line', { x1: '1', y1: '2', x2: '30', y2: '40' }],
    [box(10, 20, 30, 40), 'path', { d: 'M10 20L30 20L30 40L10 40Z' }],
    [box(30, 20, 30, 20), 'path', { d: 'M30 20Z' }],
    [{ kind: 'polygon', points: [1, 1, 9, 1, 5, 7] }, 'path', { d: 'M1 1L9 1L5 7Z' }],
    [{ kind: 'polyline', points: [1, 1, 9, 1, 5, 7] }, 'path', { d: 'M1 1L9 1L5 7' }],
    [{ kind: 'circle', cx: 50, cy: 60, r: 7 }, 'circle', { cx: '50', cy: '60', r: '7' }],
  ];
  test.each(cases)('%j', (shape, name, attributes) => {
    const found = elements({ objects: [object('a', shape)] });
    expect(found.some((element) => element.name === name)).toBe(true);
    expect(found.find((element) => element.name === name)?.attributes).toMatchObject(attributes);
  });

  test('only a dashed line, and flags, break the outline', () => {
    const dashesOf = (shape: Shape, more: Partial<ImageObject> = {}) =>
      elements({ objects: [object('a', shape, more)] }).find(({ name }) => name === 'path' || name === 'line')
        ?.attributes['stroke-dasharray'];
    const styles = [
      dashesOf(box(1, 1, 9, 9), { difficult: '1' }),
      dashesOf(box(1, 1, 9, 9), { occluded: '1' }),
      dashesOf(box(1, 1, 9, 9), { difficult: '1', occluded: 'true' }),
      dashesOf({ kind: 'dashed', x1: 1, y1: 1, x2: 9, y2: 9 }),
    ];
    expect(styles).not.toContain(undefined);
    expect(new Set(styles).size).toBe(4);
    expect(dashesOf(box(1, 1, 9, 9), { difficult: '0', occluded: '0', truncated: '1' })).toBeUndefined();
  });

  test('a turned box by its corners', () => {
    const properties = new Map([['@modelarts:clockwise_angle', '90']]);
    const [, path] = elements({ objects: [object('a', box(100, 100, 140, 120), { properties })] });
    expect(path?.attributes['d']).toBe('M130 90L130 130L110 130L110 90Z');
  });

  test('areas with their holes, parts, a reference point', () => {
    const head = object('head', box(20, 20, 40, 40));
    const person = object('person', box(10, 10, 90, 90), {
      parts: [head],
      referencePoint: { kind: 'point', x: 50, y: 60 },
    });
    const sky = object('sky');
    const rings = [
      [0, 0, 99, 0, 99, 50, 0, 50],
      [10, 10, 10, 20, 20, 20, 20, 10],
    ];
    const found = elements({ objects: [person, sky], areas: new Map([[sky, rings]]) });
    const paths = found.filter(({ name }) => name === 'path').map(({ attributes }) => attributes);
    expect(paths).toContainEqual(
      expect.objectContaining({
        d: 'M0 0L99 0L99 50L0 50ZM10 10L10 20L20 20L20 10Z',
        'fill-rule': 'evenodd',
      }),
    );
    expect(paths.some(({ d }) => /^M46.* 60h/.test(d!))).toBe(true);
    expect(texts({ objects: [person, sky], areas: new Map([[sky, rings]]) }).sort()).toEqual([
      'person',
      'person › head',
      'sky',
    ]);
  });

  test('numbers of another convention are brought to the plane', () => {
    const [, path] = elements({ objects: [object('a', box(1, 1, 10, 10))], convention: 'voc1' });
    expect(path?.attributes['d']).toBe('M0 0L10 0L10 10L0 10Z');
  });

  test('what is far away or no number stays within what renderers bear', () => {
    const svg = drawOverlay(
      {
        objects: [
          object('a', box(-1e308, Number.NEGATIVE_INFINITY, 1e300, 5)),
          object('b', { kind: 'polygon', points: [Number.NaN, 1, 2, 3, 4, Number.POSITIVE_INFINITY] }),
          object('c', { kind: 'circle', cx: 1e200, cy: 0, r: Number.NaN }),
        ],
      },
      size,
      plane,
    );
    expect(svg).not.toMatch(/NaN|Infinity|e\+/);
    for (const [digits] of svg.matchAll(/\d+/g)) expect(Number(digits)).toBeLessThanOrEqual(2e5);
  });
});

describe('plates', () => {
  const shape = box(100, 100, 200, 200);

  test.each([
    [{ confidence: 0.9349 }, 'a 0.93'],
    [{ difficult: '1', occluded: '1', truncated: '1' }, 'a [DOT]'],
    [
      {
        actions: new Map([
          ['running', true],
          ['sitting', false],
        ]),
      },
      'a (running)',
    ],
  ])('%j', (more, text) => {
    expect(texts({ objects: [object('a', shape, more)] })).toEqual([text]);
  });

  test('no label is said', () => {
    expect(texts({ objects: [object(undefined, shape), object('', shape)] })).toEqual([
      'no label',
      'no label',
    ]);
  });

  test.each([
    ['<script>alert("1")</script>', '<script>alert("1")</script>'],
    ['a & b > c', 'a & b > c'],
    ['\u202eevil', '\ufffdevil'],
    ['a\u0000b\nc', 'a\ufffdb\ufffdc'],
    ['\ud800', '\ufffd'],
    ['שלום', 'שלום'],
    ['红细胞', '红细胞'],
  ])('%j is a text and nothing else', (name, shown) => {
    expect(texts({ objects: [object(name, shape)] }).map(unescaped)).toEqual([shown]);
  });

  test('a name in another direction does not turn what stands beside it', () => {
    const svg = drawOverlay({ objects: [object('שלום', shape, { confidence: 0.5 })] }, size, plane);
    expect(svg).toContain('\u2068שלום\u2069 0.50</text>');
  });

  test('a name of 1,000 characters is cut to what the picture has room for, and keeps what follows it', () => {
    const [text] = texts({ objects: [object('long'.repeat(250), shape, { confidence: 0.5 })] });
    expect(text).toMatch(/^(?:long)+\w*… 0\.50$/);
    expect(text!.length).toBeLessThan(60);
  });

  test('stay in the picture, and off each other where there are many', () => {
    const random = randomFor(0x91c7);
    const many = Array.from({ length: 300 }, (_, at) => {
      const [x, y] = [random.next() * 500 - 50, random.next() * 400 - 50];
      return object(`label ${at % 7}`, box(x, y, x + 60 * random.next(), y + 60 * random.next()));
    });
    const areas = elements({ objects: many })
      .filter(({ name, attributes }) => name === 'rect' && attributes['rx'] === '2')
      .map(({ attributes: { x, y, width, height } }) => [
        Number(x),
        Number(y),
        Number(width),
        Number(height),
      ]);
    expect(areas.length).toBeGreaterThan(20);
    for (const [x, y, width, height] of areas) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x! + width!).toBeLessThanOrEqual(size.width);
      expect(y! + height!).toBeLessThanOrEqual(size.height);
    }
    const overlapping = areas.filter(([x, y, width, height], at) =>
      areas
        .slice(at + 1)
        .some(([u, v, w, h]) => x! < u! + w! && u! < x! + width! && y! < v! + h! && v! < y! + height!),
    );
    expect(overlapping).toEqual([]);
  });

  test('labels of the whole image stand in its corner', () => {
    const captions = [{ name: 'cat' }, { name: 'sunny', confidence: 0.98, isHard: true }];
    expect(texts({ objects: [], captions })).toEqual(['cat', 'sunny 0.98 [H]']);
  });

  test('objects beyond the bound are counted in the picture', () => {
    const objects = Array.from({ length: 12 }, (_, at) => object('a', box(at, at, at + 9, at + 9)));
    expect(texts({ objects, maxObjects: 10 })).toContain('2 more objects are not drawn');
    expect(elements({ objects, maxObjects: 10 }).filter(({ name }) => name === 'path')).toHaveLength(20);
  });
});

describe('colours', () => {
  const names = ['car', 'Car', 'person', 'RBC', 'WBC', '红细胞', '<b>', 'x'.repeat(1000)];

  test('follow from the label alone', () => {
    expect(names.map((name) => labelColour(name).fill)).toMatchInlineSnapshot(`
      [
        "#008267",
        "#6a8bff",
        "#a7207b",
        "#ffa575",
        "#d2aeff",
        "#8f7fff",
        "#00b5db",
        "#7cdd93",
      ]
    `);
    expect(labelColour(undefined)).toEqual(labelColour(''));
  });

  test('text on them is legible: a contrast of 4.5 or more', () => {
    for (let i = 0; i < 500; i++) {
      const { fill, ink } = labelColour(`label ${i}`);
      const [light, dark] = [luminance(fill), luminance(ink)].sort((a, b) => b - a) as [number, number];
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
