import {
  type BndBox,
  type CoordinateConvention,
  convertShape,
  flagOf,
  type ImageObject,
  rotatedCorners,
  rotationOf,
  type Shape,
} from '../../model/index.js';
import { boxOf } from '../../transforms/index.js';
import { type LabelColour, labelColour } from './colours.js';
import type { PixelSize, Plane } from './plane.js';
import { clipText, isolated, type Plate, platesAsSvg, widestText } from './plates.js';

/** Outlines of areas, each x1, y1, x2, y2, …; what two of them enclose is a hole. */
export type Rings = readonly (readonly number[])[];

/** A label of an image as a whole. */
export interface Caption {
  readonly name: string;
  /** 0…1 */
  readonly confidence?: number | undefined;
  readonly isHard?: boolean | undefined;
}

/** What is drawn over one image. */
export interface Overlay {
  readonly objects: readonly ImageObject[];
  /** Labels of the image as a whole: plates in its upper left corner. */
  readonly captions?: readonly Caption[] | undefined;
  /** Areas that objects have beside their shapes, such as those of a mask. */
  readonly areas?: ReadonlyMap<ImageObject, Rings> | undefined;
  /** What the coordinates mean; default `zeroBased`. */
  readonly convention?: CoordinateConvention | undefined;
  /** Objects drawn, parts among them; how many are not is written into the picture. Default 1000. */
  readonly maxObjects?: number | undefined;
}

/** Numbers beyond this many pixels are taken as this: renderers have limits. */
const farAway = 1e5;
const pointRadius = 4;

/**
 * What is to be seen over an image as an SVG document of the picture's size: shapes in the colours of their labels, with
 * label, confidence and marks: D difficult, O occluded, T truncated; H a hard image. Difficult objects have a dashed outline, occluded ones
 * a dotted one. Texts of the data are escaped.
 *
 * @param picture size of the picture
 * @param plane how the image lies in it
 */
