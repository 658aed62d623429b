import type { Json } from '../json.js';
import type { SampleLabel } from '../state.js';
import { childOf, type Element, escapeXml, parseXml, textIn } from './xml.js';

export interface Voc {
  readonly imageSize: readonly number[] | undefined;
  readonly labels: readonly Omit<SampleLabel, 'id'>[];
  /** Names of objects that are marked as difficult. */
  readonly difficult: ReadonlySet<string>;
}

const shapeNames = ['bndbox', 'polygon', 'polyline', 'line', 'dashed', 'point', 'circle'];

/** Reads an annotation file. @throws Error that says what is wrong with it */
export function readVoc(bytes: Buffer, type: number): Voc {
  const root = parseXml(bytes.toString('utf8'));
  if (root.name !== 'annotation') throw new Error(`the document is a <${root.name}>, no <annotation>`);
  const size = childOf(root, 'size');
  const sides = ['width', 'height', 'depth'].map((name) =>
    size === undefined ? undefined : textIn(size, name),
  );
  const difficult = new Set<string>();
  const labels = root.children
    .filter(({ name }) => name === 'object')
    .map((object) => {
      const label = labelOf(object, type);
      if (textIn(object, 'difficult') === '1') difficult.add(label.name);
      return label;
    });
  return {
    imageSize: sides[0] === undefined ? undefined : sides.filter((side) => side !== undefined).map(Number),
    labels,
    difficult,
  };
}

function labelOf(object: Element, type: number): Omit<SampleLabel, 'id'> {
  const name = textIn(object, 'name');
  if (name === undefined) throw new Error('an object has no name');
  const shape = object.children.find((child) => shapeNames.includes(child.name));
  if (shape === undefined) throw new Error(`the object ${name} has no shape`);
  const property: Json = { '@modelarts:shape': shape.name, '@modelarts:feature': featureOf(shape) };
  for (const known of ['pose', 'truncated', 'occluded', 'difficult']) {
    const value = textIn(object, known);
    if (value !== undefined) property[known] = value;
  }
  const score = textIn(object, 'confidence');
  return {
    name,
    type,
    property,
    annotated_by: 'human',
    ...(score === undefined ? {} : { score: Number(score) }),
  };
}

function featureOf(shape: Element): unknown {
  const number = (name: string) => {
    const text = textIn(shape, name);
    const value = Number(text);
    if (text === undefined || !Number.isFinite(value))
      throw new Error(`<${shape.name}> has no number ${name}`);
    return value;
  };
  switch (shape.name) {
    case 'bndbox':
      return [
        [number('xmin'), number('ymin')],
        [number('xmax'), number('ymax')],
      ];
    case 'circle':
      return [[number('cx'), number('cy')], [number('r')]];
    case 'point':
      return childOf(shape, 'x') === undefined
        ? [[number('x1'), number('y1')]]
        : [[number('x'), number('y')]];
    default: {
      const numbers = shape.children
        .map(({ name }) => /^x(\d+)$/.exec(name)?.[1])
        .filter((text) => text !== undefined)
        .sort((a, b) => Number(a) - Number(b));
      if (numbers.length === 0) throw new Error(`<${shape.name}> has no points`);
      return numbers.map((n) => [number(`x${n}`), number(`y${n}`)]);
    }
  }
}

const elements = (pairs: readonly (readonly [string, unknown])[]) =>
  pairs.map(([name, value]) => `<${name}>${String(value)}</${name}>`).join('');

/** An annotation file for labels that came in another way. */
export function writeVoc(
  fileName: string,
  imageSize: readonly number[] | undefined,
  labels: readonly Omit<SampleLabel, 'id'>[],
): Buffer {
  const [width = 0, height = 0, depth = 3] = imageSize ?? [];
  const objects = labels.map(({ name, property, score }) => {
    const { '@modelarts:shape': shape = 'bndbox', '@modelarts:feature': feature } = property;
    const flags = ['pose', 'truncated', 'occluded', 'difficult']
      .filter((flag) => property[flag] !== undefined)
      .map((flag) => [flag, property[flag]] as const);
    return (
      `<object><name>${escapeXml(name)}</name>${elements(flags)}` +
      `${score === undefined ? '' : elements([['confidence', score]])}` +
      `<${String(shape)}>${elements(coordinates(String(shape), feature as number[][]))}</${String(shape)}></object>`
    );
  });
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<annotation><filename>${escapeXml(fileName)}</filename>` +
      `<size>${elements([
        ['width', width],
        ['height', height],
        ['depth', depth],
      ])}</size><segmented>0</segmented>${objects.join('')}</annotation>\n`,
  );
}

function coordinates(shape: string, feature: readonly (readonly number[])[]): [string, unknown][] {
  const [first = [], second = []] = feature;
  switch (shape) {
    case 'bndbox':
      return [
        ['xmin', first[0]],
        ['ymin', first[1]],
        ['xmax', second[0]],
        ['ymax', second[1]],
      ];
    case 'circle':
      return [
        ['cx', first[0]],
        ['cy', first[1]],
        ['r', second[0]],
      ];
    case 'point':
      return [
        ['x', first[0]],
        ['y', first[1]],
      ];
    default:
      return feature.flatMap(([x, y], n): [string, unknown][] => [
        [`x${n + 1}`, x],
        [`y${n + 1}`, y],
      ]);
  }
}
