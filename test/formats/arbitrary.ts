import fc from 'fast-check';
import type {
  Annotation,
  ImageAnnotation,
  ImageObject,
  JsonObject,
  Sample,
  Shape,
  ShapeKind,
} from '../../src/model/index.js';

/** Quarters of a pixel: sums and differences of them are exact. */
const coordinate = fc.integer({ min: 0, max: 4000 }).map((quarters) => quarters / 4);
const extent = fc.integer({ min: 1, max: 2000 }).map((quarters) => quarters / 4);

export const label = fc.constantFrom(
  'cat',
  'Dog',
  'traffic light',
  '猫',
  "it's",
  'a,b',
  '"quoted"',
  '<&>',
  '7',
);
export const confidence = fc.integer({ min: 0, max: 64 }).map((share) => share / 64);
const word = fc.constantFrom('red', '', '0', 'twö', 'a b', '<x/>');

const points = (least: number) =>
  fc
    .array(fc.tuple(coordinate, coordinate), { minLength: least, maxLength: least + 3 })
    .map((list) => list.flat());

const shapes: { readonly [K in ShapeKind]: fc.Arbitrary<Shape> } = {
  point: fc.record({ kind: fc.constant('point'), x: coordinate, y: coordinate }),
  line: fc.record({
    kind: fc.constant('line'),
    x1: coordinate,
    y1: coordinate,
    x2: coordinate,
    y2: coordinate,
  }),
  dashed: fc.record({
    kind: fc.constant('dashed'),
    x1: coordinate,
    y1: coordinate,
    x2: coordinate,
    y2: coordinate,
  }),
  bndbox: fc
    .tuple(coordinate, coordinate, extent, extent)
    .map(([xmin, ymin, w, h]) => ({ kind: 'bndbox', xmin, ymin, xmax: xmin + w, ymax: ymin + h })),
  polygon: points(3).map((list) => ({ kind: 'polygon', points: list })),
  polyline: points(2).map((list) => ({ kind: 'polyline', points: list })),
  circle: fc.record({ kind: fc.constant('circle'), cx: coordinate, cy: coordinate, r: extent }),
};

/** A shape of one of the kinds. */
export const shapeOf = (...kinds: ShapeKind[]): fc.Arbitrary<Shape> =>
  fc.oneof(...kinds.map((kind) => shapes[kind]));

const anyShape = shapeOf(...(Object.keys(shapes) as ShapeKind[]));

const texts = fc
  .uniqueArray(fc.tuple(fc.constantFrom('color', 'group_id', '属性', 'x y', '__proto__'), word), {
    selector: ([key]) => key,
    maxLength: 2,
  })
  .map((entries) => new Map(entries));

/** What an object may say beside its label, its shape and its parts. */
const extras = fc.record(
  {
    pose: fc.constantFrom('Left', 'Unspecified'),
    truncated: fc.constantFrom('0', '1'),
    occluded: fc.constantFrom('0', '1'),
    difficult: fc.constantFrom('0', '1'),
    hardCoefficient: confidence,
    hardReasons: fc.constant('3-20'),
    confidence,
    maskColor: fc.constant('1,2,3'),
  },
  { requiredKeys: [] },
);

/** An object with a label and a shape, and nothing else. */
export const plainObject = (shape: fc.Arbitrary<Shape>): fc.Arbitrary<ImageObject> =>
  fc.record({ name: label, shape }).map((object) => ({ properties: new Map(), parts: [], ...object }));

/** An object that may lack a label or a shape and may say anything. */
const anyObject: fc.Arbitrary<ImageObject> = fc
  .tuple(
    fc.record({ name: label, shape: anyShape }, { requiredKeys: [] }),
    fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, extras),
    fc.oneof({ weight: 2, arbitrary: fc.constant(new Map<string, string>()) }, texts),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.array(plainObject(shapes.point), { maxLength: 2 }),
    ),
  )
  .map(([named, extra, properties, parts]) => ({ ...named, ...extra, properties, parts }));

