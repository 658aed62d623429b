import { isUtf8 } from 'node:buffer';
import {
  type Annotation,
  type Diagnostic,
  type ImageAnnotation,
  isJsonObject,
  type JsonObject,
  type Sample,
  throwIfAborted,
} from '../../model/index.js';
import { locateJson } from '../../text/index.js';
import type { FormatBatch, FormatFault, FormatRecord, FormatSource } from '../contract.js';
import { batchSize } from '../shared/batches.js';
import { Findings, shown } from '../shared/findings.js';
import { setMember } from '../shared/json.js';
import { baseNameOf } from '../shared/names.js';
import { AnnotationDecoder } from './annotation-decoder.js';
import { type AnnotationIndex, type AnnotationPlace, noImage } from './annotation-index.js';
import { PlainScanner } from './byte-scanner.js';
import { type Gathered, gather } from './gather.js';
import { JsonElements, JsonWindow } from './json-window.js';
import { LineIndex } from './line-index.js';
import { type ImageContent, ObjectReader, type ReadChoices } from './objects.js';
import { cocoRules } from './rules.js';
import { isNothing, parseElement, type Surveyed, surveyFile } from './survey.js';
import type { ArrayPlace, Remark } from './types.js';

/** Bytes of annotations that are held at a time where they do not come in the order of the images. */
const windowBytes = 24 * 1024 * 1024;
/** Bytes of elements that make a batch full. */
const batchBytes = 64 * 1024;

/** Members of an image that have a place of their own; all others are its sample's property. */
const imageMembers: ReadonlySet<string> = new Set(['id', 'file_name', 'width', 'height']);

/** Rules whose findings cost a record in strict mode. */
const costly: ReadonlySet<string> = new Set(
  cocoRules.filter(({ severity }) => severity === 'error').map(({ id }) => id),
);

/** Reads a COCO file: one sample for each image, in the order of the images. */
export async function* readCoco(source: FormatSource): AsyncGenerator<FormatBatch> {
  const [file] = await source.list();
  if (file === undefined) return;
  const survey = await surveyFile(source, file.name);
  yield* new CocoReader(source, file.name, survey).read();
}

/** A fault whose findings have no line yet. */
interface FaultDraft {
  readonly remarks: readonly Remark[];
  readonly raw: Uint8Array;
}

/** An element that was parsed. */
interface Element {
  readonly value: JsonObject;
  /** As stored; where it was decoded without, the elements that stand at it. */
  readonly text: string | JsonElements;
  /** It was decoded: there are no other members than the decoder knows. */
  readonly isPlain: boolean;
  /** In the file. */
  readonly offset: number;
  /** In its array. */
  readonly index: number;
}

class CocoReader {
  readonly #source: FormatSource;
  readonly #name: string;
  readonly #survey: Surveyed;
  readonly #file: string;
  /** What the names of images are relative to. */
  readonly #folder: string;
  readonly #usage: string | undefined;
  readonly #keepsIds: boolean;
  readonly #objects: ObjectReader;
  readonly #findings: Findings;
  readonly #lines: LineIndex;
  #records: FormatRecord[] = [];
  #faults: FaultDraft[] = [];
  #remarks: Remark[] = [];
  #bytes = 0;
  #allBytes = 0;
  #empty = 0;
  #firstEmpty = '';

  constructor(source: FormatSource, name: string, survey: Surveyed) {
    const { options } = source;
    this.#source = source;
    this.#name = name;
    this.#survey = survey;
    this.#file = source.pathOf(name);
    this.#folder = folderOf(this.#file, options['images'] as string | undefined);
    this.#usage = options['usage'] as string | undefined;
    const choices: ReadChoices = {
      shapes: (options['shapes'] ?? 'polygon') as ReadChoices['shapes'],
      multi: (options['multi'] ?? 'split') as ReadChoices['multi'],
      rle: (options['rle'] ?? 'keep') as ReadChoices['rle'],
      keepsIds: options['ids'] === 'keep',
    };
    this.#keepsIds = choices.keepsIds;
    this.#objects = new ObjectReader(survey.categories ?? [], choices, source.mode);
    this.#findings = new Findings(cocoRules, source);
    this.#lines = new LineIndex(source, name);
  }

