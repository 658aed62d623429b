import { isJsonObject, type JsonValue, type Mode } from '../../model/index.js';
import { explainJsonError } from '../../text/index.js';
import type { FormatSource } from '../contract.js';
import { shown } from '../shared/findings.js';
import { AnnotationIndex, noImage } from './annotation-index.js';
import { PlainScanner } from './byte-scanner.js';
import { IdTable } from './id-table.js';
import { type JsonBreak, JsonElements, JsonWindow, truncated } from './json-window.js';
import type { ArrayPlace, Category, Remark, Survey } from './types.js';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;

/** The arrays whose elements are read. */
const read: ReadonlySet<string> = new Set(['images', 'annotations', 'categories']);

/** Members of a category that have a place in a sample, or in none but are only of use to machines. */
const categoryMembers: ReadonlySet<string> = new Set(['id', 'name', 'keypoints']);

/** What {@link surveyFile} finds, and what it takes to go through the annotations image by image. */
export interface Surveyed extends Survey {
  readonly ids: IdTable;
  /** Present when annotations do not come in the order of their images. */
  readonly index: AnnotationIndex | undefined;
}

/** The value of an element, or why it is none. */
export type Parsed =
  | { readonly value: JsonValue; readonly text: string }
  | { readonly problem: string; readonly at: number; readonly hint?: string };

/** Parses the bytes of one element. `at` of a problem: bytes from its start. */
export function parseElement(text: string | undefined): Parsed {
  if (text === undefined) return { problem: 'it is not UTF-8', at: 0, hint: 'Save the file as UTF-8.' };
  try {
    return { value: JSON.parse(text) as JsonValue, text };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { column, message, hint } = explainJsonError(text);
    const at = Buffer.byteLength(text.slice(0, column - 1));
    return { problem: message, at, ...(hint === undefined ? {} : { hint }) };
  }
}

/**
 * Goes through a file once: finds its arrays, reads the categories and the ids of the images, and sees whether
 * annotations come in the order of the images. When they do not, it goes through them again to know where each is.
 */
export async function surveyFile(source: FormatSource, name: string): Promise<Surveyed> {
  const surveyor = new Surveyor(source, name);
  await surveyor.run();
  const { ids, arrays, categories, remarks, fault, hasObjects } = surveyor;
  const annotations = arrays.get('annotations');
  const isInOrder = annotations === undefined || surveyor.isInOrder;
  const index = isInOrder ? undefined : await indexAnnotations(source, name, annotations, ids);
  const images = arrays.get('images');
  return { images, annotations, categories, hasObjects, remarks, fault, ids, index };
}

async function indexAnnotations(
  source: FormatSource,
  name: string,
  place: ArrayPlace,
  ids: IdTable,
): Promise<AnnotationIndex | undefined> {
  const scanner = new PlainScanner();
  scanner.watch('image_id');
  const { start, end } = place;
  const window = new JsonWindow(scanner, source.chunks(name, { start, end }), start, source.signal);
  const elements = new JsonElements(window, 'annotations', false);
  const index = new AnnotationIndex(ids.size);
  const order = new Order();
  for (;;) {
    let step = elements.next();
    if (step === 'more') step = await elements.following();
    if (step !== 'element') break;
    const image = imageOf(window, elements, ids, source.mode);
    order.take(image);
    index.add(image === -1 ? noImage : image, window.base + elements.start, window.base + elements.stop);
  }
  return order.isKept ? undefined : index;
}

/** Whether images come one after the other. */
class Order {
  isKept = true;
  #last = -1;

