import {
  type Annotation,
  type Diagnostic,
  decimalOf,
  type ImageObject,
  type JsonObject,
} from '../../model/index.js';
import { type XmlPiece, type XmlPieceBytes, type XmlPlace, xmlChildren } from '../../text/xml-children.js';
import { textOf, type XmlElement } from '../../text/xml-tree.js';
import type { FormatBatch, FormatRecord, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings, shown } from '../shared/findings.js';
import { setMember } from '../shared/json.js';
import { stemOfName } from '../shared/names.js';
import { isAbsolute, nameOfReference } from '../shared/references.js';
import { attributeOf, childOf, elementsOf, type Part, partOf } from './element.js';
import { cvatRules } from './rules.js';
import { attributesIn, isShape, objectsOf, type Rotated } from './shapes.js';
import { usageOfSubset } from './types.js';

/**
 * The images of a file, one after the other; then the frames of its tracks. Images take no memory once they are read;
 * the shapes of tracks are kept until the end, since those of a frame are spread over the file.
 */
export async function* readCvat(source: FormatSource): AsyncGenerator<FormatBatch> {
  const [file] = await source.list();
  const { name, size } = file!;
  const reader = new FileReader(source, name);
  const batch = new BatchBuilder();
  let seen = 0;
  for await (const pieces of xmlChildren(source.chunks(name))) {
    for (const piece of pieces) {
      await reader.take(piece, batch);
      batch.read(piece.offset - seen);
      seen = piece.offset;
      if (batch.isFull) yield batch.take();
    }
  }
  for await (const record of reader.frames()) {
    batch.record(record);
    if (batch.isFull) yield batch.take();
  }
  batch.read(size - seen);
  if (!batch.isEmpty) yield batch.take();
}

type Size = { readonly width?: number; readonly height?: number };

class FileReader {
  readonly #source: FormatSource;
  readonly #name: string;
  readonly #file: string;
  readonly #findings: Findings;
  readonly #rotated: Rotated;
  /** Names in the head of the file; undefined when it has none. */
  #labels: Set<string> | undefined;
  readonly #undeclared = new Set<string>();
  /** Of the video that tracks are in. */
  #frameSize: Size = {};
  /** Objects of tracks by the number of their frame. */
  readonly #frames = new Map<number, ImageObject[]>();
  #images = 0;
  #tracks = 0;
  /** What stands before the names of images: settled by the first of them. */
  #folder: string | undefined;

  constructor(source: FormatSource, name: string) {
    const { images, rotated } = source.options;
    this.#source = source;
    this.#name = name;
    this.#file = source.pathOf(name);
    this.#findings = new Findings(cvatRules, source);
    this.#rotated = rotated === 'polygon' || rotated === 'property' ? rotated : 'drop';
    if (typeof images === 'string') this.#folder = images === '' ? '' : `${images.replace(/[\\/]+$/, '')}/`;
  }