export function drawOverlay(overlay: Overlay, picture: PixelSize, plane: Plane): string {
  const { objects, areas, captions = [], convention = 'zeroBased', maxObjects = 1000 } = overlay;
  const unit = unitOf(picture);
  const all = withParts(objects);
  const drawn = all
    .slice(0, maxObjects)
    .map((entry) => new Figure(entry, areas?.get(entry.object), { plane, unit, convention }))
    .sort((a, b) => b.area - a.area);
  const fontSize = fontSizeOf(picture);
  const most = widestText(picture, fontSize);
  const corner = captions.map(({ name, confidence, isHard }, at): Plate => {
    const bottom = fontSize * (0.3 + 1.5 * (at + 1));
    return {
      text: isolated(clipText(name, most)) + scoreText(confidence) + (isHard === true ? ' [H]' : ''),
      colour: labelColour(name),
      places: [{ x: fontSize * 0.3, bottom }],
    };
  });
  const left = all.length - drawn.length;
  if (left > 0) {
    const text = `${left} more ${left === 1 ? 'object is' : 'objects are'} not drawn`;
    corner.push({ text, colour: labelColour(undefined), places: [{ x: 0, bottom: picture.height }] });
  }
  // The smallest first: larger ones have more places to choose from.
  const plates = drawn.map((figure) => figure.plate(most, fontSize, picture)).reverse();
  const body =
    drawn.map((figure) => figure.svg()).join('') +
    platesAsSvg([...corner, ...plates.filter((plate) => plate !== undefined)], picture, fontSize);
  const { width, height } = picture;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`;
}

/** Lines grow with the picture, but less than it does. */
function unitOf({ width, height }: PixelSize): number {
  return Math.max(0.6, Math.min(2.5, Math.sqrt(Math.max(width, height) / 640)));
}

/** Of the text on plates, in pixels. */
function fontSizeOf(picture: PixelSize): number {
  return Math.round(Math.max(10, 13 * unitOf(picture)));
}

interface Entry {
  readonly object: ImageObject;
  /** Whose part it is. */
  readonly owner: ImageObject | undefined;
}

function withParts(objects: readonly ImageObject[], owner?: ImageObject): Entry[] {
  return objects.flatMap((object) => [{ object, owner }, ...withParts(object.parts, object)]);
}

interface Frame {
  readonly plane: Plane;
  /** What 1 is for lines, in pixels. */
  readonly unit: number;
  readonly convention: CoordinateConvention;
}

/** One object as it lies in the picture. */
class Figure {
  readonly area: number;
  private readonly object: ImageObject;
  private readonly owner: ImageObject | undefined;
  private readonly shape: Shape | undefined;
  private readonly colour: LabelColour;
  /** In pixels of the picture. */
  private readonly box: BndBox | undefined;

  constructor(
    { object, owner }: Entry,
    private readonly rings: Rings | undefined,
    private readonly frame: Frame,
  ) {
    this.object = object;
    this.owner = owner;
    this.colour = labelColour(object.name);
    this.shape = object.shape && this.inPicture(object.shape);
    this.box = this.shape === undefined ? this.boxOfRings() : boxOfDrawn(this.shape, frame.unit);
    const { box } = this;
    this.area = box === undefined ? 0 : (box.xmax - box.xmin) * (box.ymax - box.ymin);
  }

  svg(): string {
    const { rings, shape, frame, object } = this;
    const out: string[] = [];
    if (rings !== undefined && rings.length > 0) {
      const path = rings.map((ring) => pathOf(this.pointsOf(ring), true)).join('');
      const { fill } = this.colour;
      const line = `stroke="${fill}" stroke-width="${rounded(frame.unit)}"`;
      out.push(`<path d="${path}" fill="${fill}" fill-opacity=".45" fill-rule="evenodd" ${line}/>`);
    }
    if (shape !== undefined) out.push(this.outline(shape));
    if (object.referencePoint !== undefined) {
      const { x, y } = this.inPicture(object.referencePoint) as { readonly x: number; readonly y: number };
      const arm = 4 * frame.unit;
      const cross = `M${number(x - arm)} ${number(y)}h${number(2 * arm)}M${number(x)} ${number(y - arm)}v${number(2 * arm)}`;
      out.push(this.stroked('path', `d="${cross}"`, false));
    }
    return out.join('');
  }

  /** What stands at the object; undefined for what is not to be seen. */
  plate(most: number, fontSize: number, picture: PixelSize): Plate | undefined {
    const { box, object, owner } = this;
    if (box === undefined || isOutside(box, picture)) return undefined;
    const marks = (
      [
        ['D', object.difficult],
        ['O', object.occluded],
        ['T', object.truncated],
      ] as const
    ).filter(([, flag]) => flagOf(flag) === true);
    const done = [...(object.actions ?? [])].filter(([, is]) => is).map(([action]) => action);
    const score = scoreText(object.confidence);
    const marked = marks.length === 0 ? '' : ` [${marks.map(([mark]) => mark).join('')}]`;
    const name = object.name === undefined || object.name === '' ? 'no label' : object.name;
    const whole = owner?.name === undefined ? name : `${owner.name} › ${name}`;
    const text = done.length === 0 ? whole : `${whole} (${done.join(', ')})`;
    const rest = `${score}${marked}`;
    const height = fontSize * 1.35;
    return {
      text: isolated(clipText(text, Math.max(3, most - rest.length * 0.64))) + rest,
      colour: this.colour,
      places: [
        { x: box.xmin, bottom: box.ymin },
        { x: box.xmin, bottom: box.ymax + height },
        { x: box.xmin, bottom: box.ymin + height },
        { x: box.xmax, bottom: box.ymin + height },
        { x: box.xmin, bottom: box.ymin - height },
        { x: box.xmin, bottom: box.ymax + 2 * height },
      ],
    };
  }

  private outline(shape: Shape): string {
    switch (shape.kind) {
      case 'point': {
        const r = number(pointRadius * this.frame.unit);
        const at = `cx="${number(shape.x)}" cy="${number(shape.y)}" r="${r}"`;
        return `<circle ${at} fill="${this.colour.fill}" stroke="#000" stroke-opacity=".6" stroke-width="${rounded(this.frame.unit)}"/>`;
      }
      case 'circle':
        return this.stroked(
          'circle',
          `cx="${number(shape.cx)}" cy="${number(shape.cy)}" r="${number(Math.abs(shape.r))}"`,
          true,
        );
      case 'line':
      case 'dashed': {
        const ends = `x1="${number(shape.x1)}" y1="${number(shape.y1)}" x2="${number(shape.x2)}" y2="${number(shape.y2)}"`;
        return this.stroked('line', ends, false, shape.kind === 'dashed' ? [12, 6] : undefined);
      }
      case 'bndbox': {
        const { xmin, ymin, xmax, ymax } = shape;
        // A path: a rectangle without width or height would not be seen at all.
        const points = [xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax];
        return this.stroked('path', `d="${pathOf(points, true)}"`, true);
      }
      case 'polygon':
        return this.stroked('path', `d="${pathOf(shape.points, true)}"`, true);
      case 'polyline':
        return this.stroked('path', `d="${pathOf(shape.points, false)}"`, false);
    }
  }

  /** An element in the colour of the label, on a dark line that sets it off from the image. */
  private stroked(
    element: string,
    geometry: string,
    isArea: boolean,
    dashes: readonly number[] | undefined = this.dashes(),
  ): string {
    const { unit } = this.frame;
    const width = (this.owner === undefined ? 2 : 1.4) * unit;
    const fill = isArea ? `fill="${this.colour.fill}" fill-opacity=".1"` : 'fill="none"';
    const dashed =
      dashes === undefined
        ? ''
        : ` stroke-dasharray="${dashes.map((dash) => rounded(dash * unit)).join(' ')}"`;
    const under = `stroke="#000" stroke-opacity=".5" stroke-width="${rounded(width + 1.4 * unit)}"`;
    const over = `stroke="${this.colour.fill}" stroke-width="${rounded(width)}"`;
    return (
      `<${element} ${geometry} ${fill} ${under} stroke-linejoin="round"${dashed}/>` +
      `<${element} ${geometry} fill="none" ${over} stroke-linejoin="round"${dashed}/>`
    );
  }

  private dashes(): readonly number[] | undefined {
    const isDifficult = flagOf(this.object.difficult) === true;
    const isOccluded = flagOf(this.object.occluded) === true;
    if (isDifficult) return isOccluded ? [7, 4, 2, 4] : [7, 4];
    return isOccluded ? [2, 4] : undefined;
  }

  private inPicture(stored: Shape): Shape {
    const shape = convertShape(stored, this.frame.convention, 'zeroBased');
    switch (shape.kind) {
      case 'point': {
        const [x, y] = this.pointsOf([shape.x, shape.y]) as [number, number];
        return { kind: 'point', x, y };
      }
      case 'circle': {
        const [cx, cy] = this.pointsOf([shape.cx, shape.cy]) as [number, number];
        return { kind: 'circle', cx, cy, r: near(shape.r * this.frame.plane.scale) };
      }
      case 'line':
      case 'dashed': {
        const ends = this.pointsOf([shape.x1, shape.y1, shape.x2, shape.y2]);
        const [x1, y1, x2, y2] = ends as [number, number, number, number];
        return { kind: shape.kind, x1, y1, x2, y2 };
      }
      case 'bndbox': {
        const angle = rotationOf(this.object);
        if (angle !== undefined && angle % 360 !== 0)
          return { kind: 'polygon', points: this.pointsOf(rotatedCorners(shape, angle)) };
        const corners = this.pointsOf([shape.xmin, shape.ymin, shape.xmax, shape.ymax]);
        const [xmin, ymin, xmax, ymax] = corners as [number, number, number, number];
        return { kind: 'bndbox', xmin, ymin, xmax, ymax };
      }
      case 'polygon':
      case 'polyline':
        return { kind: shape.kind, points: this.pointsOf(shape.points) };
    }
  }

  /** Points of the image as they lie in the picture. */
  private pointsOf(points: readonly number[]): number[] {
    const { a, b, c, d, e, f } = this.frame.plane;
    const out: number[] = [];
    for (let at = 0; at + 1 < points.length; at += 2) {
      const [x, y] = [points[at]!, points[at + 1]!];
      out.push(near(a * x + c * y + e), near(b * x + d * y + f));
    }
    return out;
  }

  private boxOfRings(): BndBox | undefined {
    const points = (this.rings ?? []).flatMap((ring) => this.pointsOf(ring));
    return boxOf({ kind: 'polygon', points });
  }
}

function scoreText(confidence: number | undefined): string {
  return confidence === undefined ? '' : ` ${confidence.toFixed(2)}`;
}

/** The box around a shape as it is drawn. */
function boxOfDrawn(shape: Shape, unit: number): BndBox | undefined {
  return boxOf(
    shape.kind === 'point' ? { kind: 'circle', cx: shape.x, cy: shape.y, r: pointRadius * unit } : shape,
  );
}

/** Path data of an outline; what falls on one tenth of a pixel is one point. */
function pathOf(points: readonly number[], isClosed: boolean): string {
  const parts: string[] = [];
  let last = '';
  for (let at = 0; at + 1 < points.length; at += 2) {
    const point = `${number(points[at]!)} ${number(points[at + 1]!)}`;
    if (point === last) continue;
    parts.push(point);
    last = point;
  }
  return parts.length === 0 ? '' : `M${parts.join('L')}${isClosed ? 'Z' : ''}`;
}

function near(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-farAway, Math.min(farAway, value));
}

/** To a tenth of a pixel. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function isOutside({ xmin, ymin, xmax, ymax }: BndBox, { width, height }: PixelSize): boolean {
  return xmax < 0 || ymax < 0 || xmin > width || ymin > height;
}
