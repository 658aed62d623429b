import type {
  Annotation,
  Diagnostic,
  ImageAnnotation,
  ImageObject,
  JsonObject,
  JsonValue,
  Task,
} from '../../model/index.js';
import { escapePointer, stringifyJson } from '../../text/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable, demandClassesToAppend } from '../shared/classes.js';
import { boxOf, neat } from '../shared/geometry.js';
import { setMember } from '../shared/json.js';
import { countLosses, everyObject, type Loss, type LossName, sampleKind } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import {
  attributeOfTask,
  endIndex,
  metadataSuffix,
  ownMetadata,
  referenceSuffix,
  startIndex,
} from './types.js';

/**
 * What lines can hold in some form. What becomes of the shape, the mask and the confidence of an object depends on its
 * task, and is counted where it is written.
 */
const carriedInAnyForm: ReadonlySet<LossName> = new Set([
  'image-sample',
  'text-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'text_classification',
  'text_entity',
  'sample-property',
  'annotation-property',
  'annotation-confidence',
  'creation-time',
  'annotated-by',
  ...everyObject,
  'object-confidence',
  'mask',
  'image-size',
  'unlabelled-image',
]);

/** Labels of one task in a row, and where each is in the sample. */
type Labels = readonly (readonly [index: number, annotation: Annotation])[];

/** Annotation files of one task, and the index of the annotation that names each. */
type Images = readonly (readonly [index: number, image: ImageAnnotation])[];

/**
 * Writes samples as lines of an augmented manifest.
 *
 * @throws OptionError for appending where the class ids of before are not known
 */
export function writeGroundTruth(sink: FormatSink): FormatWriter {
  demandClassesToAppend(sink, 'class ids');
  const writer = new LineWriter(sink);
  return { add: (row) => writer.add(row), end: () => undefined };
}

class LineWriter {
  readonly #sink: FormatSink;
  readonly #classes: ClassTable;
  readonly #names: NameTable;
  readonly #attribute: string;
  readonly #isMultiLabel: boolean;

  constructor(sink: FormatSink) {
    const { attribute, multiLabel } = sink.options;
    this.#sink = sink;
    this.#classes = new ClassTable(sink.classes);
    this.#names = new NameTable(sink);
    this.#attribute = typeof attribute === 'string' ? attribute : 'label';
    this.#isMultiLabel = multiLabel === true;
  }

