import {
  type Annotation,
  type Diagnostic,
  type ImageObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  noProperties,
  type Shape,
} from '../../model/index.js';
import { escapePointer } from '../../text/index.js';
import type { FormatSource } from '../contract.js';
import type { BatchBuilder } from '../shared/batches.js';
import { type Findings, shown } from '../shared/findings.js';
import { memberOf, setMember } from '../shared/json.js';
import { type JsonLine, placeInLine } from '../shared/json-lines.js';
import { sourceOfReference } from '../shared/references.js';
import type { Drafts, Pixels } from './draft.js';
import {
  endIndex,
  type ItemMember,
  itemMembers,
  sentimentProperty,
  startIndex,
  usageOfWord,
  useLabel,
} from './types.js';

/** An object whose shape waits for the size of the image. */
interface RelativeObject {
  readonly name: string;
  readonly properties: ReadonlyMap<string, string>;
  shape(pixels: Pixels): Shape;
}

/** What was read of an item; objects come with the size of the image. */
type Label =
  | Annotation
  | { readonly task: 'object_detection' | 'image_segmentation'; readonly objects: RelativeObject[] };

/** Reads lines of JSON, one item each. */
export class ItemReader {
  readonly #source: FormatSource;
  readonly #name: string;
  readonly #file: string;
  readonly #findings: Findings;
  readonly #isInclusive: boolean;
  /** Of the line that is being read. */
  #line!: JsonLine;
  #found: Diagnostic[] = [];
  #item: string | undefined;

  constructor(source: FormatSource, name: string, findings: Findings) {
    this.#source = source;
    this.#name = name;
    this.#file = source.pathOf(name);
    this.#findings = findings;
    this.#isInclusive = source.options['spanEnd'] === 'inclusive';
  }

  read(line: JsonLine, drafts: Drafts, batch: BatchBuilder): void {
    this.#line = line;
    this.#found = [];
    this.#item = undefined;
    const { text, value, problem, offset } = line;
    const raw = () => line.raw ?? Buffer.from(text);
    if (problem !== undefined) this.#note('N032', problem.message, undefined, problem.hint, problem.column);
    const item = value === undefined ? undefined : this.#itemOf(value);
    if (value === undefined || item === undefined) {
      batch.fault({ diagnostics: this.#found, raw: raw() });
      return;
    }
    this.#item = item.source;
    const labels = this.#labels(value, item.member, item.source);
    const use = this.#use(memberOf(value, 'dataItemResourceLabels'));
    this.#checkMembers(value);
    drafts.add({
      source: item.source,
      ...use,
      line: line.line,
      offset,
      found: this.#found,
      raw,
      size: labels.some((label) => 'objects' in label && label.objects.length > 0)
        ? 'needed'
        : labels.some((label) => 'objects' in label || label.image !== undefined)
          ? 'wanted'
          : 'none',
      annotations: (pixels) => labels.map((label) => annotationOf(label, pixels)),
    });
  }

  #note(id: string, message: string, pointer?: string, hint?: string, column?: number): void {
    const place = placeInLine(this.#file, this.#line, { pointer, hint, column, source: this.#item });
    const diagnostic = this.#findings.of(id, message, place);
    if (diagnostic !== undefined) this.#found.push(diagnostic);
  }

  #itemOf(value: JsonObject): { readonly member: ItemMember; readonly source: string } | undefined {
    const named = itemMembers.filter((member) => memberOf(value, member) !== undefined);
    const [member] = named;
    if (member === undefined || named.length > 1) {
      const isVideo = memberOf(value, 'videoGcsUri') !== undefined;
      const message = isVideo
        ? 'the item is a video'
        : `the item has ${member === undefined ? 'none' : 'several'} of ${itemMembers.join(', ')}`;
      this.#note('N033', message, isVideo ? '/videoGcsUri' : '');
      return undefined;
    }
    const stored = memberOf(value, member);
    if (typeof stored !== 'string' || stored === '') {
      this.#note('N033', `${member} is ${shown(stored)}`, `/${member}`);
      return undefined;
    }
    const source =
      member === 'textContent' ? `content://${stored}` : sourceOfReference(this.#source, this.#name, stored);
    return { member, source };
  }

  #labels(value: JsonObject, member: ItemMember, source: string): Label[] {
    const medium = member === 'imageGcsUri' ? 'image' : 'text';
    const labels: Label[] = [...this.#classes(value, medium), ...this.#sentiment(value)];
    const boxes = this.#list(value, 'boundingBoxAnnotations');
    if (boxes !== undefined) {
      const objects = boxes.flatMap((box, at) => this.#box(box, `/boundingBoxAnnotations/${at}`));
      labels.push({ task: 'object_detection', objects });
    }
    labels.push(...this.#segments(value), ...this.#spans(value, source));
    return labels;
  }

  /** A member that is a list; undefined when it is absent, or none, which is noted. */
  #list(value: JsonObject, member: string): JsonValue[] | undefined {
    const stored = memberOf(value, member);
    if (stored === undefined || Array.isArray(stored)) return stored;
    this.#note('N034', `${member} is ${shown(stored)}, not a list`, `/${member}`);
    return undefined;
  }

  #classes(value: JsonObject, medium: 'image' | 'text'): Annotation[] {
    const single = memberOf(value, 'classificationAnnotation');
    const several = this.#list(value, 'classificationAnnotations') ?? [];
    const all: [JsonValue, string][] = several.map((stored, at) => [
      stored,
      `/classificationAnnotations/${at}`,
    ]);
    if (single !== undefined) all.unshift([single, '/classificationAnnotation']);
    return all.flatMap(([stored, pointer]) => {
      const name = this.#labelOf(stored, pointer, 'a class', 'N034');
      if (name === undefined) return [];
      const property = Object.fromEntries(this.#resourceLabels(stored as JsonObject, pointer));
      const said = Object.keys(property).length === 0 ? {} : { property };
      const task = `${medium}_classification` as const;
      return [{ type: `modelarts/${task}`, task, name, ...said }];
    });
  }

  #labelOf(stored: JsonValue, pointer: string, what: string, rule = 'N035'): string | undefined {
    const label = isJsonObject(stored) ? memberOf(stored, 'displayName') : undefined;
    if (typeof label === 'string' && label !== '') return label;
    if (!isJsonObject(stored)) this.#note(rule, `${what} is ${shown(stored)}, not an object`, pointer);
    else if (label === undefined) this.#note(rule, `${what} has no displayName`, pointer);
    else this.#note(rule, `the displayName of ${what} is ${shown(label)}`, `${pointer}/displayName`);
    return undefined;
  }

  #resourceLabels(stored: JsonObject, pointer: string): Map<string, string> {
    const labels = new Map<string, string>();
    const given = memberOf(stored, 'annotationResourceLabels');
    if (given === undefined) return labels;
    const at = `${pointer}/annotationResourceLabels`;
    for (const key of isJsonObject(given) ? Object.keys(given) : ['']) {
      const value = isJsonObject(given) ? given[key]! : given;
      if (typeof value === 'string' && isJsonObject(given)) labels.set(key, value);
      else
        this.#note(
          'N037',
          `a resource label is ${shown(value)}`,
          isJsonObject(given) ? `${at}/${escapePointer(key)}` : at,
        );
    }
    return labels;
  }