  async *read(): AsyncGenerator<FormatBatch> {
    const { images, fault, remarks, categories, annotations } = this.#survey;
    this.#remarks.push(...remarks);
    const isBlind = fault !== undefined && categories === undefined && annotations !== undefined;
    if (images !== undefined && !isBlind) yield* this.#images(images);
    if (fault !== undefined) {
      const hint = isBlind ? 'The categories come behind that place, so no label is known.' : undefined;
      const remark = hint === undefined || fault.hint !== undefined ? fault : { ...fault, hint };
      this.#faults.push({ remarks: [remark], raw: new Uint8Array(0) });
    } else {
      this.#remarkUnused();
    }
    this.#count((await this.#source.size(this.#name)) - this.#allBytes);
    yield await this.#take();
  }

  async *#images(place: ArrayPlace): AsyncGenerator<FormatBatch> {
    const window = this.#window(place, '');
    const images = new JsonElements(window, 'images', false);
    const { index } = this.#survey;
    const annotations = index === undefined ? this.#inOrder() : undefined;
    let gathered: Gathered | undefined;
    let gatheredTo = 0;
    for (;;) {
      const step = images.next();
      if (step === 'more' && (await window.more())) continue;
      if (step !== 'element' && (step !== 'more' || images.next() !== 'element')) break;
      const { start, stop } = images;
      const number = images.index;
      this.#count(stop - start + 1);
      const raw = window.bytes.subarray(start, stop);
      const element = this.#element(window.text(start, stop), window.base + start, number, 'images', raw);
      const draft = element === undefined ? undefined : this.#begin(element, raw);
      if (index !== undefined && number >= gatheredTo) {
        gatheredTo = index.windowEnd(number, windowBytes);
        throwIfAborted(this.#source.signal);
        gathered = undefined;
        gathered = await gather(this.#source, this.#name, [...index.of(number, gatheredTo)]);
      }
      if (gathered !== undefined) this.#addGathered(gathered, number, draft);
      else if (annotations !== undefined) {
        while (!annotations.addTo(number, draft)) {
          if (!(await annotations.more())) break;
          if (this.#isFull) yield await this.#take();
        }
      }
      if (draft !== undefined) this.#finish(draft);
      if (this.#isFull) yield await this.#take();
    }
    await window.close();
    if (annotations !== undefined) {
      // What is left is of no image.
      while (!annotations.addTo(noImage, undefined) && (await annotations.more()))
        if (this.#isFull) yield await this.#take();
      await annotations.close();
    }
    if (index !== undefined) yield* this.#orphans(index);
  }

  /** Annotations of no image, where there is an index. */
  async *#orphans(index: AnnotationIndex): AsyncGenerator<FormatBatch> {
    let places: AnnotationPlace[] = [];
    let bytes = 0;
    const flush = async () => {
      const orphans = await gather(this.#source, this.#name, places);
      this.#addGathered(orphans, noImage, undefined);
      places = [];
      bytes = 0;
    };
    for (const place of index.of(noImage, noImage + 1)) {
      places.push(place);
      bytes += place.end - place.start;
      if (bytes < batchBytes) continue;
      await flush();
      yield await this.#take();
    }
    if (places.length > 0) await flush();
  }

  #inOrder(): InOrder | undefined {
    const place = this.#survey.annotations;
    if (place === undefined) return undefined;
    const window = this.#window(place, 'image_id');
    return new InOrder(window, {
      find: (id) => this.#survey.ids.find(id, this.#source.mode),
      parse: (text, offset, index, raw) => this.#element(text, offset, index, 'annotations', raw),
      add: (element, draft) => this.#add(element, draft),
      orphan: (element, raw) => this.#orphan(element, raw),
      count: (bytes) => this.#count(bytes),
    });
  }

  #window({ start, end }: ArrayPlace, watched: string): JsonWindow {
    const scanner = new PlainScanner();
    scanner.watch(watched);
    const { signal } = this.#source;
    return new JsonWindow(scanner, this.#source.chunks(this.#name, { start, end }), start, signal);
  }

  #addGathered(gathered: Gathered, image: number, draft: ImageDraft | undefined): void {
    for (let next = gathered.take(image); next !== undefined; next = gathered.take(image)) {
      const { place, bytes } = next;
      this.#count(place.end - place.start);
      const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
      const element = this.#element(text, place.start, place.index, 'annotations', bytes);
      if (element === undefined) continue;
      if (image === noImage) this.#orphan(element, bytes);
      else if (draft !== undefined) this.#add(element, draft);
    }
  }

  /** Parses an element; one that is no object becomes a fault. */
  #element(
    text: string | undefined,
    offset: number,
    index: number,
    array: string,
    raw: Uint8Array,
  ): Element | undefined {
    const parsed = parseElement(text);
    const pointer = `/${array}/${index}`;
    const what = array === 'images' ? 'an image' : 'an annotation';
    if ('problem' in parsed) {
      const { problem, at, hint } = parsed;
      const remark = {
        rule: 'N012',
        message: `${what} is not JSON: ${problem}`,
        offset: offset + at,
        pointer,
      };
      this.#fault([hint === undefined ? remark : { ...remark, hint }], raw);
      return undefined;
    }
    const { value } = parsed;
    if (isJsonObject(value)) return { value, text: parsed.text, isPlain: false, offset, index };
    const message = `${what} is ${shown(value)}, not an object`;
    this.#fault([{ rule: 'N013', message, offset, pointer }], raw);
    return undefined;
  }

  #fault(remarks: readonly Remark[], raw: Uint8Array): void {
    this.#faults.push({ remarks, raw: Uint8Array.from(raw) });
  }

