import { decimalOf } from '../model/decimal.js';
import { LabelkitError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import { type Shape, type ShapeKind, shapeKinds } from '../model/shape.js';
import { quote } from './rules/scope.js';

/** How `@modelarts:feature` nests the numbers of points and circles: `[x,y]` in the SDK, `[[x,y]]` in the REST API. */
export type FeatureVariant = 'sdk' | 'rest';

/**
 * The value of `@modelarts:feature` for a shape: `[x,y]`, `[[x1,y1],[x2,y2]]`, `[cx,cy,r]` and so on; in the
 * REST variant `[[x,y]]` for a point and `[[cx,cy],[r]]` for a circle.
 */
export function featureOf(shape: Shape, variant: FeatureVariant = 'sdk'): JsonValue {
  switch (shape.kind) {
    case 'point':
      return variant === 'sdk' ? [shape.x, shape.y] : [[shape.x, shape.y]];
    case 'circle':
      return variant === 'sdk' ? [shape.cx, shape.cy, shape.r] : [[shape.cx, shape.cy], [shape.r]];
    case 'bndbox':
      return [
        [shape.xmin, shape.ymin],
        [shape.xmax, shape.ymax],
      ];
    case 'line':
    case 'dashed':
      return [
        [shape.x1, shape.y1],
        [shape.x2, shape.y2],
      ];
    case 'polygon':
    case 'polyline': {
      const pairs: number[][] = [];
      for (let i = 0; i + 1 < shape.points.length; i += 2)
        pairs.push([shape.points[i]!, shape.points[i + 1]!]);
      return pairs;
    }
  }
}

/**
 * The shape that `@modelarts:shape` and `@modelarts:feature` describe. Either variant is taken; numbers may be
 * texts of decimal numbers, as the SDK allows.
 *
 * @param field what to call the label in messages.
 * @throws LabelkitError `InvalidData` for an unknown shape, or a feature that does not fit it.
 */
export function shapeOfFeature(kind: unknown, feature: unknown, field = 'the label'): Shape {
  if (kind === undefined || kind === null) throw missing(field, '@modelarts:shape');
  if (feature === undefined || feature === null) throw missing(field, '@modelarts:feature');
  if (!shapeKinds.includes(kind as ShapeKind)) {
    throw new LabelkitError(
      'InvalidData',
      `${field} has the unknown @modelarts:shape ${quote(String(kind))}`,
      {
        hint: `a shape is one of ${shapeKinds.join(', ')}`,
      },
    );
  }
  const name = kind as ShapeKind;
  const rows = rowsOf(feature);
  const shape = rows === undefined ? undefined : shapeOf(name, rows);
  if (shape === undefined) {
    const shown = quote(JSON.stringify(feature) ?? String(feature));
    throw new LabelkitError('InvalidData', `${field} has a @modelarts:feature that is no ${name}: ${shown}`, {
      hint: `a ${name} is ${forms[name]}`,
    });
  }
  return shape;
}

const forms: Record<ShapeKind, string> = {
  point: '[x,y]',
  line: '[[x1,y1],[x2,y2]]',
  dashed: '[[x1,y1],[x2,y2]]',
  bndbox: '[[xmin,ymin],[xmax,ymax]]',
  polygon: '[[x1,y1],[x2,y2],…]',
  polyline: '[[x1,y1],[x2,y2],…]',
  circle: '[cx,cy,r]',
};

function missing(field: string, key: string): LabelkitError {
  return new LabelkitError('InvalidData', `${field} has no ${key}`, {
    hint: 'a label of an object needs @modelarts:shape and @modelarts:feature',
  });
}

/** The numbers by row; a flat list is one row. Undefined when there is anything but numbers. */
function rowsOf(feature: unknown): number[][] | undefined {
  if (!Array.isArray(feature) || feature.length === 0) return undefined;
  const nested = Array.isArray(feature[0]);
  const rows: number[][] = [];
  for (const row of nested ? feature : [feature]) {
    if (!Array.isArray(row)) return undefined;
    const numbers: number[] = [];
    for (const entry of row as unknown[]) {
      const value = typeof entry === 'string' ? decimalOf(entry) : entry;
      if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
      numbers.push(value);
    }
    rows.push(numbers);
  }
  return rows;
}

function shapeOf(kind: ShapeKind, rows: readonly number[][]): Shape | undefined {
  const flat = rows.flat();
  const [a, b, c, d] = flat as [number, number, number, number];
  switch (kind) {
    case 'point':
      return rows.length === 1 && flat.length === 2 ? { kind, x: a, y: b } : undefined;
    case 'circle': {
      const sdk = rows.length === 1 && flat.length === 3;
      const rest = rows.length === 2 && rows[0]!.length === 2 && rows[1]!.length === 1;
      return sdk || rest ? { kind, cx: a, cy: b, r: c } : undefined;
    }
    case 'bndbox':
      return arePairs(rows) && rows.length === 2 ? { kind, xmin: a, ymin: b, xmax: c, ymax: d } : undefined;
    case 'line':
    case 'dashed':
      return arePairs(rows) && rows.length === 2 ? { kind, x1: a, y1: b, x2: c, y2: d } : undefined;
    case 'polygon':
    case 'polyline':
      return arePairs(rows) ? { kind, points: flat } : undefined;
  }
}

function arePairs(rows: readonly number[][]): boolean {
  return rows.every((row) => row.length === 2);
}
