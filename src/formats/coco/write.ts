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
  type Shape,
} from '../../model/index.js';
import { stringifyJson } from '../../text/index.js';
import type { FormatSink, FormatSpool, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { boundsOf, ellipsePoints, neat } from '../shared/geometry.js';
import { setMember } from '../shared/json.js';
import { countLosses, type LossName, sampleKind } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { decodeCounts, rleFacts } from '../shared/rle.js';
import { cocoCarries } from './losses.js';

/** Members of an image that a property may not be. */
const ownMembers: ReadonlySet<string> = new Set(['id', 'file_name', 'width', 'height']);

/** Texts that say what their absence says. */
const nothings: ReadonlySet<string> = new Set(['', '0', 'false', 'False', 'Unspecified']);

/** Corners of the polygon that a circle becomes. */
const circleCorners = 64;
/** Characters that are gathered before they are written. */
const pieceLength = 64 * 1024;
/** Texts on their way to the output or to a spool, gathered into larger pieces. */
class Pieces {
  #text = '';
  readonly #target: { write(bytes: string): Promise<void> };

  constructor(target: { write(bytes: string): Promise<void> }) {
    this.#target = target;
  }

  add(text: string): void {
    this.#text += text;
  }

  get isFull(): boolean {
    return this.#text.length >= pieceLength;
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '') await this.#target.write(text);
  }
}