  /** Reads what an image says of itself; undefined when it is a fault. */
  #begin(element: Element, raw: Uint8Array): ImageDraft | undefined {
    const { value, index } = element;
    const { id, file_name: name } = value;
    const problem =
      typeof id !== 'number' && typeof id !== 'string'
        ? remark('N013', `the id of an image is ${shown(id)}`, element, 'images', '/id')
        : typeof name !== 'string' || name === ''
          ? remark('N013', `the file_name of an image is ${shown(name)}`, element, 'images', '/file_name')
          : this.#survey.ids.find(id, 'strict') !== index
            ? remark('N002', `image id ${shown(id)} is there twice`, element, 'images', '/id')
            : undefined;
    if (problem !== undefined) {
      this.#fault([problem], raw);
      return undefined;
    }
    const source = this.#pathOf(name as string);
    const remarks: Remark[] = [];
    const property: JsonObject = {};
    for (const key of Object.keys(value)) {
      if (imageMembers.has(key) || isNothing(value[key])) continue;
      if (key === '__proto__') setMember(property, key, value[key]!);
      else property[key] = value[key]!;
    }
    const sizes = [value['width'], value['height']].map((size, at) => {
      if (typeof size === 'number' && Number.isFinite(size) && size > 0) return size;
      const pointer = at === 0 ? 'width' : 'height';
      if (size !== undefined && size !== null)
        remarks.push({
          ...remark('N013', `the ${pointer} of an image is ${shown(size)}`, element, 'images', `/${pointer}`),
          source,
        });
      return undefined;
    });
    const content: ImageContent = {
      width: sizes[0],
      height: sizes[1],
      objects: [],
      labels: [],
      captions: [],
      maskSource: undefined,
    };
    return {
      id: id as number | string,
      source,
      name: name as string,
      text: textOf(element),
      property,
      content,
      remarks,
    };
  }

  #pathOf(name: string): string {
    if (/^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/|[A-Za-z]:[\\/])/.test(name)) return name;
    const path = name.includes('/') ? name : name.replaceAll('\\', '/');
    return this.#folder + path.replace(/^(?:\.\/)+/, '');
  }

  #add(element: Element, draft: ImageDraft): void {
    const { value, isPlain, index } = element;
    this.#objects.read(value, isPlain, index, draft.content, (rule, message, pointer, hint) => {
      const found = remark(rule, message, element, 'annotations', pointer);
      draft.remarks.push({ ...found, source: draft.source, ...(hint === undefined ? {} : { hint }) });
    });
  }

  #orphan(element: Element, raw: Uint8Array): void {
    const id = element.value['image_id'];
    const problem =
      id === undefined
        ? remark('N013', 'an annotation has no image_id', element, 'annotations', '')
        : remark('N001', `there is no image ${shown(id)}`, element, 'annotations', '/image_id');
    this.#fault([problem], raw);
  }

  /** Makes a record of an image, or a fault. */
  #finish(draft: ImageDraft): void {
    const { content, source, name, property, remarks } = draft;
    const isFault = this.#source.mode === 'strict' && remarks.some(({ rule }) => costly.has(rule));
    if (isFault) {
      this.#faults.push({ remarks, raw: Buffer.from(draft.text) });
      return;
    }
    this.#remarks.push(...remarks);
    const { objects, labels, captions } = content;
    if (objects.length + labels.length + captions.length === 0) {
      if (this.#empty++ === 0) this.#firstEmpty = name;
    }
    if (captions.length > 0) setMember(property, 'captions', captions);
    const annotations: Annotation[] = labels;
    const isBackground = labels.length === 0 && this.#survey.hasObjects;
    if (objects.length > 0 || content.maskSource !== undefined || isBackground)
      annotations.push(imageAnnotation(content, name));
    // Spreading would take several times the memory, which lives long enough to be a burden.
    const sample: Writable<Sample> = { source, annotations };
    if (this.#keepsIds) sample.id = String(draft.id);
    if (this.#usage !== undefined) sample.usage = this.#usage;
    if (Object.keys(property).length > 0) sample.property = property;
    this.#records.push({ sample, file: this.#file });
  }

  #remarkUnused(): void {
    for (const { name, index, offset } of this.#objects.unused)
      this.#remarks.push({
        rule: 'N009',
        message: `no annotation is of category ${shown(name)}`,
        offset,
        pointer: `/categories/${index}`,
      });
    if (this.#empty === 0) return;
    const count = this.#empty;
    const others = count === 1 ? '' : ` and ${count - 1} others`;
    this.#remarks.push({
      rule: 'N011',
      message: `${shown(this.#firstEmpty)}${others} ${count === 1 ? 'has' : 'have'} no annotations`,
      offset: this.#survey.images?.start ?? 0,
      pointer: '/images',
    });
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#allBytes += bytes;
  }

  get #isFull(): boolean {
    return (
      this.#bytes >= batchBytes ||
      this.#records.length + this.#faults.length >= batchSize ||
      this.#remarks.length >= batchSize
    );
  }

  async #take(): Promise<FormatBatch> {
    const faults: FormatFault[] = [];
    for (const { remarks, raw } of this.#faults)
      faults.push({ diagnostics: await this.#located(remarks), raw });
    const batch = {
      records: this.#records,
      faults,
      diagnostics: await this.#located(this.#remarks),
      bytes: this.#bytes,
    };
    this.#records = [];
    this.#faults = [];
    this.#remarks = [];
    this.#bytes = 0;
    return batch;
  }

  async #located(remarks: readonly Remark[]): Promise<Diagnostic[]> {
    const diagnostics: Diagnostic[] = [];
    for (const { rule, message, offset, ...rest } of [...remarks].sort((a, b) => a.offset - b.offset)) {
      const { line, column } = await this.#lines.locate(offset);
      const found = this.#findings.of(rule, message, { file: this.#file, line, column, offset, ...rest });
      if (found !== undefined) diagnostics.push(found);
    }
    return diagnostics;
  }
}

