import {
  type Annotation,
  type BndBox,
  flagOf,
  type ImageObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Mode,
  noProperties,
  type Shape,
} from '../../model/index.js';
import { stringifyJson } from '../../text/index.js';
import { shown } from '../shared/findings.js';
import { decodeCounts, rleFacts, rleOutlines } from '../shared/rle.js';
import { annotationIdProperty, categoryIdProperty } from './kept-ids.js';
import { SeenIds } from './seen-ids.js';
import { isNothing } from './survey.js';
import type { Category } from './types.js';

/** What annotations become; the names are those of the options. */
export interface ReadChoices {
  readonly shapes: 'polygon' | 'box';
  readonly multi: 'split' | 'box';
  readonly rle: 'keep' | 'polygon' | 'box';
  /** Ids of annotations and categories become properties. */
  readonly keepsIds: boolean;
}

/** What the annotations of one image say. */
export interface ImageContent {
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly objects: ImageObject[];
  readonly labels: Annotation[];
  readonly captions: string[];
  /** The PNG of a panoptic annotation. */
  maskSource: string | undefined;
}

/** Reports something about an element; `pointer` is in the element, empty for all of it. */
export type Report = (rule: string, message: string, pointer: string, hint?: string) => void;

/** Members of annotations that are looked at one by one; all others become properties. */
const known: ReadonlySet<string> = new Set([
  'id',
  'image_id',
  'category_id',
  'bbox',
  'area',
  'iscrowd',
  'segmentation',
  'keypoints',
  'num_keypoints',
  'caption',
  'segments_info',
  'attributes',
  'score',
]);

const deepest = 64;
/** Pixels that a box may reach beyond its image, for numbers that were rounded to two places. */
const outsideTolerance = 0.02;
const differenceTolerance = 1;

/** True when a value has more containers inside each other than a limit. */
function isDeeper(value: JsonValue, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  const held: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value);
  for (const child of held) if (isDeeper(child, limit - 1)) return true;
  return false;
}

/** A value as the text of a property. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

function isFiniteNumber(value: unknown): value is number {
  // Infinity less itself is no number.
  return typeof value === 'number' && value - value === 0;
}

/** Fields of an object that `attributes` may say. */
interface Flags {
  difficult?: string;
  truncated?: string;
  occluded?: string;
  pose?: string;
}

const flags = ['difficult', 'truncated', 'occluded'] as const;

/** `true` and 1 are `1`, as Pascal VOC has it. */
function flagText(value: JsonValue): string {
  const text = textOf(value);
  const flag = flagOf(text);
  return flag === undefined ? text : flag ? '1' : '0';
}

/** What a segmentation says. */
interface Outline {
  readonly polygons: readonly (readonly number[])[];
  /** Around all of it. */
  readonly box: BndBox | undefined;
  /** Run lengths as they are stored. */
  readonly rle?: JsonObject;
}

/** Turns annotations into objects. */
export class ObjectReader {
  readonly #categories: readonly Category[];
  readonly #byId = new Map<unknown, Category>();
  /** By index of the category in its array. */
  readonly #used: Uint8Array;
  readonly #choices: ReadChoices;
  readonly #mode: Mode;
  readonly #seen = new SeenIds();

  constructor(categories: readonly Category[], choices: ReadChoices, mode: Mode) {
    this.#categories = categories;
    this.#choices = choices;
    this.#mode = mode;
    this.#used = new Uint8Array((categories.at(-1)?.index ?? -1) + 1);
    for (const category of categories) this.#byId.set(category.id, category);
  }

  /** Categories that no annotation was of. */
  get unused(): readonly Category[] {
    return this.#categories.filter(({ index }) => this.#used[index] === 0);
  }

  /**
   * Adds what an annotation says to its image.
   *
   * @param isPlain it has no other members than ids, box, area, crowd flag and segmentation
   * @param index in the array
   */
  read(element: JsonObject, isPlain: boolean, index: number, content: ImageContent, report: Report): void {
    this.#checkId(element, report);
    if (element['segments_info'] !== undefined) {
      this.#panoptic(element, content, report);
      return;
    }
    const { caption } = element;
    if (caption !== undefined && element['bbox'] === undefined && element['segmentation'] === undefined) {
      if (typeof caption === 'string') content.captions.push(caption);
      else report('N013', `a caption is ${shown(caption)}`, '/caption');
      return;
    }
    const category = this.#categoryOf(element, '', report);
    if (category === undefined) return;
    const isLabel =
      element['bbox'] === undefined &&
      isNothing(element['segmentation']) &&
      element['keypoints'] === undefined;
    if (isLabel) {
      content.labels.push({
        type: 'modelarts/image_classification',
        task: 'image_classification',
        name: category.name,
      });
      return;
    }
    this.#object(element, isPlain, category, index, content, report);
  }