/** An annotation as it is written, but for its ids. */
interface Element {
  readonly label: string;
  readonly members: JsonObject;
}

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
    const carries = new Set<LossName>(cocoCarries);
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
    if (!Array.isArray(elements)) return [elements as Diagnostic];
    const labels = new Map<string, number>();
    for (const { label } of elements as readonly Element[]) {
      const id = this.#classes.take(label, row);
      if (typeof id !== 'number') return [id];
      labels.set(label, id + 1);
    }
    const name = await this.#nameOf(row);
    if (typeof name !== 'string') return [name];
    const image = await this.#imageOf(row, name);
    countLosses(this.#sink, row, this.#carries);
    this.#countMisfits(row);
    this.#write(image, elements as readonly Element[], labels);
    if (this.#images.isFull) await this.#images.flush();
    if (this.#annotations.isFull) await this.#annotations.flush();
    return 'written';
  }

  async end(): Promise<void> {
    const images = this.#images;
    images.add(this.#imageCount === 0 ? `${head}],` : '\n],');
    images.add('"annotations":[');
    await images.flush();
    await this.#annotations.flush();
    for await (const chunk of this.#spool.chunks()) await this.#sink.write(chunk);
    images.add(this.#annotationCount === 0 ? '],' : '\n],');
    const categories = this.#classes.names.map((name, id) =>
      stringifyJson({
        id: id + 1,
        name,
        supercategory: '',
        ...(this.#keypointLabels.has(name) ? { keypoints: [...this.#keypoints], skeleton: [] } : {}),
      }),
    );
    images.add(`"categories":[${categories.map((text) => `\n${text}`).join(',')}`);
    images.add(categories.length === 0 ? ']}\n' : '\n]}\n');
    await images.flush();
  }

  #write(image: JsonObject, elements: readonly Element[], labels: ReadonlyMap<string, number>): void {
    const imageId = ++this.#imageCount;
    this.#images.add(`${imageId === 1 ? `${head}\n` : ',\n'}${stringifyJson({ id: imageId, ...image })}`);
    for (const { label, members } of elements) {
      const id = ++this.#annotationCount;
      const ids = { id, image_id: imageId, category_id: labels.get(label)! };
      this.#annotations.add(`${id === 1 ? '\n' : ',\n'}${stringifyJson({ ...ids, ...members })}`);
    }
  }

  async #nameOf(row: WriteRow): Promise<string | Diagnostic> {
    const { source } = row.sample;
    if (this.#sink.images === 'reference') return this.#sink.referenceTo(source);
    return await imageBeside(this.#sink, this.#names, row);
  }

  async #imageOf(row: WriteRow, name: string): Promise<JsonObject> {
    const image: JsonObject = { file_name: name };
    const said = [...row.images.values()].find(({ width, height }) => isSize(width) && isSize(height));
    const size = said ?? (await this.#sink.imageSize(row));
    if ('problem' in size) {
      this.#sink.report({
        rule: 'N017',
        severity: 'warning',
        message: `${name} is written without width and height: ${size.message}`,
        ...placeOf(row),
      });
    } else {
      image['width'] = size.width!;
      image['height'] = size.height!;
    }
    for (const [key, value] of Object.entries(row.sample.property ?? {}))
      if (!ownMembers.has(key)) setMember(image, key, value);
    return image;
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
        if (this.#keypoints.length === 0) continue;
        for (const [p, part] of object.parts.entries())
          if (this.#keypointOf(part) === undefined) this.#sink.lose(row, 'parts', `${pointer}/parts/${p}`);
      }
    }
  }

  /** The annotations of a row, or why there are none. */
  #elementsOf(row: WriteRow): readonly Element[] | Diagnostic {
    const elements: Element[] = [];
    for (const [index, annotation] of row.sample.annotations.entries()) {
      if (this.#withLabels && annotation.task === 'image_classification' && annotation.name)
        elements.push({ label: annotation.name, members: {} });
      const image = row.images.get(index);
      if (image === undefined) continue;
      const found = this.#objectsOf(image, row, index);
      if (!Array.isArray(found)) return found as Diagnostic;
      elements.push(...(found as readonly Element[]));
    }
    return elements;
  }

  #objectsOf(image: ImageAnnotation, row: WriteRow, index: number): readonly Element[] | Diagnostic {
    const elements: Element[] = [];
    const { objects } = image;
    for (let at = 0; at < objects.length; ) {
      const object = objects[at]!;
      const first = at++;
      const shape = this.#outlineOf(object);
      if (object.name === undefined || object.name === '' || shape === undefined) continue;
      const polygons = shape.kind === 'polygon' ? [shape.points] : [];
      while (polygons.length > 0 && at < objects.length && isSameObject(object, objects[at]!))
        polygons.push((objects[at++]!.shape as { points: readonly number[] }).points);
      if (![...(shape.kind === 'bndbox' ? boxNumbers(shape) : polygons.flat())].every(Number.isFinite)) {
        return {
          rule: 'N013',
          severity: 'error',
          message: `the ${shape.kind} of ${object.name} has a number that JSON cannot say`,
          ...placeOf(row),
          pointer: `/annotation/${index}/image/objects/${first}`,
        };
      }
      elements.push({ label: object.name, members: this.#membersOf(object, shape, polygons) });
    }
    return elements;
  }

  /** The shape of an object as COCO can say it. */
  #outlineOf({ shape }: ImageObject): Outline | undefined {
    if (shape?.kind === 'bndbox') return shape;
    if (shape?.kind === 'polygon') return isPolygon(shape.points) ? shape : undefined;
    if (shape?.kind !== 'circle' || !this.#withCircles) return undefined;
    const { cx, cy, r } = shape;
    return { kind: 'polygon', points: ellipsePoints(cx, cy, r, r, 0, circleCorners).map(neat) };
  }

  #membersOf(object: ImageObject, shape: Outline, polygons: readonly (readonly number[])[]): JsonObject {
    const isBox = shape.kind === 'bndbox';
    const box = isBox ? shape : boundsOf(polygons.flat())!;
    const [width, height] = [neat(box.xmax - box.xmin), neat(box.ymax - box.ymin)];
    const rle = isBox ? rleOf(object.properties.get('rle')) : undefined;
    const area = isBox
      ? (rle?.area ?? neat(width * height))
      : neat(polygons.reduce((sum, points) => sum + areaOf(points), 0));
    const members: JsonObject = {
      bbox: [box.xmin, box.ymin, width, height],
      area,
      iscrowd: object.properties.get('iscrowd') === '1' ? 1 : 0,
      segmentation: rle?.value ?? (polygons as JsonValue),
    };
    this.#addKeypoints(object, members);
    if (this.#withScores && object.confidence !== undefined) members['score'] = object.confidence;
    const attributes = attributesOf(object, rle !== undefined, !isBox);
    if (Object.keys(attributes).length > 0) members['attributes'] = attributes;
    return members;
  }

  #addKeypoints(object: ImageObject, members: JsonObject): void {
    if (this.#keypoints.length === 0) return;
    const found = object.parts.map((part) => this.#keypointOf(part)).filter((part) => part !== undefined);
    if (found.length === 0) return;
    const numbers = new Array<number>(this.#keypoints.length * 3).fill(0);
    for (const { at, x, y, visible } of found) numbers.splice(at * 3, 3, x, y, visible);
    members['keypoints'] = numbers;
    members['num_keypoints'] = numbers.filter((number, at) => at % 3 === 2 && number > 0).length;
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

type Outline = Extract<Shape, { kind: 'bndbox' | 'polygon' }>;

function isSize(size: number | undefined): boolean {
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

function boxNumbers({ xmin, ymin, xmax, ymax }: BndBox): readonly number[] {
  return [xmin, ymin, xmax, ymax];
}

function areaOf(points: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i]! * points[next + 1]! - points[next]! * points[i + 1]!;
  }
  return Math.abs(sum) / 2;
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

/** Flags and properties of an object, without those that have a member of their own. */
function attributesOf(object: ImageObject, hasRle: boolean, isPolygon: boolean): JsonObject {
  const attributes: JsonObject = {};
  for (const name of ['difficult', 'truncated', 'occluded', 'pose'] as const) {
    const text = object[name];
    if (text === undefined || nothings.has(text)) continue;
    const flag = name === 'pose' ? undefined : flagOf(text);
    attributes[name] = flag === undefined ? text : flag ? 1 : 0;
  }
  for (const properties of [object.properties, object.attributes ?? new Map<string, string>()]) {
    for (const [name, text] of properties) {
      const isMember =
        (name === 'rle' && hasRle) ||
        (name === 'coco_id' && isPolygon) ||
        (name === 'iscrowd' && (text === '1' || text === '0'));
      if (!isMember && !Object.hasOwn(attributes, name)) setMember(attributes, name, text);
    }
  }
  return attributes;
}