  #sentiment(value: JsonObject): Annotation[] {
    const stored = memberOf(value, 'sentimentAnnotation');
    if (stored === undefined) return [];
    const sentiment = isJsonObject(stored) ? (memberOf(stored, 'sentiment') ?? 0) : undefined;
    const most = isJsonObject(stored) ? memberOf(stored, 'sentimentMax') : undefined;
    if (!isWhole(sentiment) || !isWhole(most) || sentiment > most) {
      this.#note('N034', `sentimentAnnotation is ${shown(stored)}`, '/sentimentAnnotation');
      return [];
    }
    return [
      {
        type: 'modelarts/text_classification',
        task: 'text_classification',
        name: String(sentiment),
        property: {
          ...Object.fromEntries(this.#resourceLabels(stored as JsonObject, '/sentimentAnnotation')),
          [sentimentProperty]: most,
        },
      },
    ];
  }

  #box(stored: JsonValue, pointer: string): RelativeObject[] {
    const name = this.#labelOf(stored, pointer, 'a box');
    if (name === undefined) return [];
    const box = stored as JsonObject;
    const corners = ['xMin', 'yMin', 'xMax', 'yMax'].map((key) => [key, memberOf(box, key)] as const);
    // A value of 0 is left out by the library that writes such files.
    const missing = corners.filter(([, value]) => value === undefined).length;
    for (const [key, value] of corners) {
      const isZero = value === undefined && missing === 1;
      if (isZero || (typeof value === 'number' && Number.isFinite(value))) continue;
      const at = value === undefined ? pointer : `${pointer}/${key}`;
      this.#note('N035', `${key} of a box is ${value === undefined ? 'missing' : shown(value)}`, at);
      return [];
    }
    const [x1, y1, x2, y2] = corners.map(([, value]) => value ?? 0) as [number, number, number, number];
    const odd = oddBox(x1, y1, x2, y2);
    if (odd !== undefined) this.#note(odd.rule, odd.message, pointer);
    if (odd?.rule === 'N035') return [];
    const properties = this.#resourceLabels(box, pointer);
    return [{ name, properties, shape: ({ width, height }) => boxIn(x1, y1, x2, y2, width, height) }];
  }

  /** Masks, polygons and polylines: one annotation of segmentation for each mask, and one for all that is drawn. */
  #segments(value: JsonObject): Label[] {
    const labels: Label[] = [];
    const objects: RelativeObject[] = [];
    const stored = memberOf(value, 'segmentationAnnotation');
    if (isJsonObject(stored) && memberOf(stored, 'vertexes') !== undefined) {
      objects.push(...this.#drawn(stored, '/segmentationAnnotation', 'polygon'));
    } else if (stored !== undefined) {
      labels.push(...this.#mask(stored));
    }
    for (const [member, kind] of [
      ['polygonAnnotations', 'polygon'],
      ['polylineAnnotations', 'polyline'],
    ] as const) {
      const list = this.#list(value, member) ?? [];
      for (const [at, shape] of list.entries()) objects.push(...this.#drawn(shape, `/${member}/${at}`, kind));
    }
    if (objects.length > 0) labels.push({ task: 'image_segmentation', objects });
    return labels;
  }

  #drawn(stored: JsonValue, pointer: string, kind: 'polygon' | 'polyline'): RelativeObject[] {
    const name = this.#labelOf(stored, pointer, `a ${kind}`);
    if (name === undefined) return [];
    const vertexes = memberOf(stored as JsonObject, 'vertexes');
    const least = kind === 'polygon' ? 3 : 2;
    if (!Array.isArray(vertexes) || vertexes.length < least) {
      const count = Array.isArray(vertexes) ? vertexes.length : 'no list of';
      this.#note('N035', `a ${kind} has ${count} vertexes, not ${least} or more`, pointer);
      return [];
    }
    const points: number[] = [];
    for (const [at, vertex] of vertexes.entries()) {
      const [x, y] = ['x', 'y'].map((key) =>
        isJsonObject(vertex) ? (memberOf(vertex, key) ?? 0) : undefined,
      );
      if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) {
        this.#note('N035', `a vertex is ${shown(vertex)}`, `${pointer}/vertexes/${at}`);
        return [];
      }
      points.push(x, y);
    }
    const properties = this.#resourceLabels(stored as JsonObject, pointer);
    const shape = ({ width, height }: Pixels): Shape => ({
      kind,
      points: points.map((number, at) => number * (at % 2 === 0 ? width : height)),
    });
    return [{ name, properties, shape }];
  }

  #mask(stored: JsonValue): Annotation[] {
    const pointer = '/segmentationAnnotation';
    const uri = isJsonObject(stored)
      ? (memberOf(stored, 'maskGcsUri') ?? memberOf(stored, 'categoryMaskGcsUri'))
      : undefined;
    if (!isJsonObject(stored) || typeof uri !== 'string' || uri === '') {
      this.#note('N034', 'segmentationAnnotation has no address of a mask and no vertexes', pointer);
      return [];
    }
    const colours = memberOf(stored, 'annotationSpecColors') ?? [];
    if (!Array.isArray(colours)) {
      this.#note(
        'N034',
        `annotationSpecColors is ${shown(colours)}, not a list`,
        `${pointer}/annotationSpecColors`,
      );
      return [];
    }
    const objects = colours.flatMap((entry, at) =>
      this.#maskClass(entry, `${pointer}/annotationSpecColors/${at}`),
    );
    const maskSource = sourceOfReference(this.#source, this.#name, uri);
    return [
      { type: 'modelarts/image_segmentation', task: 'image_segmentation', image: { maskSource, objects } },
    ];
  }

  #maskClass(entry: JsonValue, pointer: string): ImageObject[] {
    const name = this.#labelOf(entry, pointer, 'a colour');
    if (name === undefined) return [];
    const colour = memberOf(entry as JsonObject, 'color');
    const channels = ['red', 'green', 'blue'].map((key) =>
      isJsonObject(colour) ? (memberOf(colour, key) ?? 0) : undefined,
    );
    if (!channels.every((value) => typeof value === 'number' && value >= 0 && value <= 1)) {
      this.#note(
        'N035',
        `the colour of ${shown(name)} is ${shown(colour)}`,
        pointer,
        'red, green and blue go from 0 to 1',
      );
      return [];
    }
    const maskColor = channels.map((value) => Math.round((value as number) * 255)).join(',');
    return [{ name, properties: noProperties, maskColor, parts: [] }];
  }

  #spans(value: JsonObject, source: string): Annotation[] {
    const text = source.startsWith('content://') ? source.slice('content://'.length) : undefined;
    return (this.#list(value, 'textSegmentAnnotations') ?? []).flatMap((stored, at) => {
      const pointer = `/textSegmentAnnotations/${at}`;
      const name = this.#labelOf(stored, pointer, 'a span');
      if (name === undefined) return [];
      const span = stored as JsonObject;
      const start = memberOf(span, 'startOffset') ?? 0;
      const last = memberOf(span, 'endOffset');
      const end = isWhole(last) && this.#isInclusive ? last + 1 : last;
      if (
        !isWhole(start) ||
        !isWhole(end) ||
        start >= end ||
        end > (text?.length ?? Number.POSITIVE_INFINITY)
      ) {
        this.#note('N035', `a span goes from ${shown(start)} to ${shown(last)}`, pointer);
        return [];
      }
      if (text !== undefined && /\s/.test(text.charAt(end - 1)))
        this.#note('N030', `the span ${shown(text.slice(start, end))} ends with a blank`, pointer);
      const property: JsonObject = Object.fromEntries(this.#resourceLabels(span, pointer));
      property[startIndex] = start;
      property[endIndex] = end;
      return [{ type: 'modelarts/text_entity', task: 'text_entity' as const, name, property }];
    });
  }

  #use(stored: JsonValue | undefined): { readonly usage?: string; readonly property?: JsonObject } {
    if (stored === undefined) return {};
    if (!isJsonObject(stored)) {
      this.#note('N037', `dataItemResourceLabels is ${shown(stored)}`, '/dataItemResourceLabels');
      return {};
    }
    const property: JsonObject = {};
    for (const key of Object.keys(stored)) if (key !== useLabel) setMember(property, key, stored[key]!);
    const word = memberOf(stored, useLabel);
    if (word === undefined) return { property };
    const pointer = `/dataItemResourceLabels/${escapePointer(useLabel)}`;
    if (typeof word !== 'string') {
      this.#note('N036', `ml_use is ${shown(word)}`, pointer);
      return { property };
    }
    const known = usageOfWord.has(word.toLowerCase());
    if (!known) this.#note('N036', `ml_use is ${shown(word)}`, pointer);
    const usage = known ? usageOfWord.get(word.toLowerCase()) : word;
    return { property, ...(usage === undefined ? {} : { usage }) };
  }

  #checkMembers(value: JsonObject): void {
    for (const key of Object.keys(value)) {
      if (!knownMembers.has(key))
        this.#note('N037', `the item has the member ${shown(key)}`, `/${escapePointer(key)}`);
    }
  }
}

