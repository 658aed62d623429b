import {
  type BndBox,
  type Diagnostic,
  flagOf,
  type ImageAnnotation,
  type ImageObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OptionError,
  type Polygon,
} from '../../model/index.js';
import { JsonSink, stringifyJson } from '../../text/index.js';
import type { FormatSink, FormatSpool, FormatWriter, ImageSize, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { boundsOf, ellipsePoints, neat } from '../shared/geometry.js';
import { countLosses, type LossName, sampleKind } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { decodeCounts, rleFacts } from '../shared/rle.js';
import { annotationIdOf, annotationIdProperty, categoryIdProperty, KeptIds } from './kept-ids.js';
import { cocoCarries } from './losses.js';

/** Members of an image that a property may not be. */
const ownMembers: ReadonlySet<string> = new Set(['id', 'file_name', 'width', 'height']);

/** Texts that say what their absence says. */
const nothings: ReadonlySet<string> = new Set(['', '0', 'false', 'False', 'Unspecified']);

/** Corners of the polygon that a circle becomes. */
const circleCorners = 64;
/** Bytes that are gathered before they are written. */
const pieceLength = 64 * 1024;

/** JSON on its way to the output or to a spool, gathered into larger pieces. */
class Pieces {
  readonly json = new JsonSink();
  readonly #target: { write(bytes: Uint8Array): Promise<void> };

  constructor(target: { write(bytes: Uint8Array): Promise<void> }) {
    this.#target = target;
  }

  get isFull(): boolean {
    return this.json.size >= pieceLength;
  }

  async flush(): Promise<void> {
    if (this.json.size > 0) await this.#target.write(this.json.view());
    this.json.clear();
  }
}

/** An object that becomes an annotation. */
interface ObjectElement {
  readonly label: string;
  readonly object: ImageObject;
  readonly shape: Outline;
  /** The outlines of its polygons, its own first; none of a box. */
  readonly polygons: readonly (readonly number[])[];
}

/** What becomes an annotation: an object, or a label of the whole image. */
type Element = ObjectElement | { readonly label: string; readonly object?: undefined };

/**
 * Writes one COCO file: `images` goes out at once, `annotations` by way of a spool, `categories` at the end. Ids count
 * from 1; one element is on each line.
 */
export class CocoWriter implements FormatWriter {
  readonly #sink: FormatSink;
  readonly #classes: ClassTable;
  readonly #names: NameTable;
  readonly #carries: ReadonlySet<LossName>;
  readonly #keypoints: readonly string[];
  readonly #withCircles: boolean;
  readonly #withLabels: boolean;
  readonly #withScores: boolean;
  /** Undefined: ids count from 1. */
  readonly #kept: KeptIds | undefined;
  #imageId = 0;
  /** Labels of objects that had keypoints. */
  readonly #keypointLabels = new Set<string>();
  readonly #spool: FormatSpool;
  readonly #images: Pieces;
  readonly #annotations: Pieces;
  #imageCount = 0;
  #annotationCount = 0;

  /** @throws OptionError when it is to append */
  constructor(sink: FormatSink) {
    if (sink.mode === 'append') {
      throw new OptionError(`a COCO file cannot be appended to: ${sink.path}`, {
        hint: 'Write a new file, or merge the data sets first.',
      });
    }
    const { options } = sink;
    this.#sink = sink;
    this.#classes = new ClassTable(sink.classes);
    this.#names = new NameTable(sink);
    this.#keypoints = (options['keypoints'] ?? []) as readonly string[];
    this.#withCircles = options['circles'] === 'polygon';
    this.#withLabels = options['labels'] === true;
    this.#withScores = options['scores'] === true;
    this.#kept = options['ids'] === 'keep' ? new KeptIds() : undefined;
    const carries = new Set<LossName>(cocoCarries);
    if (this.#kept !== undefined) carries.add('sample-id');
    if (this.#withCircles) carries.add('shape-circle');
    if (this.#withLabels) carries.add('image_classification');
    if (this.#withScores) carries.add('object-confidence');
    if (this.#keypoints.length > 0) carries.add('parts');
    this.#carries = carries;
    this.#spool = sink.spool();
    this.#images = new Pieces(sink);
    this.#annotations = new Pieces(this.#spool);
  }

  async add(row: WriteRow): Promise<Written> {
    const kind = sampleKind(row.sample);
    if (kind !== 'image-sample') {
      this.#sink.lose(row, kind);
      return 'skipped';
    }
    const elements = this.#elementsOf(row);
    if (!isList(elements)) return [elements];
    const categories: number[] = [];
    for (const { label } of elements) {
      const id = this.#classes.take(label, row);
      if (typeof id !== 'number') return [id];
      categories.push(id + 1);
    }
    const fault = this.#kept?.take(row, elements);
    if (fault !== undefined) return [fault];
    const name =
      this.#sink.images === 'reference'
        ? this.#sink.referenceTo(row.sample.source)
        : await imageBeside(this.#sink, this.#names, row);
    if (typeof name !== 'string') return [name];
    const size = saidSize(row) ?? (await this.#sink.imageSize(row));
    this.#writeImage(row, name, size);
    countLosses(this.#sink, row, this.#carries);
    this.#countMisfits(row);
    for (let i = 0; i < elements.length; i++) this.#writeElement(elements[i]!, categories[i]!);
    if (this.#images.isFull) await this.#images.flush();
    if (this.#annotations.isFull) await this.#annotations.flush();
    return 'written';
  }

  async end(): Promise<void> {
    const { json } = this.#images;
    json.raw(this.#imageCount === 0 ? `${head}],` : '\n],');
    json.raw('"annotations":[');
    await this.#images.flush();
    await this.#annotations.flush();
    for await (const chunk of this.#spool.chunks()) await this.#sink.write(chunk);
    json.raw(this.#annotationCount === 0 ? '],' : '\n],');
    const categories = this.#classes.names.map((name, id) =>
      stringifyJson({
        id: this.#kept?.categories.get(name) ?? id + 1,
        name,
        supercategory: '',
        ...(this.#keypointLabels.has(name) ? { keypoints: [...this.#keypoints], skeleton: [] } : {}),
      }),
    );
    json.raw(`"categories":[${categories.map((text) => `\n${text}`).join(',')}`);
    json.raw(categories.length === 0 ? ']}\n' : '\n]}\n');
    await this.#images.flush();
  }

  #writeImage(row: WriteRow, name: string, size: ImageSize): void {
    const { json } = this.#images;
    json.raw(this.#imageCount === 0 ? firstImage : nextImage);
    this.#imageCount++;
    this.#imageId = this.#kept?.image ?? this.#imageCount;
    json.number(this.#imageId);
    json.raw(',"file_name":');
    json.string(name);
    if ('problem' in size) {
      this.#sink.report({
        rule: 'N017',
        severity: 'warning',
        message: `${name} is written without width and height: ${size.message}`,
        ...placeOf(row),
      });
    } else {
      json.raw(',"width":');
      json.number(size.width);
      json.raw(',"height":');
      json.number(size.height);
    }
    const { property } = row.sample;
    if (property !== undefined) {
      for (const [key, value] of Object.entries(property)) if (!ownMembers.has(key)) member(json, key, value);
    }
    json.raw('}');
  }

  /** Counts what a feature that is carried cannot hold of this row. */
  #countMisfits(row: WriteRow): void {
    for (const key of ownMembers)
      if (Object.hasOwn(row.sample.property ?? {}, key))
        this.#sink.lose(row, 'sample-property', `/property/${key}`);
    for (const [index, image] of row.images) {
      for (const [at, object] of image.objects.entries()) {
        const pointer = `/annotation/${index}/image/objects/${at}`;
        const { shape } = object;
        if (shape?.kind === 'polygon' && !isPolygon(shape.points))
          this.#sink.lose(row, 'shape-polygon', pointer);
        for (const properties of [object.properties, object.attributes])
          if (properties !== undefined && properties.size > 0)
            for (const name of flagNames)
              if (properties.has(name))
                this.#sink.lose(row, 'object-property', `${pointer}/properties/${name}`);
        if (this.#keypoints.length === 0) continue;
        for (const [p, part] of object.parts.entries())
          if (this.#keypointOf(part) === undefined) this.#sink.lose(row, 'parts', `${pointer}/parts/${p}`);
      }
    }
  }

  /** What of a row becomes annotations, or why nothing does. */
  #elementsOf(row: WriteRow): readonly Element[] | Diagnostic {
    const elements: Element[] = [];
    const { annotations } = row.sample;
    for (let index = 0; index < annotations.length; index++) {
      const { task, name } = annotations[index]!;
      if (this.#withLabels && task === 'image_classification' && name) elements.push({ label: name });
      const image = row.images.get(index);
      if (image === undefined) continue;
      const fault = this.#addObjects(image, row, index, elements);
      if (fault !== undefined) return fault;
    }
    return elements;
  }

  #addObjects(
    { objects }: ImageAnnotation,
    row: WriteRow,
    index: number,
    elements: Element[],
  ): Diagnostic | undefined {
    for (let at = 0; at < objects.length; ) {
      const object = objects[at]!;
      const first = at++;
      const shape = this.#outlineOf(object);
      const label = object.name;
      if (label === undefined || label === '' || shape === undefined) continue;
      const polygons = shape.kind === 'polygon' ? [shape.points] : noPolygons;
      if (shape.kind === 'polygon') {
        while (at < objects.length && isSameObject(object, objects[at]!))
          polygons.push((objects[at++]!.shape as Polygon).points);
      }
      if (!(shape.kind === 'bndbox' ? isFiniteBox(shape) : polygons.every(areFinite))) {
        return {
          rule: 'N013',
          severity: 'error',
          message: `the ${shape.kind} of ${label} has a number that JSON cannot say`,
          ...placeOf(row),
          pointer: `/annotation/${index}/image/objects/${first}`,
        };
      }
      elements.push({ label, object, shape, polygons });
    }
    return undefined;
  }

  /** The shape of an object as COCO can say it. */
  #outlineOf({ shape }: ImageObject): Outline | undefined {
    if (shape?.kind === 'bndbox') return shape;
    if (shape?.kind === 'polygon') return isPolygon(shape.points) ? shape : undefined;
    if (shape?.kind !== 'circle' || !this.#withCircles) return undefined;
    const { cx, cy, r } = shape;
    return { kind: 'polygon', points: ellipsePoints(cx, cy, r, r, 0, circleCorners).map(neat) };
  }

  #writeElement(element: Element, category: number): void {
    const { json } = this.#annotations;
    json.raw(this.#annotationCount === 0 ? '\n{"id":' : ',\n{"id":');
    this.#annotationCount++;
    json.number(this.#kept === undefined ? this.#annotationCount : annotationIdOf(element)!);
    json.raw(',"image_id":');
    json.number(this.#imageId);
    json.raw(',"category_id":');
    json.number(this.#kept?.categories.get(element.label) ?? category);
    if (element.object !== undefined) this.#writeObject(json, element);
    json.raw('}');
  }

  #writeObject(json: JsonSink, { object, shape, polygons }: ObjectElement): void {
    const isBox = shape.kind === 'bndbox';
    const box = isBox ? shape : boundsOfAll(polygons);
    const width = neat(box.xmax - box.xmin);
    const height = neat(box.ymax - box.ymin);
    json.raw(',"bbox":[');
    json.number(box.xmin);
    json.raw(',');
    json.number(box.ymin);
    json.raw(',');
    json.number(width);
    json.raw(',');
    json.number(height);
    json.raw('],"area":');
    const rle = isBox ? rleOf(object.properties.get('rle')) : undefined;
    json.number(rle?.area ?? neat(isBox ? width * height : areaOfAll(polygons)));
    json.raw(object.properties.get('iscrowd') === '1' ? ',"iscrowd":1,' : ',"iscrowd":0,');
    json.raw('"segmentation":');
    if (rle === undefined) writePolygons(json, polygons);
    else json.value(rle.value);
    this.#writeKeypoints(json, object);
    if (this.#withScores && object.confidence !== undefined) {
      json.raw(',"score":');
      json.number(object.confidence);
    }
    writeAttributes(json, object, rle !== undefined, !isBox, this.#kept !== undefined);
  }

  #writeKeypoints(json: JsonSink, object: ImageObject): void {
    if (this.#keypoints.length === 0) return;
    const found = object.parts.map((part) => this.#keypointOf(part)).filter((part) => part !== undefined);
    if (found.length === 0) return;
    const numbers = new Array<number>(this.#keypoints.length * 3).fill(0);
    for (const { at, x, y, visible } of found) numbers.splice(at * 3, 3, x, y, visible);
    json.raw(',"keypoints":[');
    json.numbers(numbers);
    json.raw('],"num_keypoints":');
    json.number(numbers.filter((number, at) => at % 3 === 2 && number > 0).length);
    this.#keypointLabels.add(object.name!);
  }

  #keypointOf({ name, shape, properties }: ImageObject) {
    const at = name === undefined ? -1 : this.#keypoints.indexOf(name);
    if (at === -1 || shape?.kind !== 'point') return undefined;
    const visible = properties.get('visible') ?? '2';
    return { at, x: shape.x, y: shape.y, visible: /^[012]$/.test(visible) ? Number(visible) : 2 };
  }
}

const head = '{"info":{},"licenses":[],"images":[';
const firstImage = `${head}\n{"id":`;
const nextImage = ',\n{"id":';

type Outline = BndBox | Polygon;

const noPolygons: number[][] = [];

function isList<T>(found: readonly T[] | Diagnostic): found is readonly T[] {
  return Array.isArray(found);
}

/** The size of the image as the first of its annotations says it that does. */
function saidSize({ images }: WriteRow): ImageSize | undefined {
  for (const { width, height } of images.values())
    if (isSize(width) && isSize(height)) return { width, height };
  return undefined;
}

function isSize(size: number | undefined): size is number {
  return size !== undefined && Number.isFinite(size) && size > 0;
}

/** A polygon has at least three points. */
function isPolygon(points: readonly number[]): boolean {
  return points.length >= 6 && points.length % 2 === 0;
}

/** Polygons that were one annotation have its number. */
function isSameObject(first: ImageObject, next: ImageObject): boolean {
  const id = first.properties.get('coco_id');
  return (
    id !== undefined &&
    next.properties.get('coco_id') === id &&
    next.name === first.name &&
    next.shape?.kind === 'polygon' &&
    isPolygon(next.shape.points)
  );
}

function isFiniteBox({ xmin, ymin, xmax, ymax }: BndBox): boolean {
  return Number.isFinite(xmin) && Number.isFinite(ymin) && Number.isFinite(xmax) && Number.isFinite(ymax);
}

function areFinite(points: readonly number[]): boolean {
  return points.every(Number.isFinite);
}

function boundsOfAll(polygons: readonly (readonly number[])[]): BndBox {
  return boundsOf(polygons.length === 1 ? polygons[0]! : polygons.flat())!;
}

function areaOfAll(polygons: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const points of polygons) sum += areaOf(points);
  return sum;
}

function areaOf(points: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i]! * points[next + 1]! - points[next]! * points[i + 1]!;
  }
  return Math.abs(sum) / 2;
}

function writePolygons(json: JsonSink, polygons: readonly (readonly number[])[]): void {
  for (let i = 0; i < polygons.length; i++) {
    json.raw(i === 0 ? '[[' : ',[');
    json.numbers(polygons[i]!);
    json.raw(']');
  }
  json.raw(polygons.length === 0 ? '[]' : ']');
}

/** A member after others. */
function member(json: JsonSink, key: string, value: JsonValue): void {
  json.raw(',');
  json.string(key);
  json.raw(':');
  json.value(value);
}

/** Run lengths that were kept as a property, and the area of their mask; undefined when the text is something else. */
function rleOf(text: string | undefined): { readonly value: JsonObject; readonly area: number } | undefined {
  if (text === undefined || !text.startsWith('{')) return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isJsonObject(value)) return undefined;
  const { size, counts } = value;
  const [height, width] = Array.isArray(size) && size.length === 2 ? size : [];
  const runs = typeof counts === 'string' ? decodeCounts(counts) : counts;
  if (typeof height !== 'number' || typeof width !== 'number' || !Array.isArray(runs)) return undefined;
  if (!runs.every((run) => typeof run === 'number')) return undefined;
  const { pixels, area } = rleFacts(runs as number[], height);
  return pixels === height * width ? { value, area } : undefined;
}

const flagNames = ['difficult', 'truncated', 'occluded', 'pose'] as const;

/** A property of this name would be read as the flag. */
const isFlagName = (name: string) => (flagNames as readonly string[]).includes(name);

/** Whether a flag or pose of an object says anything. */
function says(text: string | undefined): text is string {
  return text !== undefined && !nothings.has(text);
}

/** Flags and properties of an object, without those that have a member of their own; nothing when there are none. */
function writeAttributes(
  json: JsonSink,
  object: ImageObject,
  hasRle: boolean,
  isPolygon: boolean,
  keepsIds: boolean,
): void {
  let count = 0;
  const write = (name: string, value: string | number) => {
    if (count++ === 0) {
      json.raw(',"attributes":{');
      json.string(name);
      json.raw(':');
      json.value(value);
    } else {
      member(json, name, value);
    }
  };
  for (const name of flagNames) {
    const text = object[name];
    if (!says(text)) continue;
    const flag = name === 'pose' ? undefined : flagOf(text);
    write(name, flag === undefined ? text : flag ? 1 : 0);
  }
  const isMember = (name: string, text: string) =>
    (name === 'rle' && hasRle) ||
    (name === annotationIdProperty && (isPolygon || keepsIds)) ||
    (name === categoryIdProperty && keepsIds) ||
    (name === 'iscrowd' && (text === '1' || text === '0'));
  const { properties, attributes } = object;
  if (properties.size > 0) {
    for (const [name, text] of properties) if (!isMember(name, text) && !isFlagName(name)) write(name, text);
  }
  if (attributes !== undefined) {
    for (const [name, text] of attributes) {
      const other = properties.get(name);
      const isThere = other !== undefined && !isMember(name, other);
      if (!isMember(name, text) && !isFlagName(name) && !isThere) write(name, text);
    }
  }
  if (count > 0) json.raw('}');
}