  #checkId(element: JsonObject, report: Report): void {
    const { id } = element;
    if (id === undefined) return;
    if (typeof id !== 'number' && typeof id !== 'string') report('N013', `an id is ${shown(id)}`, '/id');
    else if (this.#seen.add(id)) report('N002', `annotation id ${shown(id)} is there twice`, '/id');
  }

  #categoryOf(element: JsonObject, at: string, report: Report): Category | undefined {
    const id = element['category_id'];
    let found = this.#byId.get(id);
    if (found === undefined && this.#mode === 'lenient') {
      if (typeof id === 'string' && id.trim() !== '') found = this.#byId.get(Number(id));
      else if (typeof id === 'number') found = this.#byId.get(String(id));
    }
    if (found !== undefined) {
      this.#used[found.index] = 1;
      return found;
    }
    if (id === undefined) report('N013', 'there is no category_id', at);
    else report('N001', `there is no category ${shown(id)}`, `${at}/category_id`);
    return undefined;
  }

  #panoptic(element: JsonObject, content: ImageContent, report: Report): void {
    const { segments_info: segments, file_name: file } = element;
    if (!Array.isArray(segments)) {
      report('N013', 'segments_info is not an array', '/segments_info');
      return;
    }
    if (typeof file === 'string' && file !== '') content.maskSource = file;
    for (const [at, segment] of segments.entries()) {
      const pointer = `/segments_info/${at}`;
      if (!isJsonObject(segment)) {
        report('N013', `a segment is ${shown(segment)}, not an object`, pointer);
        continue;
      }
      const category = this.#categoryOf(segment, pointer, report);
      if (category === undefined) continue;
      const box = this.#box(segment, content, pointer, report);
      if (box === 'bad') continue;
      const properties = new Map<string, string>();
      if (segment['id'] !== undefined) properties.set('segment_id', textOf(segment['id']));
      this.#crowd(segment, properties);
      content.objects.push({
        name: category.name,
        properties,
        parts: [],
        ...(box === undefined ? {} : { shape: box }),
      });
    }
  }

  #crowd(element: JsonObject, properties: Map<string, string>): void {
    const crowd = element['iscrowd'];
    if (crowd !== undefined && crowd !== 0 && crowd !== false) properties.set('iscrowd', flagText(crowd));
  }

  #object(
    element: JsonObject,
    isPlain: boolean,
    category: Category,
    index: number,
    content: ImageContent,
    report: Report,
  ): void {
    const { shapes, multi } = this.#choices;
    const box = this.#box(element, content, '', report);
    if (box === 'bad') return;
    const outline = this.#outline(element, content, report);
    if (outline?.box !== undefined && box !== undefined) compare(box, outline.box, report);
    if (
      isPlain &&
      !this.#choices.keepsIds &&
      element['iscrowd'] === 0 &&
      (outline === undefined || outline.polygons.length === 1)
    ) {
      const points = shapes === 'box' ? undefined : outline?.polygons[0];
      const shape: Shape | undefined =
        points === undefined ? (box ?? outline?.box) : { kind: 'polygon', points };
      if (outline !== undefined && points === undefined)
        report('N019', 'a polygon became one box', '/segmentation');
      if (shape !== undefined) {
        content.objects.push({ name: category.name, properties: noProperties, parts: noParts, shape });
        return;
      }
    }
    const properties = new Map<string, string>();
    const said: Flags = {};
    this.#attributes(element, properties, said, report);
    this.#crowd(element, properties);
    const id = element['id'];
    if (this.#choices.keepsIds) {
      properties.set(annotationIdProperty, textOf(id ?? index));
      properties.set(categoryIdProperty, textOf(category.id));
    }
    if (outline?.rle !== undefined && this.#choices.rle === 'keep')
      properties.set('rle', stringifyJson(outline.rle));
    const confidence = this.#score(element, properties);
    const parts = this.#parts(element, category, report);
    const around = box ?? outline?.box;
    const polygons = shapes === 'box' ? [] : (outline?.polygons ?? []);
    const common = { name: category.name, ...said, ...(confidence === undefined ? {} : { confidence }) };
    if (polygons.length > 1 && multi === 'split') {
      properties.set('coco_id', textOf(id ?? index));
      for (const [at, points] of polygons.entries())
        content.objects.push({
          ...common,
          properties,
          shape: { kind: 'polygon', points },
          parts: at === 0 ? parts : [],
        });
      return;
    }
    const wanted = outline?.polygons.length ?? 0;
    if (wanted > 1 || (wanted === 1 && shapes === 'box'))
      report('N019', `${wanted === 1 ? 'a polygon' : `${wanted} polygons`} became one box`, '/segmentation');
    const shape: Shape | undefined =
      polygons.length === 1 ? { kind: 'polygon', points: polygons[0]! } : around;
    content.objects.push({
      ...common,
      properties: properties.size === 0 ? noProperties : properties,
      parts,
      ...(shape === undefined ? {} : { shape }),
    });
  }

  /** The box of an element, `bad` when it is there and is none. */
  #box(
    element: JsonObject,
    { width, height }: ImageContent,
    at: string,
    report: Report,
  ): BndBox | 'bad' | undefined {
    const { bbox } = element;
    if (bbox === undefined || (Array.isArray(bbox) && bbox.length === 0)) return undefined;
    const pointer = `${at}/bbox`;
    if (!Array.isArray(bbox) || bbox.length !== 4) {
      report('N013', `a box is ${shown(bbox)}, not [x, y, width, height]`, pointer);
      return 'bad';
    }
    for (let i = 0; i < bbox.length; i++) {
      const number = bbox[i];
      if (isFiniteNumber(number)) continue;
      report(
        'N013',
        `a number of a box is ${typeof number === 'number' ? number : shown(number)}`,
        `${pointer}/${i}`,
      );
      return 'bad';
    }
    const x = bbox[0] as number;
    const y = bbox[1] as number;
    const w = bbox[2] as number;
    const h = bbox[3] as number;
    if (w <= 0 || h <= 0) report('N003', `the size of a box is ${w} × ${h}`, pointer);
    const isInside =
      x >= -outsideTolerance &&
      y >= -outsideTolerance &&
      (width === undefined || x + w <= width + outsideTolerance) &&
      (height === undefined || y + h <= height + outsideTolerance);
    if (!isInside) {
      const size = width === undefined || height === undefined ? '' : ` of ${width} × ${height}`;
      report('N004', `the box ${shown(bbox)} reaches beyond the image${size}`, pointer);
    }
    return { kind: 'bndbox', xmin: x, ymin: y, xmax: x + w, ymax: y + h };
  }

  #outline(element: JsonObject, content: ImageContent, report: Report): Outline | undefined {
    const { segmentation } = element;
    if (segmentation === undefined || isNothing(segmentation)) return undefined;
    if (Array.isArray(segmentation)) return polygonsOf(segmentation, report);
    if (isJsonObject(segmentation)) return this.#runs(segmentation, content, report);
    report('N006', `a segmentation is ${shown(segmentation)}`, '/segmentation');
    return undefined;
  }

  #runs(rle: JsonObject, { width, height }: ImageContent, report: Report): Outline | undefined {
    const { size, counts: stored } = rle;
    const [h, w] = Array.isArray(size) && size.length === 2 ? size : [];
    if (!isCount(h) || !isCount(w)) {
      report('N005', `the size of a mask is ${shown(size)}, not [height, width]`, '/segmentation/size');
      return undefined;
    }
    const counts = typeof stored === 'string' ? decodeCounts(stored) : stored;
    if (!Array.isArray(counts) || !counts.every(isCount)) {
      report('N005', 'the run lengths of a mask cannot be read', '/segmentation/counts');
      return undefined;
    }
    const facts = rleFacts(counts, h);
    if (facts.pixels !== h * w) {
      const message = `the run lengths of a mask add up to ${facts.pixels}, not ${h} × ${w}`;
      report('N005', message, '/segmentation/counts');
      return undefined;
    }
    if ((height !== undefined && height !== h) || (width !== undefined && width !== w)) {
      const message = `a mask is ${w} × ${h}, and its image ${width} × ${height}`;
      report('N005', message, '/segmentation/size', 'The order is [height, width].');
      return undefined;
    }
    const box: BndBox | undefined = facts.box === undefined ? undefined : { kind: 'bndbox', ...facts.box };
    if (this.#choices.rle === 'keep') return { polygons: [], box, rle };
    const outlines = this.#choices.rle === 'polygon' ? rleOutlines(counts, h) : undefined;
    if (outlines === undefined) {
      report('N019', 'a mask became its box', '/segmentation');
      return { polygons: [], box };
    }
    if (outlines.holes > 0)
      report('N019', `${outlines.holes} holes of a mask are not in its outline`, '/segmentation');
    return { polygons: outlines.outer, box };
  }

  /** Attributes, and members that the format does not know, as properties. */
  #attributes(element: JsonObject, properties: Map<string, string>, said: Flags, report: Report): void {
    const { attributes } = element;
    if (attributes !== undefined && isJsonObject(attributes)) {
      for (const [name, value] of Object.entries(attributes)) {
        const flag = flags.find((one) => one === name);
        if (value === null) continue;
        if (isDeeper(value, deepest)) {
          report('N016', `the attribute ${shown(name)} is nested too deep`, '/attributes');
        } else if (flag !== undefined) said[flag] = flagText(value);
        else if (name === 'pose') said.pose = textOf(value);
        else properties.set(name, textOf(value));
      }
    } else if (attributes !== undefined && !isNothing(attributes)) {
      report('N013', `attributes are ${shown(attributes)}, not an object`, '/attributes');
    }
    for (const name of Object.keys(element)) {
      if (known.has(name)) continue;
      const value = element[name]!;
      if (isNothing(value) || properties.has(name)) continue;
      if (isDeeper(value, deepest)) report('N016', `the member ${shown(name)} is nested too deep`, '');
      else properties.set(name, textOf(value));
    }
  }

  #score(element: JsonObject, properties: Map<string, string>): number | undefined {
    const { score } = element;
    if (score === undefined || score === null) return undefined;
    if (isFiniteNumber(score) && score >= 0 && score <= 1) return score;
    properties.set('score', textOf(score));
    return undefined;
  }

  #parts(element: JsonObject, category: Category, report: Report): readonly ImageObject[] {
    const { keypoints } = element;
    if (keypoints === undefined || isNothing(keypoints)) return noParts;
    const names = category.keypoints;
    const isNumbers = Array.isArray(keypoints) && keypoints.every(isFiniteNumber);
    if (!isNumbers || keypoints.length % 3 !== 0) {
      report('N008', 'keypoints are not three numbers each', '/keypoints');
      return noParts;
    }
    if (names.length > 0 && keypoints.length !== names.length * 3) {
      const message = `there are ${keypoints.length} numbers for the ${names.length} keypoints of ${shown(category.name)}`;
      report('N008', message, '/keypoints');
      return noParts;
    }
    const numbers = keypoints as readonly number[];
    const parts: ImageObject[] = [];
    for (let i = 0; i < numbers.length; i += 3) {
      const [x, y, visible] = [numbers[i]!, numbers[i + 1]!, numbers[i + 2]!];
      if (visible === 0 && x === 0 && y === 0) continue;
      parts.push({
        name: names[i / 3] ?? String(i / 3 + 1),
        properties: new Map([['visible', String(visible)]]),
        shape: { kind: 'point', x, y },
        parts: noParts,
      });
    }
    return parts;
  }
}