/** An image on its way to a record. */
interface ImageDraft {
  readonly id: number | string;
  readonly source: string;
  readonly name: string;
  /** As stored. */
  readonly text: string;
  readonly property: JsonObject;
  readonly content: ImageContent;
  readonly remarks: Remark[];
}

function imageAnnotation({ width, height, objects, maskSource }: ImageContent, name: string): Annotation {
  const image: Writable<ImageAnnotation> = { fileName: baseNameOf(name), objects };
  if (width !== undefined) image.width = width;
  if (height !== undefined) image.height = height;
  if (maskSource === undefined)
    return { type: 'modelarts/object_detection', task: 'object_detection', image };
  image.segmented = '1';
  image.maskSource = maskSource;
  return { type: 'modelarts/image_segmentation', task: 'image_segmentation', image };
}

/** An object while it is made. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An element as it is stored; what was decoded is ASCII. */
function textOf({ text }: Element): string {
  return typeof text === 'string' ? text : text.text!;
}

/** A finding about a member of an element; its place is looked for in the element's text. */
function remark(rule: string, message: string, element: Element, array: string, pointer: string): Remark {
  const { offset, index } = element;
  const text = textOf(element);
  const found = pointer === '' ? undefined : locateJson(text, pointer);
  const before = found === undefined ? 0 : Buffer.byteLength(text.slice(0, found.start));
  return { rule, message, offset: offset + before, pointer: `/${array}/${index}${pointer}` };
}