  take(image: number): void {
    if (image === -1) return;
    if (image < this.#last) this.isKept = false;
    this.#last = image;
  }
}

/** The number of the image that an annotation names, -1 for none. */
function imageOf(window: JsonWindow, elements: JsonElements, ids: IdTable, mode: Mode): number {
  const { start, stop } = elements;
  if (window.bytes[start] !== openBrace) return -1;
  const { watched } = window.scanner;
  if (!Number.isNaN(watched)) return ids.find(watched, mode);
  const parsed = parseElement(window.text(start, stop));
  return 'value' in parsed && isJsonObject(parsed.value) ? ids.find(parsed.value['image_id'], mode) : -1;
}

class Surveyor {
  readonly ids = new IdTable();
  readonly arrays = new Map<string, ArrayPlace>();
  readonly remarks: Remark[] = [];
  categories: Category[] | undefined;
  fault: Survey['fault'];
  hasObjects = false;
  readonly #source: FormatSource;
  readonly #window: JsonWindow;
  readonly #scanner = new PlainScanner();
  readonly #order = new Order();
  readonly #seen = new Set<string>();
  /** Annotations came before the images, so that their order is not known. */
  #isEarly = false;
  readonly #categoryIds = new Set<number | string>();
  readonly #categoryNames = new Map<string, number>();
  /** How many categories have a member that is not read. */
  readonly #unread = new Map<string, number>();

  constructor(source: FormatSource, name: string) {
    this.#source = source;
    this.#window = new JsonWindow(this.#scanner, source.chunks(name), 0, source.signal);
  }

  get isInOrder(): boolean {
    return this.#order.isKept && !this.#isEarly;
  }

  async run(): Promise<void> {
    const window = this.#window;
    await window.more();
    const { bytes } = window;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) window.at = 3;
    const first = await window.peek();
    if (first === -1) return this.#break({ offset: window.offset, message: 'the file is empty' });
    if (first === openBracket) return await this.#refuseArray();
    if (first !== openBrace) return this.#break(this.#noJson(first));
    window.at++;
    for (let isFirst = true; ; isFirst = false) {
      const next = await window.peek();
      if (next === closeBrace) break;
      if (next === -1) return this.#break(truncated(window.offset));
      if (!isFirst) {
        if (next !== comma) return this.#break(this.#due('a comma or } is due between members'));
        window.at++;
        await window.peek();
      }
      if (!(await this.#member())) return;
    }
    window.at++;
    if ((await window.peek()) !== -1)
      return this.#break(this.#due('nothing may follow the last } of the file'));
    if (!this.arrays.has('images')) {
      const hint = 'A COCO file has arrays "images", "annotations" and "categories".';
      this.fault = { rule: 'N014', offset: 0, message: 'the file has no array "images"', hint };
    }
    this.#remarkUnread();
  }

  /** Reads a member. @returns false when the file cannot be read further */
  async #member(): Promise<boolean> {
    const window = this.#window;
    const keyOffset = window.offset;
    if ((await window.peek()) !== quote) {
      this.#break(this.#due('a name in quotes is due'));
      return false;
    }
    const keyEnd = await window.wholeValue();
    if (keyEnd === -1) {
      this.#break(window.breakAt(keyEnd, 'a name'));
      return false;
    }
    const parsed = parseElement(window.text(window.at, keyEnd));
    if ('problem' in parsed) {
      this.#break({ offset: keyOffset + parsed.at, message: `a name is not JSON: ${parsed.problem}` });
      return false;
    }
    const key = parsed.value as string;
    window.at = keyEnd;
    if ((await window.peek()) !== colon) {
      this.#break(this.#due(`a colon must follow the name ${shown(key)}`));
      return false;
    }
    window.at++;
    const first = await window.peek();
    const isKnown = read.has(key);
    const isRepeated = this.#seen.has(key);
    this.#seen.add(key);
    const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (isRepeated) {
      this.remarks.push({
        rule: 'N015',
        message: `the member ${shown(key)} is there twice`,
        offset: keyOffset,
        pointer,
        ...(isKnown ? { hint: 'Only the first is read: put both into one.' } : {}),
      });
    }
    if (first === openBracket) return await this.#array(key, isKnown && !isRepeated, keyOffset, pointer);
    if (isKnown) {
      this.remarks.push({
        rule: 'N013',
        message: `${shown(key)} is not an array`,
        offset: keyOffset,
        pointer,
      });
    }
    return await this.#other(key, isKnown, keyOffset, pointer);
  }