const noParts: readonly ImageObject[] = [];

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Polygons and the box around them; undefined when one is wrong. */
function polygonsOf(segmentation: readonly JsonValue[], report: Report): Outline | undefined {
  let [xmin, ymin, xmax, ymax] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i < segmentation.length; i++) {
    const points = segmentation[i];
    const pointer = `/segmentation/${i}`;
    if (!Array.isArray(points)) {
      report('N006', `a polygon is ${shown(points)}, not an array of numbers`, pointer);
      return undefined;
    }
    const { length } = points;
    if (length < 6 || length % 2 !== 0) {
      report('N006', `a polygon has ${length} numbers`, pointer);
      return undefined;
    }
    for (let k = 0; k < length; k += 2) {
      const x = points[k];
      const y = points[k + 1];
      if (!isFiniteNumber(x) || !isFiniteNumber(y)) {
        const at = isFiniteNumber(x) ? k + 1 : k;
        report('N006', `a number of a polygon is ${shown(points[at])}`, `${pointer}/${at}`);
        return undefined;
      }
      if (x < xmin) xmin = x;
      if (x > xmax) xmax = x;
      if (y < ymin) ymin = y;
      if (y > ymax) ymax = y;
    }
  }
  const box: BndBox = { kind: 'bndbox', xmin, ymin, xmax, ymax };
  return { polygons: segmentation as unknown as readonly (readonly number[])[], box };
}

function compare(box: BndBox, outline: BndBox, report: Report): void {
  const difference = Math.max(
    Math.abs(box.xmin - outline.xmin),
    Math.abs(box.ymin - outline.ymin),
    Math.abs(box.xmax - outline.xmax),
    Math.abs(box.ymax - outline.ymax),
  );
  if (difference <= differenceTolerance) return;
  const by = Math.round(difference * 100) / 100;
  report('N007', `the box differs by ${by} pixels from the one around its segmentation`, '/bbox');
}
