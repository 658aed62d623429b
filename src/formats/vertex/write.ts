import type {
  Annotation,
  Diagnostic,
  ImageAnnotation,
  ImageObject,
  JsonObject,
  Task,
} from '../../model/index.js';
import { escapePointer, stringifyJson } from '../../text/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { csvCell } from '../shared/csv.js';
import { boxOf } from '../shared/geometry.js';
import { setMember } from '../shared/json.js';
import { countLosses, everyObject, type Loss, type LossName, sampleKind } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import type { Pixels } from './draft.js';
import { endIndex, sentimentProperty, startIndex, usageOfWord, useLabel, wordOfUsage } from './types.js';

/** What items can hold in some form; the rest of what is lost is counted where it is met. */
const carriedInAnyForm: ReadonlySet<LossName> = new Set([
  'image-sample',
  'text-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'text_classification',
  'text_entity',
  'usage',
  'sample-property',
  'annotation-property',
  ...everyObject,
  'object-property',
  'mask',
  'unlabelled-image',
]);

/** Writes items as JSON Lines, or as CSV. */
export function writeVertex(sink: FormatSink): FormatWriter {
  const writer = new ItemWriter(sink);
  return { add: (row) => writer.add(row), end: () => undefined };
}

class ItemWriter {
  readonly #sink: FormatSink;
  readonly #classes: ClassTable;
  readonly #names: NameTable;
  readonly #isTable: boolean;
  readonly #isMultiLabel: boolean;

  constructor(sink: FormatSink) {
    const { as, multiLabel } = sink.options;
    this.#sink = sink;
    this.#classes = new ClassTable(sink.classes);
    this.#names = new NameTable(sink);
    this.#isTable = as === undefined ? /\.csv$/i.test(sink.path) : as === 'csv';
    this.#isMultiLabel = multiLabel === true;
  }

  async add(row: WriteRow): Promise<Written> {
    const { sample } = row;
    const kind = sampleKind(sample);
    if (kind !== 'image-sample' && kind !== 'text-sample') {
      this.#sink.lose(row, kind);
      return 'skipped';
    }
    const pixels = await this.#pixelsOf(row);
    if ('rule' in pixels) return [pixels];
    const item: Item = { row, pixels, faults: [], losses: [] };
    const text = this.#isTable ? this.#rows(item) : this.#line(item);
    if (item.faults.length > 0) return item.faults;
    const reference = await this.#referenceTo(row);
    if (typeof reference !== 'string') return [reference];
    countLosses(this.#sink, row, carriedInAnyForm);
    for (const { feature, pointer } of item.losses) this.#sink.lose(row, feature, pointer);
    await this.#sink.write(text(reference));
    return 'written';
  }

  /** What leads to the thing itself; of a text that stands in the sample, the text. */
  async #referenceTo(row: WriteRow): Promise<string | Diagnostic> {
    const { source } = row.sample;
    if (isInline(source)) return source.slice('content://'.length);
    if (this.#sink.images === 'reference' || sampleKind(row.sample) !== 'image-sample')
      return this.#sink.referenceTo(source);
    return await imageBeside(this.#sink, this.#names, row);
  }

  /** The size that coordinates are shares of, where there are any. */
  async #pixelsOf(row: WriteRow): Promise<Pixels | Diagnostic> {
    const images = [...row.images.values()];
    if (!images.some(({ objects }) => objects.some(({ shape }) => shape !== undefined)))
      return { width: 1, height: 1 };
    for (const { width, height } of images) {
      if (width !== undefined && height !== undefined && width > 0 && height > 0) return { width, height };
    }
    const size = await this.#sink.imageSize(row);
    if (!('problem' in size)) return size;
    return {
      rule: 'N031',
      severity: 'error',
      message: `coordinates cannot be written, since the size of the image is not known: ${size.message}`,
      hint: 'put the image where the sample says, or give the annotations a size',
      ...placeOf(row),
    };
  }

  #line(item: Item): (reference: string) => string {
    const { sample } = item.row;
    const members: JsonObject = {
      ...this.#classMembers(item),
      ...this.#objectMembers(item),
      ...this.#spanMembers(item),
    };
    const resource: JsonObject = {};
    const use = this.#useOf(item);
    if (use !== undefined) resource[useLabel] = use;
    for (const [key, value] of Object.entries(sample.property ?? {})) {
      if (typeof value === 'string' && key !== useLabel) setMember(resource, key, value);
      else item.losses.push({ feature: 'sample-property', pointer: `/property/${escapePointer(key)}` });
    }
    if (Object.keys(resource).length > 0) members['dataItemResourceLabels'] = resource;
    const isText = sampleKind(sample) === 'text-sample';
    const key = isInline(sample.source) ? 'textContent' : isText ? 'textGcsUri' : 'imageGcsUri';
    return (reference) => `${stringifyJson({ [key]: reference, ...members })}\n`;
  }

