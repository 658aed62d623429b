import {
  type Annotation,
  type Diagnostic,
  type ImageObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  noProperties,
  type Sample,
} from '../../model/index.js';
import { escapePointer } from '../../text/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings, shown } from '../shared/findings.js';
import { memberOf, setMember } from '../shared/json.js';
import { type JsonLine, jsonLines, placeInLine } from '../shared/json-lines.js';
import { sourceOfReference } from '../shared/references.js';
import { groundTruthRules } from './rules.js';
import {
  attributeOfTask,
  endIndex,
  type LabelType,
  labelTypes,
  metadataSuffix,
  ownMetadata,
  referenceSuffix,
  startIndex,
} from './types.js';

/** The samples of an augmented manifest, line by line. */
export async function* readGroundTruth(source: FormatSource): AsyncGenerator<FormatBatch> {
  const [file] = await source.list();
  const { name } = file!;
  const reader = new LineReader(source, name);
  const batch = new BatchBuilder();
  for await (const { lines, bytes } of jsonLines(source, name)) {
    for (const line of lines) {
      reader.read(line, batch);
      if (batch.isFull) yield batch.take();
    }
    batch.read(bytes);
  }
  if (!batch.isEmpty) yield batch.take();
}

/** A label attribute of the line that is being read. */
interface Attribute {
  readonly name: string;
  readonly type: LabelType;
  /** Undefined where only its metadata is there. */
  readonly value: JsonValue | undefined;
  readonly metadata: JsonObject;
  /** JSON Pointers of the two. */
  readonly pointer: string;
  readonly metadataPointer: string;
}

class LineReader {
  readonly #findings: Findings;
  readonly #input: FormatSource;
  readonly #name: string;
  readonly #file: string;
  readonly #chosen: ReadonlySet<string> | undefined;
  readonly #dropsZero: boolean;
  #saidCloud = false;
  /** Of the line that is being read. */
  #line!: JsonLine;
  #found: Diagnostic[] = [];
  #source: string | undefined;

  constructor(source: FormatSource, name: string) {
    const { attributes, dropZeroConfidence } = source.options;
    this.#findings = new Findings(groundTruthRules, source);
    this.#input = source;
    this.#name = name;
    this.#file = source.pathOf(name);
    this.#chosen = Array.isArray(attributes) ? new Set(attributes as readonly string[]) : undefined;
    this.#dropsZero = dropZeroConfidence === true;
  }

