import { describe, expect, test } from 'vitest';
import {
  type BndBox,
  type CoordinateConvention,
  convertShape,
  coordinateConventions,
  type ImageAnnotation,
  OptionError,
  type Shape,
} from '../../src/model/index.js';
import {
  addCoordinateEvidence,
  convertCoordinates,
  guessCoordinates,
  imageBox,
  mergeCoordinateEvidence,
  noCoordinateEvidence,
  parseCoordinateChange,
} from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): BndBox => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});

const image = (width: number, height: number, ...shapes: Shape[]): ImageAnnotation => ({
  width,
  height,
  objects: shapes.map((shape) => ({ name: 'a', shape, properties: new Map(), parts: [] })),
});

describe('parseCoordinateChange', () => {
  test.each([
    ['voc1', { from: 'voc1' }],
    ['voc1:zeroBased', { from: 'voc1', to: 'zeroBased' }],
    ['VOC1:zero-inclusive', { from: 'voc1', to: 'zeroInclusive' }],
    ['minus-one:minusone', { from: 'minusOne', to: 'minusOne' }],
  ])('%s', (text, change) => {
    expect(parseCoordinateChange(text)).toEqual(change);
  });

  test.each(['', ':', 'voc1:', ':voc1', 'voc2', 'voc1:x', 'voc1:zeroBased:voc1'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseCoordinateChange(text)).toThrow(OptionError);
    },
  );
});

describe('conversion', () => {
  const whole: Record<CoordinateConvention, BndBox> = {
    zeroBased: box(0, 0, 100, 80),
    voc1: box(1, 1, 100, 80),
    minusOne: box(1, 1, 101, 81),
    zeroInclusive: box(0, 0, 99, 79),
  };

  test.each(coordinateConventions)('the box of a whole image in %s', (convention) => {
    expect(imageBox(100, 80, convention)).toEqual(whole[convention]);
    for (const other of coordinateConventions)
      expect(convertShape(whole[convention], convention, other)).toEqual(whole[other]);
  });

  test('other shapes move with the number of the first pixel', () => {
    const shapes: Shape[] = [
      { kind: 'point', x: 1, y: 2 },
      { kind: 'line', x1: 1, y1: 2, x2: 3, y2: 4 },
      { kind: 'circle', cx: 5, cy: 6, r: 2.5 },
      { kind: 'polygon', points: [1, 2, 3, 4, 5, 1] },
    ];
    expect(shapes.map((shape) => convertShape(shape, 'voc1', 'zeroBased'))).toEqual([
      { kind: 'point', x: 0, y: 1 },
      { kind: 'line', x1: 0, y1: 1, x2: 2, y2: 3 },
      { kind: 'circle', cx: 4, cy: 5, r: 2.5 },
      { kind: 'polygon', points: [0, 1, 2, 3, 4, 0] },
    ]);
    for (const shape of shapes) expect(convertShape(shape, 'voc1', 'minusOne')).toBe(shape);
  });

  test('there and back is the same, parts and reference points among it', () => {
    const part = { name: 'head', shape: box(3, 3, 9, 9), properties: new Map(), parts: [] };
    const before: ImageAnnotation = {
      width: 10,
      height: 10,
      objects: [
        {
          name: 'a',
          shape: box(1, 1, 10, 10),
          referencePoint: { kind: 'point', x: 4, y: 5 },
          properties: new Map(),
          parts: [part],
        },
      ],
    };
    for (const other of coordinateConventions) {
      const there = convertCoordinates(before, 'voc1', other);
      expect(convertCoordinates(there, other, 'voc1')).toEqual(before);
    }
    const moved = convertCoordinates(before, 'voc1', 'zeroBased').objects[0]!;
    expect(moved.parts[0]?.shape).toEqual(box(2, 2, 9, 9));
    expect(moved.referencePoint).toEqual({ kind: 'point', x: 3, y: 4 });
    expect(convertCoordinates(before, 'voc1', 'voc1')).toBe(before);
  });
});

describe('what convention numbers show', () => {
  const guess = (...images: ImageAnnotation[]) => {
    const counts = { ...noCoordinateEvidence };
    for (const one of images) addCoordinateEvidence(counts, one);
    return guessCoordinates(counts);
  };

  test('nothing to tell by', () => {
    const quarter = { zeroBased: 0.25, voc1: 0.25, minusOne: 0.25, zeroInclusive: 0.25 };
    expect(guess()).toEqual({ confidence: 0.25, confidences: quarter, evidence: noCoordinateEvidence });
    expect(guess(image(100, 100, box(10, 10, 20, 20))).convention).toBeUndefined();
  });

  test('every kind of edge is counted, both axes together; swapped boxes and images without size are not', () => {
    const { evidence } = guess(
      image(100, 80, box(0, 1, 100, 79), box(-1, 0, 101, 90)),
      image(100, 80, box(50, 0, 20, 80)),
      { objects: image(1, 1, box(0, 0, 1, 1)).objects },
    );
    expect(evidence).toEqual({
      boxes: 2,
      minBelow0: 1,
      minAt0: 2,
      minAt1: 1,
      maxAtSizeMinus1: 1,
      maxAtSize: 1,
      maxAtSizePlus1: 1,
      maxBeyond: 1,
    });
  });

  test.each(coordinateConventions)('boxes drawn as %s are known', (convention) => {
    const draw = randomFor(coordinateConventions.indexOf(convention));
    const random = () => draw.next();
    const images = Array.from({ length: 40 }, () => {
      const [width, height] = [64 + Math.floor(random() * 500), 64 + Math.floor(random() * 500)];
      const range = imageBox(width, height, convention);
      const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
      // Boxes of things that stick out of the image, cut at its edges.
      const boxes = Array.from({ length: 5 }, () => {
        const x = Math.floor(random() * width * 1.2 - width * 0.1);
        const y = Math.floor(random() * height * 1.2 - height * 0.1);
        return box(
          clamp(x - 20, range.xmin, range.xmax),
          clamp(y - 20, range.ymin, range.ymax),
          clamp(x + 20, range.xmin, range.xmax),
          clamp(y + 20, range.ymin, range.ymax),
        );
      });
      return image(width, height, ...boxes);
    });
    const found = guess(...images);
    expect(found).toMatchObject({ convention, confidence: 0.999 });
    expect(Object.values(found.confidences).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
  });

  test('parts of the data add up', () => {
    const [one, two] = [{ ...noCoordinateEvidence }, { ...noCoordinateEvidence }];
    addCoordinateEvidence(one, image(10, 10, box(0, 0, 10, 10)));
    addCoordinateEvidence(two, image(10, 10, box(1, 2, 9, 11)));
    const both = { ...noCoordinateEvidence };
    addCoordinateEvidence(both, image(10, 10, box(0, 0, 10, 10), box(1, 2, 9, 11)));
    mergeCoordinateEvidence(one, two);
    expect(one).toEqual(both);
  });
});