  /** The word for the usage; a usage that is none of three is a word of its own. */
  #useOf({ row, losses }: Item): string | undefined {
    const { usage } = row.sample;
    if (usage === undefined) return undefined;
    const word = wordOfUsage.get(usage.toUpperCase()) ?? usage;
    if (usageOfWord.get(word.toLowerCase()) !== undefined || !usageOfWord.has(word.toLowerCase()))
      return word;
    losses.push({ feature: 'usage', pointer: '/usage' });
    return undefined;
  }

  /** False when the label is a fault, or none; both are noted. */
  #isLabel(item: Item, name: string | undefined, pointer: string): name is string {
    if (name === undefined || name === '') {
      item.losses.push({ feature: 'object-without-label', pointer });
      return false;
    }
    if (!this.#classes.isFixed) return true;
    const id = this.#classes.take(name, item.row, `${pointer}/name`);
    if (typeof id === 'number') return true;
    item.faults.push(id);
    return false;
  }

  #classMembers(item: Item): JsonObject {
    const classes: JsonObject[] = [];
    const members: JsonObject = {};
    for (const [pointer, annotation] of labelsOf(item, 'image_classification', 'text_classification')) {
      const { name, property } = annotation;
      if (!this.#isLabel(item, name, pointer)) continue;
      const most = property?.[sentimentProperty];
      if (
        typeof most === 'number' &&
        /^(?:0|[1-9]\d{0,8})$/.test(name) &&
        !('sentimentAnnotation' in members)
      ) {
        const labels = this.#resource(item, property, pointer, [sentimentProperty]);
        members['sentimentAnnotation'] = { sentiment: Number(name), sentimentMax: most, ...labels };
      } else {
        classes.push({ displayName: name, ...this.#resource(item, property, pointer) });
      }
    }
    if (classes.length === 1 && !this.#isMultiLabel) members['classificationAnnotation'] = classes[0]!;
    else if (classes.length > 0) members['classificationAnnotations'] = classes;
    return members;
  }

  /** Texts of an annotation's property as resource labels; what is in `taken` is said elsewhere. */
  #resource(
    item: Item,
    property: JsonObject | undefined,
    pointer: string,
    taken: readonly string[] = [],
  ): JsonObject {
    const labels: JsonObject = {};
    for (const [key, value] of Object.entries(property ?? {})) {
      if (taken.includes(key)) continue;
      if (typeof value === 'string') setMember(labels, key, value);
      else
        item.losses.push({
          feature: 'annotation-property',
          pointer: `${pointer}/property/${escapePointer(key)}`,
        });
    }
    return Object.keys(labels).length === 0 ? {} : { annotationResourceLabels: labels };
  }

  #objectMembers(item: Item): JsonObject {
    const members: Record<string, JsonObject[]> = {};
    const { row } = item;
    const result: JsonObject = {};
    for (const [index, image] of row.images) {
      const annotation = row.sample.annotations[index]!;
      const pointer = `/annotation/${index}`;
      this.#loseProperty(item, annotation, pointer);
      if (annotation.task === 'object_detection') members['boundingBoxAnnotations'] ??= [];
      if (image.maskSource !== undefined && result['segmentationAnnotation'] === undefined)
        result['segmentationAnnotation'] = this.#mask(item, index, image);
      else if (image.maskSource !== undefined)
        item.losses.push({ feature: 'mask', pointer: `${pointer}/image/maskSource` });
      else if (annotation.task === 'image_segmentation' && image.objects.length === 0)
        item.losses.push({ feature: 'unlabelled-image', pointer });
      for (const [at, object] of image.objects.entries())
        this.#addObject(
          item,
          members,
          object,
          annotation.task!,
          `${pointer}/image/objects/${at}`,
          image.maskSource !== undefined,
        );
    }
    return { ...members, ...result };
  }

  #loseProperty(item: Item, { property = {} }: Annotation, pointer: string): void {
    if (Object.keys(property).length > 0)
      item.losses.push({ feature: 'annotation-property', pointer: `${pointer}/property` });
  }

  #addObject(
    item: Item,
    members: Record<string, JsonObject[]>,
    object: ImageObject,
    task: Task,
    pointer: string,
    isMasked: boolean,
  ): void {
    const { name, shape, maskColor, properties } = object;
    if (!this.#isLabel(item, name, pointer)) return;
    if (isMasked) {
      if (shape !== undefined) item.losses.push({ feature: `shape-${shape.kind}`, pointer });
      else if (maskColor === undefined) item.losses.push({ feature: 'object-without-shape', pointer });
      if (properties.size > 0) item.losses.push({ feature: 'object-property', pointer });
      return;
    }
    if (maskColor !== undefined) item.losses.push({ feature: 'mask', pointer });
    if (shape === undefined) {
      if (maskColor === undefined || !isMasked)
        item.losses.push({ feature: 'object-without-shape', pointer });
      return;
    }
    const isDrawn = task === 'image_segmentation' && (shape.kind === 'polygon' || shape.kind === 'polyline');
    const box = isDrawn ? undefined : boxOf(shape);
    const isShort = isDrawn && shape.points.length < (shape.kind === 'polygon' ? 6 : 4);
    // Boxes are of detection; a shape that becomes one, or a task that becomes the other, is a loss.
    if (isShort) item.losses.push({ feature: 'object-without-shape', pointer });
    else if (!isDrawn && (shape.kind !== 'bndbox' || task !== 'object_detection'))
      item.losses.push({ feature: `shape-${shape.kind}`, pointer });
    if (isShort || (!isDrawn && box === undefined)) return;
    const labels = this.#objectLabels(item, object, pointer);
    const { width, height } = item.pixels;
    if (isDrawn) {
      const vertexes: JsonObject[] = [];
      for (let i = 0; i + 1 < shape.points.length; i += 2)
        vertexes.push({ x: shape.points[i]! / width, y: shape.points[i + 1]! / height });
      members[`${shape.kind}Annotations`] ??= [];
      members[`${shape.kind}Annotations`]!.push({ displayName: name, vertexes, ...labels });
    } else {
      const { xmin, ymin, xmax, ymax } = box!;
      const corners = { xMin: xmin / width, yMin: ymin / height, xMax: xmax / width, yMax: ymax / height };
      members['boundingBoxAnnotations'] ??= [];
      members['boundingBoxAnnotations'].push({ displayName: name, ...corners, ...labels });
    }
  }

  #objectLabels(item: Item, { properties, attributes }: ImageObject, pointer: string): JsonObject {
    if (attributes !== undefined && attributes.size > 0)
      item.losses.push({ feature: 'object-property', pointer: `${pointer}/attributes` });
    const labels: JsonObject = {};
    for (const [key, value] of properties) setMember(labels, key, value);
    return properties.size === 0 ? {} : { annotationResourceLabels: labels };
  }

  #mask(item: Item, index: number, { maskSource, objects }: ImageAnnotation): JsonObject {
    const colours: JsonObject[] = [];
    const seen = new Set<string>();
    for (const [at, { name, maskColor }] of objects.entries()) {
      if (name === undefined || maskColor === undefined) continue;
      const channels = maskColor.split(',').map(Number);
      if (channels.length !== 3 || !channels.every((value) => value >= 0 && value <= 255)) {
        item.losses.push({ feature: 'mask', pointer: `/annotation/${index}/image/objects/${at}` });
        continue;
      }
      if (seen.has(`${maskColor} ${name}`)) continue;
      seen.add(`${maskColor} ${name}`);
      const [red, green, blue] = channels.map((value) => value / 255) as [number, number, number];
      colours.push({ color: { red, green, blue }, displayName: name });
    }
    return {
      maskGcsUri: this.#sink.maskReferenceTo(item.row, index, maskSource!),
      annotationSpecColors: colours,
    };
  }

  #spanMembers(item: Item): JsonObject {
    const spans: JsonObject[] = [];
    for (const [pointer, { name, property }] of labelsOf(item, 'text_entity')) {
      if (!this.#isLabel(item, name, pointer)) continue;
      const [start, end] = [property?.[startIndex], property?.[endIndex]];
      if (typeof start !== 'number' || typeof end !== 'number') {
        item.losses.push({ feature: 'object-without-shape', pointer });
        continue;
      }
      const labels = this.#resource(item, property, pointer, [startIndex, endIndex]);
      spans.push({ startOffset: start, endOffset: end, displayName: name, ...labels });
    }
    return spans.length === 0 ? {} : { textSegmentAnnotations: spans };
  }

  /** Rows of a CSV: one for each box, else one with all classes. */
  #rows(item: Item): (reference: string) => string {
    const { row, losses } = item;
    const use = this.#useOf(item);
    const isKnown = use === undefined || [...wordOfUsage.values()].includes(use);
    if (!isKnown) losses.push({ feature: 'usage', pointer: '/usage' });
    const cells = use !== undefined && isKnown ? [use] : [''];
    if (Object.keys(row.sample.property ?? {}).length > 0)
      losses.push({ feature: 'sample-property', pointer: '/property' });
    for (const [pointer] of labelsOf(item, 'text_entity')) losses.push({ feature: 'text_entity', pointer });
    const boxes = this.#boxRows(item);
    const classes = labelsOf(item, 'image_classification', 'text_classification');
    const ends: string[][] = boxes ?? [[]];
    for (const [pointer, annotation] of classes) {
      if (boxes !== undefined) losses.push({ feature: annotation.task!, pointer });
      else if (this.#isLabel(item, annotation.name, pointer)) {
        this.#loseProperty(item, annotation, pointer);
        ends[0]!.push(annotation.name);
      }
    }
    return (reference) =>
      ends.map((end) => `${[...cells, reference, ...end].map((cell) => csvCell(cell)).join(',')}\n`).join('');
  }

  /** Undefined when the row says nothing of objects. */
  #boxRows(item: Item): string[][] | undefined {
    const members: Record<string, JsonObject[]> = {};
    let isDetection = false;
    for (const [index, image] of item.row.images) {
      const annotation = item.row.sample.annotations[index]!;
      const pointer = `/annotation/${index}`;
      this.#loseProperty(item, annotation, pointer);
      if (image.maskSource !== undefined)
        item.losses.push({ feature: 'mask', pointer: `${pointer}/image/maskSource` });
      isDetection ||= annotation.task === 'object_detection' || image.objects.length > 0;
      if (annotation.task === 'image_segmentation' && image.objects.length === 0)
        item.losses.push({ feature: 'unlabelled-image', pointer });
      for (const [at, object] of image.objects.entries()) {
        const place = `${pointer}/image/objects/${at}`;
        // Everything is a box here, whatever task it is from.
        if (annotation.task === 'image_segmentation' && object.shape?.kind === 'bndbox')
          item.losses.push({ feature: 'shape-bndbox', pointer: place });
        if (object.properties.size > 0) item.losses.push({ feature: 'object-property', pointer: place });
        this.#addObject(item, members, object, 'object_detection', place, false);
      }
    }
    if (!isDetection) return undefined;
    const boxes = members['boundingBoxAnnotations'] ?? [];
    if (boxes.length === 0) return [['', '', '', '', '', '', '', '', '']];
    return boxes.map(({ displayName, xMin, yMin, xMax, yMax }) =>
      [displayName, xMin, yMin, '', '', xMax, yMax, '', ''].map(String),
    );
  }
}

/** An item on its way. */
interface Item {
  readonly row: WriteRow;
  readonly pixels: Pixels;
  readonly faults: Diagnostic[];
  /** Counted when the item is written. */
  readonly losses: Loss[];
}

function isInline(source: string): boolean {
  return /^content:\/\//i.test(source);
}

/** The annotations of some tasks, each with where it is in the sample. */
function labelsOf(
  { row }: Item,
  ...tasks: readonly Task[]
): (readonly [pointer: string, annotation: Annotation])[] {
  return [...row.sample.annotations.entries()]
    .filter(([, { task }]) => task !== undefined && tasks.includes(task))
    .map(([index, annotation]) => [`/annotation/${index}`, annotation]);
}