  read(line: JsonLine, batch: BatchBuilder): void {
    this.#line = line;
    this.#found = [];
    this.#source = undefined;
    const { text, value, problem } = line;
    if (problem !== undefined) this.#note('N023', problem.message, undefined, problem.hint, problem.column);
    const sample = value === undefined ? undefined : this.#sample(value);
    const isFaulty = this.#found.some(({ severity }) => severity === 'error');
    if (sample === undefined || isFaulty) {
      batch.fault({ diagnostics: this.#found, raw: line.raw ?? Buffer.from(text) });
      return;
    }
    for (const diagnostic of this.#found) batch.finding(diagnostic);
    batch.record({ sample, file: this.#file, line: line.line });
  }

  /** Adds a finding about the value at a pointer in the line. */
  #note(id: string, message: string, pointer?: string, hint?: string, column?: number): void {
    const place = placeInLine(this.#file, this.#line, { pointer, hint, column, source: this.#source });
    const diagnostic = this.#findings.of(id, message, place);
    if (diagnostic !== undefined) this.#found.push(diagnostic);
  }

  #sample(line: JsonObject): Sample | undefined {
    const source = this.#sourceOf(line);
    if (source === undefined) return undefined;
    this.#source = source;
    this.#sayCloud(source);
    const attributes = this.#chooseAttributes(line);
    const annotations = attributes.flatMap((attribute) => this.#annotations(attribute, source));
    const taken = new Set(['source', 'source-ref']);
    for (const { name } of attributes) taken.add(name).add(name + metadataSuffix);
    const property: JsonObject = {};
    for (const key of Object.keys(line)) if (!taken.has(key)) setMember(property, key, line[key]!);
    return { source, annotations, ...(Object.keys(property).length === 0 ? {} : { property }) };
  }

  #sourceOf(line: JsonObject): string | undefined {
    const reference = memberOf(line, 'source-ref');
    const text = memberOf(line, 'source');
    if (reference !== undefined && text !== undefined) {
      this.#note('N024', 'the line has both source-ref and source', '/source');
      return undefined;
    }
    if (reference === undefined && text === undefined) {
      this.#note('N024', 'the line has neither source-ref nor source', '');
      return undefined;
    }
    if (typeof reference === 'string' && reference !== '')
      return sourceOfReference(this.#input, this.#name, reference);
    if (typeof text === 'string' && text !== '') return `content://${text}`;
    const key = reference === undefined ? 'source' : 'source-ref';
    this.#note(
      'N024',
      `${key} is ${shown(reference ?? text)}`,
      `/${key}`,
      'it must be a text that is not empty',
    );
    return undefined;
  }

  #sayCloud(source: string): void {
    if (this.#saidCloud || !/^s3:\/\//i.test(source)) return;
    this.#saidCloud = true;
    const bucket = /^s3:\/\/[^/]*/i.exec(source)![0];
    this.#note(
      'N020',
      `the samples are in Amazon S3 (${bucket}); their addresses are kept`,
      '/source-ref',
      'copy the objects to where the data is to be used before you open or publish it',
    );
  }

  /** The label attributes that are to be read: those named by the caller, else the only one there is, or those of one writer. */
  #chooseAttributes(line: JsonObject): Attribute[] {
    const found: Attribute[] = [];
    const seen = new Set<string>();
    for (const key of Object.keys(line)) {
      const name = key.endsWith(metadataSuffix) ? key.slice(0, -metadataSuffix.length) : key;
      if (name === '' || name === 'source' || name === 'source-ref' || seen.has(name)) continue;
      seen.add(name);
      const isChosen = this.#chosen?.has(name) ?? memberOf(line, name + metadataSuffix) !== undefined;
      const attribute = isChosen ? this.#attribute(line, name) : undefined;
      if (attribute !== undefined) found.push(attribute);
    }
    if (this.#chosen !== undefined || found.length < 2 || areOfOneWriter(found)) return found;
    const names = found.map(({ name }) => name);
    this.#note(
      'N022',
      `the line has ${names.length} label attributes: ${names.join(', ')}`,
      found[1]!.value === undefined ? found[1]!.metadataPointer : found[1]!.pointer,
      `name those that are the labels: --from-option attributes=${names[0]}`,
    );
    return [];
  }

  /** Undefined when it is no label of a task that is known: then it is a member like any other. */
  #attribute(line: JsonObject, name: string): Attribute | undefined {
    const value = memberOf(line, name);
    const stored = memberOf(line, name + metadataSuffix);
    const pointer = `/${escapePointer(name)}`;
    const metadataPointer = `/${escapePointer(name + metadataSuffix)}`;
    if (stored !== undefined && !isJsonObject(stored)) {
      this.#note('N025', `the metadata of ${name} is ${shown(stored)}, not an object`, metadataPointer);
      return undefined;
    }
    const metadata = stored ?? {};
    const said = memberOf(metadata, 'type');
    if (said === undefined) {
      const isText = memberOf(line, 'source') !== undefined;
      const type = typeOf(name, value, metadata, isText);
      return { name, type, value, metadata, pointer, metadataPointer };
    }
    const type = typeof said === 'string' ? said.replace(/^groundtruth\//, '') : undefined;
    const known = labelTypes.find((label) => label === type);
    if (known !== undefined) return { name, type: known, value, metadata, pointer, metadataPointer };
    if (this.#chosen !== undefined) {
      const hint = `types that are read: ${labelTypes.join(', ')}`;
      this.#note('N025', `${name} is of the type ${shown(said)}`, `${metadataPointer}/type`, hint);
    }
    return undefined;
  }

  #annotations(attribute: Attribute, source: string): Annotation[] {
    const { metadata, metadataPointer, value, name } = attribute;
    const failure = memberOf(metadata, 'failure-reason');
    if (failure !== undefined) {
      const pointer = `${metadataPointer}/failure-reason`;
      this.#note('N026', `${name} could not be labelled: ${shown(failure)}`, pointer);
      return [];
    }
    if (value === undefined) {
      this.#note('N025', `${name} has metadata and no value`, metadataPointer);
      return [];
    }
    const common = this.#common(attribute);
    switch (attribute.type) {
      case 'image-classification':
      case 'text-classification':
        return this.#single(attribute, value, common);
      case 'image-classification-multilabel':
      case 'text-classification-multilabel':
        return this.#multiple(attribute, value, common);
      case 'object-detection':
        return this.#boxes(attribute, value, common);
      case 'semantic-segmentation':
        return this.#mask(attribute, value, common);
      case 'text-span':
        return this.#entities(attribute, value, common, source);
    }
  }

  /** What metadata says of a label whatever its task is. */
  #common({ metadata, metadataPointer }: Attribute): Common {
    const property: JsonObject = {};
    for (const key of Object.keys(metadata))
      if (!ownMetadata.has(key)) setMember(property, key, metadata[key]!);
    const by = memberOf(metadata, 'human-annotated');
    const date = memberOf(metadata, 'creation-date');
    const creationTime = creationTimeOf(date);
    if (by !== undefined && by !== 'yes' && by !== 'no') {
      const pointer = `${metadataPointer}/human-annotated`;
      this.#note('N029', `human-annotated is ${shown(by)}`, pointer, 'it must be "yes" or "no"');
    }
    if (date !== undefined && creationTime === undefined) {
      const pointer = `${metadataPointer}/creation-date`;
      this.#note('N029', `creation-date is ${shown(date)}`, pointer, 'write it as 2024-05-17T08:30:00');
    }
    return {
      ...(Object.keys(property).length === 0 ? {} : { property }),
      ...(creationTime === undefined ? {} : { creationTime }),
      ...(by === 'yes' ? { annotatedBy: 'human' } : by === 'no' ? { annotatedBy: 'auto' } : {}),
    };
  }