export const imageOf = (object: fc.Arbitrary<ImageObject>): fc.Arbitrary<ImageAnnotation> =>
  fc
    .record(
      {
        width: fc.constant(1500),
        height: fc.constant(1500),
        depth: fc.constant(3),
        objects: fc.array(object, { maxLength: 4 }),
      },
      { requiredKeys: ['objects'] },
    )
    .map(({ width, height, depth, objects }) =>
      width === undefined || height === undefined
        ? { objects }
        : { width, height, ...(depth === undefined ? {} : { depth }), objects },
    );

const about: fc.Arbitrary<Partial<Annotation>> = fc.record(
  {
    confidence,
    creationTime: fc.constantFrom('2024-05-17 08:30:00', '2023-01-01 00:00:00', 'yesterday'),
    annotatedBy: fc.constantFrom('human', 'auto', 'human/a/b'),
    hard: fc.boolean(),
    property: fc.constantFrom<JsonObject>({ 'job-name': 'a' }, { color: 'red', n: 1 }),
  },
  { requiredKeys: [] },
);

/** What an annotation says beside its label: often nothing. */
const anyAbout = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, about);

export const classAnnotation = (
  medium: 'image' | 'text',
  more: fc.Arbitrary<Partial<Annotation>> = fc.constant({}),
): fc.Arbitrary<Annotation> =>
  fc.tuple(label, more).map(([name, rest]) => ({
    type: `modelarts/${medium}_classification`,
    task: `${medium}_classification` as const,
    name,
    ...rest,
  }));

export const objectAnnotation = (
  image: fc.Arbitrary<ImageAnnotation>,
  task: 'object_detection' | 'image_segmentation' = 'object_detection',
  more: fc.Arbitrary<Partial<Annotation>> = fc.constant({}),
): fc.Arbitrary<Annotation> =>
  fc
    .tuple(image, more)
    .map(([document, rest]) => ({ type: `modelarts/${task}`, task, ...rest, image: document }));

/** A named span of a text of ten characters or more. */
export const entityAnnotation = (
  more: fc.Arbitrary<Partial<Annotation>> = fc.constant({}),
): fc.Arbitrary<Annotation> =>
  fc
    .tuple(label, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 5, max: 10 }), more)
    .map(([name, start, end, { property, ...rest }]) => ({
      type: 'modelarts/text_entity',
      task: 'text_entity',
      name,
      ...rest,
      property: { ...property, '@modelarts:start_index': start, '@modelarts:end_index': end },
    }));

const aboutSample: fc.Arbitrary<Partial<Sample>> = fc.record(
  {
    usage: fc.constantFrom('TRAIN', 'EVAL', 'TEST', 'INFERENCE'),
    id: fc.constant('0123'),
    hard: fc.boolean(),
    property: fc.constantFrom<JsonObject>({ weather: 'rain' }, { origin: { camera: 7 }, source: 'x' }),
  },
  { requiredKeys: [] },
);

/** What a sample says beside its source and its labels: often nothing. */
const anyAboutSample = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, aboutSample);

export const sampleOf = (
  source: string,
  annotations: fc.Arbitrary<Annotation>,
  more: fc.Arbitrary<Partial<Sample>> = fc.constant({}),
  most = 3,
): fc.Arbitrary<Sample> =>
  fc
    .tuple(fc.array(annotations, { maxLength: most }), more)
    .map(([list, rest]) => ({ source, ...rest, annotations: list }));

/** Samples of every kind that say all there is to say. */
export const anySample: fc.Arbitrary<Sample> = fc.oneof(
  sampleOf('s3://b/img/1.jpg', classAnnotation('image', anyAbout), anyAboutSample),
  sampleOf(
    's3://b/img/2.png',
    objectAnnotation(imageOf(anyObject), 'object_detection', anyAbout),
    anyAboutSample,
    2,
  ),
  sampleOf(
    's3://b/img/3.png',
    fc.oneof(
      objectAnnotation(imageOf(anyObject), 'image_segmentation', anyAbout),
      classAnnotation('image', anyAbout),
    ),
    anyAboutSample,
  ),
  sampleOf('content://a text of some length', classAnnotation('text', anyAbout), anyAboutSample),
  sampleOf(
    'content://a text of some length',
    fc.oneof(entityAnnotation(anyAbout), classAnnotation('text', anyAbout)),
    anyAboutSample,
  ),
  sampleOf('s3://b/1.wav', classAnnotation('image', anyAbout), anyAboutSample, 1),
);