  async take(piece: XmlPiece, batch: BatchBuilder): Promise<void> {
    switch (piece.kind) {
      case 'problem':
        batch.fault({ diagnostics: [this.#noteAt('N053', piece.message, piece)!] });
        break;
      case 'root':
        if (piece.name !== 'annotations') {
          const message = `the root element is ${piece.name}, not annotations`;
          batch.fault({ diagnostics: [this.#noteAt('N053', message, piece)!] });
        }
        break;
      case 'text':
        batch.finding(
          this.#noteAt('N056', `text between images: ${shown(piece.bytes.toString().trim())}`, piece),
        );
        break;
      case 'child':
        await this.#takeChild(piece.name, piece, batch);
    }
  }

  #noteAt(id: string, message: string, { line, column, offset }: XmlPlace): Diagnostic | undefined {
    return this.#findings.of(id, message, {
      file: this.#file,
      line: line!,
      column: column!,
      offset: offset!,
    });
  }

  async #takeChild(name: string, piece: XmlPieceBytes, batch: BatchBuilder): Promise<void> {
    const path = `/annotations/${name}`;
    switch (name) {
      case 'image': {
        const part = this.#part(piece, `${path}[${++this.#images}]`);
        const record = part.root === undefined ? undefined : await this.#image(part, part.root);
        if (this.#refuse(part, batch, record === undefined)) return;
        if (record !== undefined) batch.record(record);
        break;
      }
      case 'track': {
        const part = this.#part(piece, `${path}[${++this.#tracks}]`);
        const objects = part.root === undefined ? [] : this.#track(part, part.root);
        if (this.#refuse(part, batch, false)) return;
        for (const [frame, object] of objects) {
          const list = this.#frames.get(frame);
          if (list === undefined) this.#frames.set(frame, [object]);
          else list.push(object);
        }
        break;
      }
      case 'meta': {
        const part = this.#part(piece, path);
        if (part.root !== undefined) this.#readMeta(part.root);
        this.#refuse(part, batch, false);
        break;
      }
      case 'version': {
        const part = this.#part(piece, path);
        const version = part.root === undefined ? '' : textOf(part.root).trim();
        if (version !== '1.1') part.note('N058', `the version is ${shown(version)}, not 1.1`);
        this.#refuse(part, batch, false);
        break;
      }
      default:
        batch.finding(this.#noteAt('N056', `the element ${name} is left out`, piece));
    }
  }

  #part(piece: XmlPieceBytes, path: string): Part {
    return partOf(piece, path, this.#file, this.#findings);
  }

  /** Reports what was found in a part, as a fault where that keeps it from being read. @returns whether it does */
  #refuse(part: Part, batch: BatchBuilder, isUnread: boolean): boolean {
    const isFaulty = part.found.some(
      ({ rule, severity }) => severity === 'error' && (rule === 'N054' || this.#source.mode === 'strict'),
    );
    if (isFaulty || isUnread) {
      batch.fault({ diagnostics: part.found, raw: part.bytes });
      return true;
    }
    for (const diagnostic of part.found) batch.finding(diagnostic);
    return false;
  }

  #readMeta(meta: XmlElement): void {
    for (const job of [meta, ...elementsOf(meta)]) {
      const labels = childOf(job, 'labels');
      const size = childOf(job, 'original_size');
      if (size !== undefined) {
        const [width, height] = ['width', 'height'].map((name) => sizeOf(textIn(size, name)));
        if (width !== undefined && height !== undefined) this.#frameSize = { width, height };
      }
      if (labels === undefined) continue;
      this.#labels ??= new Set();
      for (const label of elementsOf(labels)) {
        const name = textIn(label, 'name');
        if (name !== undefined) this.#labels.add(name);
      }
    }
  }

  #checkLabel(label: string, element: XmlElement, part: Part): void {
    if (this.#labels === undefined || this.#labels.has(label) || this.#undeclared.has(label)) return;
    this.#undeclared.add(label);
    part.note('N050', `the label ${shown(label)} is none of the ${this.#labels.size} in meta`, element);
  }

  async #image(part: Part, image: XmlElement): Promise<FormatRecord | undefined> {
    const name = attributeOf(image, 'name');
    if (name === undefined || name === '') {
      part.note('N054', `the name of an image is ${name === undefined ? 'missing' : 'empty'}`);
      return undefined;
    }
    const size = this.#sizeOf(part, image);
    const objects: ImageObject[] = [];
    const annotations: Annotation[] = [];
    const checkLabel = (label: string, element: XmlElement) => this.#checkLabel(label, element, part);
    for (const element of elementsOf(image)) {
      if (isShape(element))
        objects.push(...objectsOf(element, { part, rotated: this.#rotated, size, checkLabel }));
      else if (element.name === 'tag') annotations.push(...this.#tag(part, element));
      else part.note('N056', `an image has the element ${element.name}`, element);
    }
    // An image with tags alone is classified; one with nothing in it has no objects.
    if (objects.length > 0 || annotations.length === 0) annotations.push(detection(size, objects));
    return await this.#record(name, annotations, attributeOf(image, 'subset'));
  }

  #sizeOf(part: Part, image: XmlElement): Size {
    const size: { width?: number; height?: number } = {};
    for (const name of ['width', 'height'] as const) {
      const stored = attributeOf(image, name);
      const pixels = sizeOf(stored);
      if (pixels !== undefined) size[name] = pixels;
      else if (stored !== undefined) part.note('N054', `the ${name} of an image is ${shown(stored)}`);
    }
    return size.width === undefined || size.height === undefined ? {} : size;
  }

  #tag(part: Part, tag: XmlElement): Annotation[] {
    const name = attributeOf(tag, 'label');
    if (name === undefined || name === '') {
      part.note('N055', 'a tag has no label', tag);
      return [];
    }
    this.#checkLabel(name, tag, part);
    const property: JsonObject = {};
    for (const [key, value] of attributesIn(tag, part)) setMember(property, key, value);
    const said = Object.keys(property).length === 0 ? {} : { property };
    return [{ type: 'modelarts/image_classification', task: 'image_classification', name, ...said }];
  }

  /** The objects of a track with their frames, those left out in which it is outside. */
  #track(part: Part, track: XmlElement): [frame: number, object: ImageObject][] {
    const label = attributeOf(track, 'label');
    if (label === undefined || label === '') {
      part.note('N054', 'a track has no label');
      return [];
    }
    const size = this.#frameSize;
    const checkLabel = (name: string, element: XmlElement) => this.#checkLabel(name, element, part);
    const found: [number, ImageObject][] = [];
    for (const element of elementsOf(track)) {
      if (!isShape(element)) {
        part.note('N056', `a track has the element ${element.name}`, element);
        continue;
      }
      const stored = attributeOf(element, 'frame') ?? '';
      if (!/^\d{1,9}$/.test(stored)) {
        part.note('N055', `the frame of a ${element.name} is ${shown(stored)}`, element);
        continue;
      }
      if (attributeOf(element, 'outside') === '1') continue;
      const context = { part, rotated: this.#rotated, size, checkLabel };
      for (const object of objectsOf(element, context, track)) found.push([Number(stored), object]);
    }
    return found;
  }

  /** Frames in order, named as CVAT names the images of a video. */
  async *frames(): AsyncGenerator<FormatRecord> {
    for (const frame of [...this.#frames.keys()].sort((a, b) => a - b)) {
      const name = `frame_${String(frame).padStart(6, '0')}.PNG`;
      yield await this.#record(name, [detection(this.#frameSize, this.#frames.get(frame)!)], undefined);
    }
  }

  async #record(
    name: string,
    annotations: readonly Annotation[],
    subset: string | undefined,
  ): Promise<FormatRecord> {
    const key = nameOfReference('', name);
    const usage = subset === undefined || subset === 'default' ? undefined : usageOf(subset);
    const source = isAbsolute(name) ? name : this.#source.pathOf(await this.#placeOf(name, subset));
    const isInside = !isAbsolute(name) && !key.startsWith('..');
    return {
      sample: { source, ...(usage === undefined ? {} : { usage }), annotations },
      file: this.#file,
      ...(isInside ? { key: stemOfName(key) } : {}),
    };
  }

  /** Where an image is, relative to the file: beside it, or in `images` as in an export with images. */
  async #placeOf(name: string, subset: string | undefined): Promise<string> {
    if (this.#folder === undefined) {
      const folders = ['', 'images/', ...(subset === undefined ? [] : [`images/${subset}/`])];
      this.#folder = '';
      for (const folder of folders) {
        const place = nameOfReference(this.#name, folder + name);
        if (place.startsWith('..') || !(await this.#source.has(place))) continue;
        this.#folder = folder.endsWith(`/${subset}/`) ? 'images/<subset>/' : folder;
        break;
      }
    }
    return nameOfReference(this.#name, this.#folder.replace('<subset>', subset ?? '') + name);
  }
}

function detection(size: Size, objects: readonly ImageObject[]): Annotation {
  return { type: 'modelarts/object_detection', task: 'object_detection', image: { ...size, objects } };
}

function usageOf(subset: string): string {
  return usageOfSubset.get(subset.toLowerCase()) ?? subset;
}

function sizeOf(text: string | undefined): number | undefined {
  const pixels = text === undefined ? undefined : decimalOf(text);
  return pixels !== undefined && Number.isInteger(pixels) && pixels > 0 ? pixels : undefined;
}

function textIn(element: XmlElement, name: string): string | undefined {
  const child = childOf(element, name);
  return child === undefined ? undefined : textOf(child);
}