  async add(row: WriteRow): Promise<Written> {
    const { sample } = row;
    const kind = sampleKind(sample);
    if (kind !== 'image-sample' && kind !== 'text-sample') {
      this.#sink.lose(row, kind);
      return 'skipped';
    }
    const line: Line = { row, members: {}, faults: [], losses: [] };
    const isText = /^content:\/\//i.test(sample.source);
    // The reference comes first in the line; where the image goes is settled when nothing else can fail.
    if (!isText) line.members['source-ref'] = this.#sink.referenceTo(sample.source);
    else line.members['source'] = sample.source.slice('content://'.length);
    let isFirst = true;
    for (const [task, suffix] of attributeOfTask) {
      const labels = [...sample.annotations.entries()].filter(([, label]) => label.task === task);
      if (labels.length === 0) continue;
      const name = isFirst ? this.#attribute : `${this.#attribute}-${suffix}`;
      isFirst = false;
      await this.#addLabels(line, name, task, labels);
    }
    if (line.faults.length > 0) return line.faults;
    if (!isText && this.#sink.images !== 'reference') {
      const placed = await imageBeside(this.#sink, this.#names, row);
      if (typeof placed !== 'string') return [placed];
      line.members['source-ref'] = placed;
    }
    this.#addProperty(line);
    countLosses(this.#sink, row, carriedInAnyForm);
    for (const { feature, pointer } of line.losses) this.#sink.lose(row, feature, pointer);
    await this.#sink.write(`${stringifyJson(line.members)}\n`);
    return 'written';
  }

  async #addLabels(line: Line, name: string, task: Task, labels: Labels): Promise<void> {
    switch (task) {
      case 'text_entity':
        this.#addEntities(line, name, labels);
        break;
      case 'image_classification':
      case 'text_classification':
        this.#addClasses(line, name, task, labels);
        break;
      default: {
        const images = labels.map(
          ([index]) => [index, line.row.images.get(index) ?? { objects: [] }] as const,
        );
        const masked = images.find(
          ([, { maskSource }]) => task === 'image_segmentation' && maskSource !== undefined,
        );
        if (masked === undefined) await this.#addBoxes(line, name, images, labels);
        else this.#addMask(line, name, masked, images, labels);
      }
    }
  }

  #addClasses(line: Line, name: string, task: Task, labels: Labels): void {
    const kind = task.replace('_', '-');
    const named: (readonly [id: number, annotation: Annotation])[] = [];
    for (const [index, annotation] of labels) {
      const pointer = `/annotation/${index}`;
      if (annotation.name === undefined || annotation.name === '') {
        line.losses.push({ feature: 'object-without-label', pointer });
        continue;
      }
      const id = this.#classes.take(annotation.name, line.row, `${pointer}/name`);
      if (typeof id === 'number') named.push([id, annotation]);
      else line.faults.push(id);
    }
    const [single] = named;
    if (named.length === 1 && !this.#isMultiLabel) {
      const [id, { name: label, confidence }] = single!;
      const own: JsonObject = { 'class-name': label!, ...(confidence === undefined ? {} : { confidence }) };
      this.#addAttribute(line, name, id, { ...own, type: `groundtruth/${kind}` }, labels);
      return;
    }
    const map: JsonObject = {};
    const confidences: JsonObject = {};
    for (const [id, { name: label, confidence }] of named) {
      map[id] = label!;
      if (confidence !== undefined) confidences[id] = confidence;
    }
    const own: JsonObject = { 'class-map': map };
    if (Object.keys(confidences).length > 0) own['confidence-map'] = confidences;
    const ids = named.map(([id]) => id);
    this.#addAttribute(line, name, ids, { ...own, type: `groundtruth/${kind}-multilabel` }, labels);
  }