  /** A member that is not read. */
  async #other(key: string, isKnown: boolean, keyOffset: number, pointer: string): Promise<boolean> {
    const window = this.#window;
    const end = await window.wholeValue();
    if (end <= 0) {
      this.#break(window.breakAt(end, shown(key)));
      return false;
    }
    const parsed = parseElement(window.text(window.at, end));
    if ('problem' in parsed) {
      this.#break({
        offset: window.offset + parsed.at,
        message: `the member ${shown(key)} is not JSON: ${parsed.problem}`,
      });
      return false;
    }
    window.at = end;
    if (!isKnown && !isNothing(parsed.value)) {
      const message = `the member ${shown(key)} has no place in samples`;
      this.remarks.push({ rule: 'N018', message, offset: keyOffset, pointer });
    }
    return true;
  }

  async #array(key: string, isRead: boolean, keyOffset: number, pointer: string): Promise<boolean> {
    const window = this.#window;
    window.at++;
    const start = window.offset;
    const elements = new JsonElements(window, key, true);
    if (isRead && key === 'annotations') this.#isEarly = !this.#seen.has('images');
    this.#scanner.watch(isRead ? (key === 'images' ? 'id' : key === 'annotations' ? 'image_id' : '') : '');
    if (isRead && key === 'categories') this.categories = [];
    let end = start;
    let step = elements.next();
    for (; ; step = elements.next()) {
      if (step === 'more') step = await elements.following();
      if (step !== 'element') break;
      end = window.base + elements.stop;
      if (isRead) this.#element(key, elements);
      else if (!this.#isJson(key, elements)) return false;
    }
    this.#scanner.watch('');
    if (step === 'end') end = window.offset - 1;
    if (isRead) this.arrays.set(key, { start, end, count: elements.index + 1 });
    if (step === 'fault') {
      this.#break(elements.fault!);
      return false;
    }
    if (!isRead && elements.index >= 0) {
      const message = `the member ${shown(key)}, ${elements.index + 1} elements, has no place in samples`;
      this.remarks.push({ rule: 'N018', message, offset: keyOffset, pointer });
    }
    return true;
  }

  #isJson(key: string, elements: JsonElements): boolean {
    const window = this.#window;
    const parsed = parseElement(window.text(elements.start, elements.stop));
    if ('value' in parsed) return true;
    const offset = window.base + elements.start + parsed.at;
    this.#break({ offset, message: `${key}[${elements.index}] is not JSON: ${parsed.problem}` });
    return false;
  }

  #element(key: string, elements: JsonElements): void {
    if (key === 'images') this.#image(elements);
    else if (key === 'annotations') {
      if (elements.index === 0) this.hasObjects = this.#isObject(elements);
      if (!this.#isEarly && this.#order.isKept)
        this.#order.take(imageOf(this.#window, elements, this.ids, this.#source.mode));
    } else this.#category(elements);
  }

  #isObject({ start, stop }: JsonElements): boolean {
    const parsed = parseElement(this.#window.text(start, stop));
    if ('problem' in parsed || !isJsonObject(parsed.value)) return true;
    const { bbox, segmentation, keypoints, segments_info: segments } = parsed.value;
    return [bbox, segmentation, keypoints, segments].some((value) => value !== undefined);
  }

  #image({ start, stop }: JsonElements): void {
    const window = this.#window;
    let id: JsonValue | undefined;
    if (window.bytes[start] === openBrace) {
      id = this.#scanner.watched;
      if (Number.isNaN(id)) {
        const parsed = parseElement(window.text(start, stop));
        id = 'value' in parsed && isJsonObject(parsed.value) ? parsed.value['id'] : undefined;
      }
    }
    if (typeof id === 'number' || typeof id === 'string') this.ids.add(id);
    else this.ids.addNone();
  }

  #category({ start, stop, index }: JsonElements): void {
    const window = this.#window;
    const offset = window.base + start;
    const pointer = `/categories/${index}`;
    const parsed = parseElement(window.text(start, stop));
    if ('problem' in parsed) {
      const { problem, at, hint } = parsed;
      this.#remark('N012', `a category is not JSON: ${problem}`, offset + at, pointer, hint);
      return;
    }
    const { value } = parsed;
    if (!isJsonObject(value)) {
      this.#remark('N013', `a category is ${shown(value)}, not an object`, offset, pointer);
      return;
    }
    const { id, name, keypoints } = value;
    if (typeof id !== 'number' && typeof id !== 'string') {
      this.#remark('N013', `the id of a category is ${shown(id)}`, offset, pointer);
      return;
    }
    if (typeof name !== 'string' || name === '') {
      this.#remark('N013', `the name of category ${shown(id)} is ${shown(name)}`, offset, pointer);
      return;
    }
    if (this.#categoryIds.has(id)) {
      this.#remark('N002', `category id ${shown(id)} is there twice`, offset, `${pointer}/id`);
      return;
    }
    const before = this.#categoryNames.get(name);
    if (before === undefined) this.#categoryNames.set(name, index);
    else
      this.#remark(
        'N010',
        `category name ${shown(name)} is that of categories[${before}] too`,
        offset,
        `${pointer}/name`,
      );
    this.#categoryIds.add(id);
    for (const [member, held] of Object.entries(value)) {
      if (!categoryMembers.has(member) && !isNothing(held))
        this.#unread.set(member, (this.#unread.get(member) ?? 0) + 1);
    }
    const points = Array.isArray(keypoints) ? keypoints.map(String) : [];
    this.categories!.push({ id, name, index, offset, keypoints: points });
  }

  #remark(rule: string, message: string, offset: number, pointer: string, hint?: string): void {
    this.remarks.push({ rule, message, offset, pointer, ...(hint === undefined ? {} : { hint }) });
  }

  #remarkUnread(): void {
    const offset = this.arrays.get('categories')?.start ?? 0;
    for (const [member, count] of this.#unread) {
      const message = `${shown(member)} of ${count} ${count === 1 ? 'category' : 'categories'} has no place in samples`;
      this.#remark('N018', message, offset, '/categories');
    }
  }

  async #refuseArray(): Promise<void> {
    const window = this.#window;
    const { offset } = window;
    window.at++;
    const elements = new JsonElements(window, 'results', true);
    const isElement = (await elements.following()) === 'element';
    const text = isElement ? window.text(elements.start, elements.stop) : undefined;
    const isResults = text?.includes('"image_id"') === true;
    await window.close();
    this.fault = {
      rule: 'N014',
      offset,
      message: isResults
        ? 'the file is an array of detection results, which name images and categories by number only'
        : 'the file is an array, not an object with "images", "annotations" and "categories"',
      ...(isResults
        ? { hint: 'Put them as "annotations" beside the "images" and "categories" of their ground truth.' }
        : {}),
    };
  }

  #noJson(first: number): JsonBreak {
    const { bytes, offset } = this.#window;
    const isWide = first === 0xff || first === 0xfe || bytes[0] === 0 || bytes[1] === 0;
    return isWide
      ? { offset: 0, message: 'the file is not UTF-8', hint: 'Save the file as UTF-8.' }
      : { offset, message: `a JSON object is due, not ${this.#window.shownAt(this.#window.at)}` };
  }

  #due(due: string): JsonBreak {
    const window = this.#window;
    if (window.at >= window.end) return truncated(window.offset);
    return { offset: window.offset, message: `${due}, not ${window.shownAt(window.at)}` };
  }

  #break(found: JsonBreak): void {
    this.fault = { rule: 'N012', ...found };
  }
}

/** An empty text, list or object says nothing. */
export function isNothing(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