  #single(attribute: Attribute, value: JsonValue, common: Common): Annotation[] {
    const { name, pointer, metadata, metadataPointer } = attribute;
    const id = classIdOf(value);
    if (id === undefined) {
      this.#note('N025', `${name} is ${shown(value)}, not a class id`, pointer);
      return [];
    }
    const stored = memberOf(metadata, 'class-name');
    if (typeof stored !== 'string' || stored === '') this.#nameless(id, pointer, 'class-name');
    const label = typeof stored === 'string' && stored !== '' ? stored : id;
    const confidence = this.#confidence(memberOf(metadata, 'confidence'), `${metadataPointer}/confidence`);
    return [{ ...taskOf(attribute), name: label, ...common, ...confidence }];
  }

  #multiple(attribute: Attribute, value: JsonValue, common: Common): Annotation[] {
    const { name, pointer, metadata, metadataPointer } = attribute;
    if (!Array.isArray(value)) {
      this.#note('N025', `${name} is ${shown(value)}, not a list of class ids`, pointer);
      return [];
    }
    const confidences = memberOf(metadata, 'confidence-map');
    return value.flatMap((element, index) => {
      const label = this.#className(attribute, element, `${pointer}/${index}`, 'N025');
      if (label === undefined) return [];
      const given = isJsonObject(confidences) ? memberOf(confidences, String(element)) : undefined;
      const at = `${metadataPointer}/confidence-map/${escapePointer(String(element))}`;
      return [{ ...taskOf(attribute), name: label, ...common, ...this.#confidence(given, at) }];
    });
  }

  #boxes(attribute: Attribute, value: JsonValue, common: Common): Annotation[] {
    const { name, pointer } = attribute;
    const list = isJsonObject(value) ? memberOf(value, 'annotations') : undefined;
    if (!isJsonObject(value) || !Array.isArray(list)) {
      this.#note('N025', `${name} has no list of annotations`, pointer);
      return [];
    }
    const size = this.#imageSize(memberOf(value, 'image_size'), `${pointer}/image_size`);
    const confidences = this.#parallel(attribute, 'objects', list.length);
    const objects: ImageObject[] = [];
    for (const [index, box] of list.entries()) {
      const object = this.#box(attribute, box, `${pointer}/annotations/${index}`, size);
      if (object !== undefined) objects.push({ ...object, ...confidences(index) });
    }
    return [{ ...taskOf(attribute), ...common, image: { ...size, objects } }];
  }

  #box(attribute: Attribute, box: JsonValue, pointer: string, size: Size): ImageObject | undefined {
    if (!isJsonObject(box)) {
      this.#note('N027', `a box is ${shown(box)}, not an object`, pointer);
      return undefined;
    }
    const numbers: Record<string, number> = {};
    for (const key of ['left', 'top', 'width', 'height']) {
      const value = memberOf(box, key);
      const isSize = key === 'width' || key === 'height';
      if (typeof value !== 'number' || !Number.isFinite(value) || (isSize && value < 0)) {
        const at = value === undefined ? pointer : `${pointer}/${key}`;
        this.#note('N027', `${key} of a box is ${value === undefined ? 'missing' : shown(value)}`, at);
        return undefined;
      }
      numbers[key] = value;
    }
    const name = this.#className(attribute, memberOf(box, 'class_id'), `${pointer}/class_id`, 'N027');
    if (name === undefined) return undefined;
    for (const key of Object.keys(box)) {
      if (key !== 'class_id' && !Object.hasOwn(numbers, key))
        this.#note('N029', `a box has the member ${shown(key)}`, `${pointer}/${escapePointer(key)}`);
    }
    const { left, top, width, height } = numbers as Record<'left' | 'top' | 'width' | 'height', number>;
    const shape = { kind: 'bndbox', xmin: left, ymin: top, xmax: left + width, ymax: top + height } as const;
    const leaves =
      left < 0 ||
      top < 0 ||
      (size.width !== undefined && shape.xmax > size.width) ||
      (size.height !== undefined && shape.ymax > size.height);
    if (width === 0 || height === 0) this.#note('N028', 'a box has no area', pointer);
    else if (leaves) this.#note('N028', 'a box leaves its image', pointer);
    return { name, properties: noProperties, shape, parts: [] };
  }

  #imageSize(stored: JsonValue | undefined, pointer: string): Size {
    if (stored === undefined) return {};
    const first = Array.isArray(stored) ? stored[0] : undefined;
    if (!isJsonObject(first)) {
      this.#note('N025', `image_size is ${shown(stored)}, not a list of one size`, pointer);
      return {};
    }
    const size: { width?: number; height?: number; depth?: number } = {};
    for (const key of ['width', 'height', 'depth'] as const) {
      const value = memberOf(first, key);
      if (value === undefined && key === 'depth') continue;
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) size[key] = value;
      else {
        const at = value === undefined ? pointer : `${pointer}/0/${key}`;
        this.#note('N025', `${key} of image_size is ${value === undefined ? 'missing' : shown(value)}`, at);
      }
    }
    return size;
  }

  #mask(attribute: Attribute, value: JsonValue, common: Common): Annotation[] {
    const { name, pointer, metadata, metadataPointer } = attribute;
    if (typeof value !== 'string' || value === '') {
      this.#note('N025', `${name} is ${shown(value)}, not the address of a mask`, pointer);
      return [];
    }
    const colours = memberOf(metadata, 'internal-color-map');
    const at = `${metadataPointer}/internal-color-map`;
    if (!isJsonObject(colours)) {
      this.#note('N025', `${name} has no internal-color-map`, colours === undefined ? metadataPointer : at);
      return [];
    }
    const objects: ImageObject[] = [];
    for (const index of Object.keys(colours)) {
      const object = this.#maskClass(colours[index]!, index, `${at}/${escapePointer(index)}`);
      if (object !== undefined) objects.push(object);
    }
    return [
      {
        ...taskOf(attribute),
        ...common,
        image: { maskSource: sourceOfReference(this.#input, this.#name, value), objects },
      },
    ];
  }

  #maskClass(entry: JsonValue, index: string, pointer: string): ImageObject | undefined {
    if (!isJsonObject(entry)) {
      this.#note('N027', `the class ${index} of a mask is ${shown(entry)}`, pointer);
      return undefined;
    }
    const hex = memberOf(entry, 'hex-color');
    if (typeof hex !== 'string' || !/^#[0-9a-f]{6}$/i.test(hex)) {
      const message = `the class ${index} of a mask has the colour ${hex === undefined ? 'missing' : shown(hex)}`;
      this.#note(
        'N027',
        message,
        hex === undefined ? pointer : `${pointer}/hex-color`,
        'write it as #2ca02c',
      );
      return undefined;
    }
    const stored = memberOf(entry, 'class-name');
    const isNamed = typeof stored === 'string' && stored !== '';
    if (!isNamed) this.#nameless(index, pointer, 'class-name');
    const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    const confidence = this.#confidence(memberOf(entry, 'confidence'), `${pointer}/confidence`);
    return {
      name: isNamed ? stored : index,
      properties: noProperties,
      maskColor: channels.join(','),
      ...confidence,
      parts: [],
    };
  }

  #entities(attribute: Attribute, value: JsonValue, common: Common, source: string): Annotation[] {
    const { name, pointer } = attribute;
    const inner = isJsonObject(value) ? memberOf(value, 'annotations') : undefined;
    const list = isJsonObject(inner) ? memberOf(inner, 'entities') : undefined;
    if (!Array.isArray(list)) {
      this.#note('N025', `${name} has no list of entities`, pointer);
      return [];
    }
    const confidences = this.#parallel(attribute, 'entities', list.length);
    const length = source.startsWith('content://') ? source.length - 'content://'.length : Infinity;
    return list.flatMap((entity, index) => {
      const at = `${pointer}/annotations/entities/${index}`;
      const read = this.#entity(entity, at, length);
      if (read === undefined) return [];
      const property = { ...common.property, [startIndex]: read.start, [endIndex]: read.end };
      const scored = this.#confidence(read.score, `${at}/score`);
      const confidence = scored.confidence === undefined ? confidences(index) : scored;
      return [{ ...taskOf(attribute), name: read.label, ...common, property, ...confidence }];
    });
  }

  #entity(entity: JsonValue, pointer: string, length: number) {
    if (!isJsonObject(entity)) {
      this.#note('N027', `an entity is ${shown(entity)}, not an object`, pointer);
      return undefined;
    }
    const label = memberOf(entity, 'label');
    if (typeof label !== 'string' || label === '') {
      this.#note(
        'N027',
        `the label of an entity is ${label === undefined ? 'missing' : shown(label)}`,
        pointer,
      );
      return undefined;
    }
    const start = memberOf(entity, 'startOffset');
    const end = memberOf(entity, 'endOffset');
    if (!isOffset(start) || !isOffset(end) || start >= end || end > length) {
      const message = `an entity goes from ${shown(start)} to ${shown(end)}`;
      const hint =
        'offsets are whole numbers; the start counts from 0, the end is the one after the last character';
      this.#note('N027', message, pointer, hint);
      return undefined;
    }
    return { label, start, end, score: memberOf(entity, 'score') };
  }

  /** Confidences that metadata lists in the order of the objects they are about. */
  #parallel({ metadata, metadataPointer }: Attribute, key: string, count: number) {
    const list = memberOf(metadata, key);
    const isParallel = Array.isArray(list) && list.length === count;
    if (list !== undefined && !isParallel) {
      const found = Array.isArray(list) ? `${list.length} entries` : shown(list);
      this.#note('N029', `${key} has ${found} for ${count} objects`, `${metadataPointer}/${key}`);
    }
    return (index: number): { confidence?: number } => {
      const entry = isParallel ? list[index] : undefined;
      if (!isJsonObject(entry)) return {};
      return this.#confidence(memberOf(entry, 'confidence'), `${metadataPointer}/${key}/${index}/confidence`);
    };
  }

  #confidence(value: JsonValue | undefined, pointer: string): { confidence?: number } {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
      this.#note('N029', `a confidence is ${shown(value)}`, pointer, 'it must be a number from 0 to 1');
      return {};
    }
    return this.#dropsZero && value === 0 ? {} : { confidence: value };
  }

  /** The name that class-map has for an id; the id itself with a finding when it has none. */
  #className(attribute: Attribute, stored: JsonValue | undefined, pointer: string, rule: string) {
    const id = stored === undefined ? undefined : classIdOf(stored);
    if (id === undefined) {
      const at = stored === undefined ? pointer.slice(0, pointer.lastIndexOf('/')) : pointer;
      this.#note(rule, `a class id is ${stored === undefined ? 'missing' : shown(stored)}`, at);
      return undefined;
    }
    const names = memberOf(attribute.metadata, 'class-map');
    const name = isJsonObject(names) ? memberOf(names, id) : undefined;
    if (typeof name === 'string' && name !== '') return name;
    this.#nameless(id, pointer, 'class-map');
    return id;
  }

  #nameless(id: string, pointer: string, where: string): void {
    this.#note('N021', `the class ${id} has no name in ${where}; the number is the label`, pointer);
  }
}