/** The folder of a file with `/` at its end, and a folder in it. */
function folderOf(file: string, images: string | undefined): string {
  const own = file.slice(0, file.lastIndexOf('/') + 1);
  const below = images?.replace(/\/+$/, '').replace(/^(?:\.\/)+/, '');
  if (below === undefined || below === '' || below === '.') return own;
  const isAbsolute = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/)/.test(below);
  return isAbsolute ? `${below}/` : `${own}${below}/`;
}

/** What {@link InOrder} does with annotations. */
interface Hands {
  find(id: unknown): number;
  parse(text: string | undefined, offset: number, index: number, raw: Uint8Array): Element | undefined;
  add(element: Element, draft: ImageDraft): void;
  orphan(element: Element, raw: Uint8Array): void;
  count(bytes: number): void;
}

/** Annotations that come in the order of their images. */
class InOrder {
  readonly #window: JsonWindow;
  readonly #elements: JsonElements;
  readonly #hands: Hands;
  /** The annotation of a later image, and which. */
  #held: Element | undefined;
  #heldImage = -1;
  #isDone = false;

  constructor(window: JsonWindow, hands: Hands) {
    this.#window = window;
    this.#elements = new JsonElements(window, 'annotations', false, new AnnotationDecoder());
    this.#hands = hands;
  }

  /**
   * Adds the annotations of an image to its draft, or leaves them out where it has none.
   *
   * @returns false when it stopped before the end of them, to read {@link more}
   */
  addTo(image: number, draft: ImageDraft | undefined): boolean {
    const hands = this.#hands;
    if (this.#held !== undefined) {
      if (this.#heldImage !== image) return true;
      if (draft !== undefined) hands.add(this.#held, draft);
      this.#held = undefined;
    }
    const elements = this.#elements;
    const window = this.#window;
    for (;;) {
      if (this.#isDone) return true;
      const step = elements.next();
      if (step === 'more' && !window.isLast) return false;
      if (step !== 'element') {
        this.#isDone = true;
        return true;
      }
      const { start, stop, index, decoded } = elements;
      hands.count(stop - start + 1);
      const offset = window.base + start;
      const element =
        decoded === undefined
          ? hands.parse(elements.text, offset, index, window.bytes.subarray(start, stop))
          : { value: decoded, text: elements, isPlain: true, offset, index };
      if (element === undefined) continue;
      const id = element.value['image_id'];
      const isSame = draft !== undefined && draft.id === id;
      const found = isSame ? image : hands.find(id);
      if (found === -1) hands.orphan(element, window.bytes.subarray(start, stop));
      else if (found === image) {
        if (draft !== undefined) hands.add(element, draft);
      } else {
        const { value, isPlain } = element;
        this.#held = { value, text: textOf(element), isPlain, offset, index };
        this.#heldImage = found;
        return true;
      }
    }
  }

  /** Reads on. @returns false when there is no more */
  async more(): Promise<boolean> {
    return this.#isDone ? false : (await this.#window.more()) || !this.#isDone;
  }

  async close(): Promise<void> {
    await this.#window.close();
  }
}