const knownMembers: ReadonlySet<string> = new Set([
  ...itemMembers,
  'dataItemResourceLabels',
  'classificationAnnotation',
  'classificationAnnotations',
  'boundingBoxAnnotations',
  'segmentationAnnotation',
  'polygonAnnotations',
  'polylineAnnotations',
  'textSegmentAnnotations',
  'sentimentAnnotation',
]);

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function annotationOf(label: Label, pixels: Pixels | undefined): Annotation {
  const size = pixels === undefined ? {} : { width: pixels.width, height: pixels.height };
  if (!('objects' in label))
    return label.image === undefined ? label : { ...label, image: { ...size, ...label.image } };
  // Objects come with the size that they need.
  const objects = label.objects.map(({ name, properties, shape }) => {
    return { name, properties, shape: shape(pixels!), parts: [] };
  });
  const { task } = label;
  return { type: `modelarts/${task}`, task, image: { ...size, objects } };
}

/** A box in pixels. */
export function boxIn(x1: number, y1: number, x2: number, y2: number, width: number, height: number): Shape {
  return { kind: 'bndbox', xmin: x1 * width, ymin: y1 * height, xmax: x2 * width, ymax: y2 * height };
}

/** What is wrong with a box in shares of its image: N035 when it is none, N038 when it is odd. */
export function oddBox(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): { rule: string; message: string } | undefined {
  if (x2 < x1 || y2 < y1) return { rule: 'N035', message: 'the corners of a box are swapped' };
  if (x2 === x1 || y2 === y1) return { rule: 'N038', message: 'a box has no area' };
  const leaves = x1 < 0 || y1 < 0 || x2 > 1 || y2 > 1;
  return leaves ? { rule: 'N038', message: 'a box leaves its image' } : undefined;
}