type Common = Pick<Annotation, 'property' | 'creationTime' | 'annotatedBy'>;
type Size = { readonly width?: number; readonly height?: number; readonly depth?: number };

/** The digits of a class id, which comes as a number or as a text. */
function classIdOf(value: JsonValue): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(value) ? value : undefined;
}

function isOffset(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What a label is whose metadata does not say. */
function typeOf(
  name: string,
  value: JsonValue | undefined,
  metadata: JsonObject,
  isText: boolean,
): LabelType {
  if (isJsonObject(value)) {
    return Array.isArray(memberOf(value, 'annotations')) ? 'object-detection' : 'text-span';
  }
  const isMask = memberOf(metadata, 'internal-color-map') !== undefined;
  if (isMask && name.endsWith(referenceSuffix)) return 'semantic-segmentation';
  const task = isText ? 'text-classification' : 'image-classification';
  return Array.isArray(value) ? `${task}-multilabel` : task;
}

/** True for what this package writes of a sample with labels of several tasks: `label`, and beside it `label-classes`. */
function areOfOneWriter(attributes: readonly Attribute[]): boolean {
  return attributes.some((first) => {
    const stem = first.name.endsWith(referenceSuffix)
      ? first.name.slice(0, -referenceSuffix.length)
      : first.name;
    return attributes.every((other) => {
      const { task } = taskOf(other);
      const suffix = attributeOfTask.find(([one]) => one === task)![1];
      const ending = task === 'image_segmentation' ? referenceSuffix : '';
      return other === first || other.name === `${stem}-${suffix}${ending}`;
    });
  });
}

function taskOf({ type }: Attribute): Pick<Annotation, 'type' | 'task'> {
  switch (type) {
    case 'image-classification':
    case 'image-classification-multilabel':
      return { type: 'modelarts/image_classification', task: 'image_classification' };
    case 'text-classification':
    case 'text-classification-multilabel':
      return { type: 'modelarts/text_classification', task: 'text_classification' };
    case 'object-detection':
      return { type: 'modelarts/object_detection', task: 'object_detection' };
    case 'semantic-segmentation':
      return { type: 'modelarts/image_segmentation', task: 'image_segmentation' };
    case 'text-span':
      return { type: 'modelarts/text_entity', task: 'text_entity' };
  }
}

const isoDate = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** `yyyy-MM-dd HH:mm:ss` in UTC; a date without a zone is in UTC already. */
function creationTimeOf(value: JsonValue | undefined): string | undefined {
  const match = typeof value === 'string' ? isoDate.exec(value) : null;
  if (match === null) return undefined;
  const zone = (match[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const time = new Date(`${match[1]}T${match[2]}${zone}`);
  // The engine takes the 31st of a month that has 30 days for the 1st of the next.
  const isDay = !Number.isNaN(time.getTime()) && isCalendarDay(match[1]!);
  return isDay ? time.toISOString().slice(0, 19).replace('T', ' ') : undefined;
}

function isCalendarDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
