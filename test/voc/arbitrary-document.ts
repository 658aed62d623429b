import fc from 'fast-check';
import type { Point, Shape } from '../../src/model/index.js';
import { illegalCharacter } from '../../src/text/xml-escape.js';
import { VocDocument, VocObject } from '../../src/voc/index.js';
import { isXmlName } from '../../src/voc/xml-name.js';

/** What the language takes for white space and XML does not; the last two can be part of a name. */
const otherBlank = fc.constantFrom('\u00a0', '\u0085', '\u2003', '\u2028', '\u3000', '\u1680', '\ufeff');

/** Texts that survive: not blank, nothing that XML cannot hold. */
const text = fc
  .oneof(
    fc.tuple(otherBlank, fc.constantFrom('', 'a', '<'), otherBlank).map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      'cat',
      '猫',
      'a&b',
      ']]>',
      '<x>',
      ' padded ',
      'a\rb',
      'a\r\nb',
      'a\tb',
      '&amp;',
      '😀',
      '"q"',
    ),
  )
  .filter((value) => illegalCharacter(value) === undefined && /[^ \t\r\n]/.test(value));

const key = fc.oneof(
  text,
  fc.constantFrom('\u1680', 'a\u1680', '\ufeffa', 'a\ufeff', '\u2040', 'a\u2040', '\u212a'),
  fc.constantFrom('__proto__', 'constructor', 'property', 'key', 'color', '颜色', 'toString', 'my color (1)'),
);

const number = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -5, max: 5000 }) },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
);
const unit = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const points = fc
  .array(fc.tuple(number, number), { minLength: 1, maxLength: 14 })
  .map((pairs): number[] => pairs.flat());
const point = fc.record({ kind: fc.constant('point' as const), x: number, y: number });

const shape: fc.Arbitrary<Shape> = fc.oneof(
  point,
  fc.record({
    kind: fc.constantFrom('line' as const, 'dashed' as const),
    x1: number,
    y1: number,
    x2: number,
    y2: number,
  }),
  fc.record({ kind: fc.constant('bndbox' as const), xmin: number, ymin: number, xmax: number, ymax: number }),
  fc.record({ kind: fc.constant('circle' as const), cx: number, cy: number, r: number }),
  fc.record({ kind: fc.constantFrom('polygon' as const, 'polyline' as const), points }),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const flag = fc.constantFrom('0', '1', 'True', '0.31', 'Unspecified');
const action = fc.constantFrom('running', 'walking', '跑', 'other');

export const object: fc.Arbitrary<VocObject> = fc
  .record({
    name: text,
    entries: fc.array(fc.tuple(key, fc.oneof(text, fc.constant(''))), { maxLength: 4 }),
    childForm: fc.boolean(),
    pose: text,
    truncated: flag,
    difficult: flag,
    occluded: flag,
    hardCoefficient: maybe(unit),
    sdk: fc.boolean(),
    hardReasons: maybe(text),
    confidence: maybe(unit),
    maskColor: maybe(fc.constantFrom('255,0,0', '0, 1, 2')),
    maskSource: maybe(text),
    shape: maybe(shape),
    reference: maybe(point),
    actions: maybe(fc.array(fc.tuple(action, fc.boolean()), { maxLength: 3 })),
    attributes: maybe(fc.array(fc.tuple(text, text), { maxLength: 3 })),
    parts: fc.array(fc.tuple(text, shape), { maxLength: 2 }),
  })
  .map((made) => {
    const { entries, childForm, sdk, reference, actions, attributes, parts, ...rest } = made;
    const properties = new Map(entries);
    const names = [...properties.keys()].filter((name) => childForm && isXmlName(name));
    const referencePoint: Point | undefined = rest.shape?.kind === 'bndbox' ? reference : undefined;
    return new VocObject({
      ...rest,
      properties,
      childFormKeys: new Set(names),
      ...(sdk && rest.hardCoefficient !== undefined ? { coefficientElement: 'difficult-coefficient' } : {}),
      ...(referencePoint === undefined ? {} : { referencePoint }),
      ...(actions === undefined ? {} : { actions: new Map(actions) }),
      ...(attributes === undefined ? {} : { attributes: new Map(attributes) }),
      parts: parts.map(([name, partShape]) => new VocObject({ name, shape: partShape })),
    });
  });

const length = fc.integer({ min: 1, max: 100_000 });

export const document: fc.Arbitrary<VocDocument> = fc
  .record({
    folder: text,
    fileName: text,
    path: maybe(text),
    database: text,
    sourceAnnotation: maybe(text),
    sourceImage: maybe(text),
    sourceFlickrId: maybe(text),
    ownerFlickrId: maybe(text),
    ownerName: maybe(text),
    width: length,
    height: length,
    depth: length,
    segmented: text,
    maskSource: maybe(text),
    verified: fc.boolean(),
    objects: fc.array(object, { maxLength: 4 }),
  })
  .map(({ verified, ...init }) => {
    const rootAttributes = new Map(verified ? [['verified', 'yes "&<\t']] : []);
    return new VocDocument({ ...stripped(init), rootAttributes });
  });

/** Without members that are undefined. */
function stripped<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** What a document says, without where it comes from: to be compared with another. */
export function content(document: VocDocument): unknown {
  const { source: _, readAs: __, valueless: ___, objects, ...rest } = document;
  return { ...rest, rootAttributes: [...rest.rootAttributes], objects: objects.map(objectContent) };
}

function objectContent(object: VocObject): unknown {
  const { sourceIndex: _, valueless: __, coefficientElement, parts, ...rest } = object;
  return {
    ...rest,
    properties: [...rest.properties],
    coefficientElement:
      rest.hardCoefficient === undefined ? undefined : (coefficientElement ?? 'hard-coefficient'),
    actions: rest.actions === undefined ? undefined : [...rest.actions],
    attributes: rest.attributes === undefined ? undefined : [...rest.attributes],
    parts: parts.map(objectContent),
  };
}