  #addEntities(line: Line, name: string, labels: Labels): void {
    const entities: JsonObject[] = [];
    const confidences: JsonObject[] = [];
    const names = new Set<string>();
    for (const [index, annotation] of labels) {
      const { confidence, property = {} } = annotation;
      const [start, end] = [property[startIndex], property[endIndex]];
      if (annotation.name === undefined || typeof start !== 'number' || typeof end !== 'number') {
        const feature = annotation.name === undefined ? 'object-without-label' : 'object-without-shape';
        line.losses.push({ feature, pointer: `/annotation/${index}` });
        continue;
      }
      if (this.#classes.isFixed) {
        const id = this.#classes.take(annotation.name, line.row, `/annotation/${index}/name`);
        if (typeof id !== 'number') line.faults.push(id);
      }
      names.add(annotation.name);
      entities.push({ label: annotation.name, startOffset: start, endOffset: end });
      confidences.push(confidence === undefined ? {} : { confidence });
    }
    const value = { annotations: { entities, labels: [...names].map((label) => ({ label })) } };
    const isScored = confidences.some((entry) => Object.keys(entry).length > 0);
    const own = { ...(isScored ? { entities: confidences } : {}), type: 'groundtruth/text-span' };
    this.#addAttribute(line, name, value, own, labels);
  }

  async #addBoxes(line: Line, name: string, images: Images, labels: Labels): Promise<void> {
    const boxes: JsonObject[] = [];
    const confidences: JsonObject[] = [];
    const map: JsonObject = {};
    for (const [index, { objects, maskSource }] of images) {
      const pointer = `/annotation/${index}`;
      // Segmentation needs the picture of a mask: without one it becomes detection.
      const isMask = maskSource !== undefined || labels[0]![1].task === 'image_segmentation';
      if (isMask) line.losses.push({ feature: 'mask', pointer: `${pointer}/image` });
      this.#loseConfidence(line, index, labels);
      for (const [at, object] of objects.entries()) {
        const box = this.#box(line, object, `${pointer}/image/objects/${at}`);
        if (box === undefined) continue;
        map[box['class_id'] as number] = object.name!;
        boxes.push(box);
        confidences.push(object.confidence === undefined ? {} : { confidence: object.confidence });
      }
    }
    const size = await this.#imageSize(line, images);
    const value = { ...(size === undefined ? {} : { image_size: [size] }), annotations: boxes };
    const own = { objects: confidences, 'class-map': map, type: 'groundtruth/object-detection' };
    this.#addAttribute(line, name, value, own, labels);
  }

  #box(line: Line, object: ImageObject, pointer: string): JsonObject | undefined {
    if (object.name === undefined || object.name === '') {
      line.losses.push({ feature: 'object-without-label', pointer });
      return undefined;
    }
    if (object.maskColor !== undefined) line.losses.push({ feature: 'mask', pointer });
    const box = object.shape === undefined ? undefined : boxOf(object.shape);
    if (object.shape?.kind !== 'bndbox') {
      const feature =
        object.shape === undefined ? 'object-without-shape' : (`shape-${object.shape.kind}` as const);
      line.losses.push({ feature, pointer });
    }
    if (box === undefined) return undefined;
    const id = this.#classes.take(object.name, line.row, `${pointer}/name`);
    if (typeof id !== 'number') {
      line.faults.push(id);
      return undefined;
    }
    return {
      class_id: id,
      left: box === object.shape ? box.xmin : neat(box.xmin),
      top: box === object.shape ? box.ymin : neat(box.ymin),
      width: neat(box.xmax - box.xmin),
      height: neat(box.ymax - box.ymin),
    };
  }

  /** The size of the image as its labels have it, else as its header says. */
  async #imageSize({ row }: Line, images: Images): Promise<JsonObject | undefined> {
    for (const [, { width, height, depth = 3 }] of images) {
      if (width !== undefined && height !== undefined) return { width, height, depth };
    }
    const size = await this.#sink.imageSize(row);
    if (!('problem' in size)) return { width: size.width, height: size.height, depth: 3 };
    this.#sink.report({
      rule: 'N029',
      severity: 'warning',
      message: `image_size is left out, since the size of the image is not known: ${size.message}`,
      hint: 'the built-in detection algorithm of SageMaker needs it',
      ...placeOf(row),
    });
    return undefined;
  }

  #addMask(line: Line, name: string, masked: Images[number], images: Images, labels: Labels): void {
    const [own, { maskSource, width }] = masked;
    const colours: JsonObject = {};
    const seen = new Set<string>();
    for (const [index, image] of images) {
      const pointer = `/annotation/${index}/image`;
      this.#loseConfidence(line, index, labels);
      if (index !== own && image.maskSource !== undefined)
        line.losses.push({ feature: 'mask', pointer: `${pointer}/maskSource` });
      for (const [at, object] of image.objects.entries()) {
        const entry = this.#maskClass(line, object, `${pointer}/objects/${at}`, seen);
        if (entry !== undefined) colours[Object.keys(colours).length] = entry;
      }
    }
    if (width !== undefined)
      line.losses.push({ feature: 'image-size', pointer: `/annotation/${own}/image/width` });
    const attribute = name.endsWith(referenceSuffix) ? name : name + referenceSuffix;
    const reference = this.#sink.maskReferenceTo(line.row, own, maskSource!);
    const metadata = { 'internal-color-map': colours, type: 'groundtruth/semantic-segmentation' };
    this.#addAttribute(line, attribute, reference, metadata, labels);
  }

  /** The entry of an object's class in the map of colours; objects of one class and colour have one. */
  #maskClass(line: Line, object: ImageObject, pointer: string, seen: Set<string>): JsonObject | undefined {
    const { name, maskColor, confidence, shape } = object;
    if (shape !== undefined) line.losses.push({ feature: `shape-${shape.kind}`, pointer });
    if (name === undefined || name === '') {
      line.losses.push({ feature: 'object-without-label', pointer });
      return undefined;
    }
    const channels = maskColor?.split(',').map(Number) ?? [];
    if (
      channels.length !== 3 ||
      !channels.every((value) => Number.isInteger(value) && value >= 0 && value < 256)
    ) {
      line.losses.push({ feature: 'mask', pointer });
      return undefined;
    }
    const hex = `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
    const isRepeat = seen.has(`${hex}${name}`);
    seen.add(`${hex}${name}`);
    if (isRepeat) {
      if (confidence !== undefined) line.losses.push({ feature: 'object-confidence', pointer });
      return undefined;
    }
    if (this.#classes.isFixed) {
      const id = this.#classes.take(name, line.row, `${pointer}/name`);
      if (typeof id !== 'number') line.faults.push(id);
    }
    return { 'class-name': name, 'hex-color': hex, ...(confidence === undefined ? {} : { confidence }) };
  }

  /** Boxes and masks have a confidence each, the list of them has none. */
  #loseConfidence(line: Line, index: number, labels: Labels): void {
    const label = labels.find(([at]) => at === index)![1];
    if (label.confidence === undefined) return;
    line.losses.push({ feature: 'annotation-confidence', pointer: `/annotation/${index}/confidence` });
  }

  /** Adds an attribute and its metadata: what is its task's own, and what the labels say beside. */
  #addAttribute(
    { members, losses }: Line,
    name: string,
    value: JsonValue,
    own: JsonObject,
    labels: Labels,
  ): void {
    const [, first] = labels[0]!;
    const common = commonMetadata(first);
    setMember(members, name, value);
    setMember(members, name + metadataSuffix, { ...own, ...common });
    const kept = stringifyJson(common);
    for (const [index, label] of labels) {
      const pointer = `/annotation/${index}`;
      const by = label.annotatedBy;
      if (by !== undefined && by !== 'human' && by !== 'auto')
        losses.push({ feature: 'annotated-by', pointer: `${pointer}/annotated-by` });
      if (label.creationTime !== undefined && dateOf(label.creationTime) === undefined)
        losses.push({ feature: 'creation-time', pointer: `${pointer}/creation-time` });
      for (const key of Object.keys(label.property ?? {})) {
        if (ownMetadata.has(key))
          losses.push({
            feature: 'annotation-property',
            pointer: `${pointer}/property/${escapePointer(key)}`,
          });
      }
      if (index !== labels[0]![0] && stringifyJson(commonMetadata(label)) !== kept)
        losses.push({ feature: 'annotation-property', pointer });
    }
  }

  /** Members of the sample's property are members of the line, where attributes of other jobs are too. */
  #addProperty({ row, members, losses }: Line): void {
    const { property = {} } = row.sample;
    for (const key of Object.keys(property)) {
      if (key === 'source' || key === 'source-ref' || Object.hasOwn(members, key))
        losses.push({ feature: 'sample-property', pointer: `/property/${escapePointer(key)}` });
      else setMember(members, key, property[key]!);
    }
  }
}

/** A line on its way. */
interface Line {
  readonly row: WriteRow;
  readonly members: JsonObject;
  readonly faults: Diagnostic[];
  /** Counted when the line is written. */
  readonly losses: Loss[];
}

/** Metadata that a label has whatever its task is. */
function commonMetadata({ property = {}, creationTime, annotatedBy }: Annotation): JsonObject {
  const date = creationTime === undefined ? undefined : dateOf(creationTime);
  const metadata: JsonObject = {};
  if (annotatedBy !== undefined)
    metadata['human-annotated'] = /^human(?:\/|$)/.test(annotatedBy) ? 'yes' : 'no';
  if (date !== undefined) metadata['creation-date'] = date;
  for (const key of Object.keys(property)) {
    if (key !== startIndex && key !== endIndex && !ownMetadata.has(key))
      setMember(metadata, key, property[key]!);
  }
  return metadata;
}

/** ISO 8601 with microseconds, as the service writes it. */
function dateOf(creationTime: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(creationTime);
  return match === null ? undefined : `${match[1]}T${match[2]}.000000`;
}
