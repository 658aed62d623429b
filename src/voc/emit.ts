import { LabelkitError } from '../model/errors.js';
import type { ImageAnnotation, ImageObject } from '../model/image.js';
import { type Point, type Shape, shapeKinds } from '../model/shape.js';
import { escapeAttribute, illegalCharacter } from '../text/xml-escape.js';
import {
  type CoefficientElement,
  noNames,
  noUnknown,
  type UnknownMarkup,
  VocDocument,
  VocObject,
} from './document.js';
import { isBlank } from './number.js';
import { type Place, pointerTo, quote } from './rules/scope.js';
import { canonicalStyle, closeTags, type XmlLevel, XmlLevels, type XmlStyle } from './xml-level.js';
import { isXmlName } from './xml-name.js';
import { XmlSink } from './xml-sink.js';

/** What the writer of one file decides. */
export interface EmitOptions {
  /** `difficult-coefficient` for new objects, as the Python SDK spells it. */
  readonly sdkSpelling: boolean;
  /** Depth of new files whose annotation does not say: 3 for RGB images. */
  readonly defaultDepth: number | undefined;
}

const declaration = Buffer.from('<?xml version="1.0" encoding="UTF-8" standalone="no"?>');
const lineFeed = Buffer.from('\n');
const shapeNames: ReadonlySet<string> = new Set(shapeKinds);

/** Writes annotations as XML text into a {@link XmlSink}, in any {@link XmlStyle}. */
export class VocEmitter {
  readonly sink = new XmlSink();
  readonly #levels: XmlLevels;
  readonly #options: EmitOptions;
  readonly #newSpelling: CoefficientElement;
  /** The object that is being written; undefined in the header. */
  #place: Place | undefined;

  constructor(options: EmitOptions, style: XmlStyle = canonicalStyle) {
    this.#options = options;
    this.#levels = new XmlLevels(style);
    this.#newSpelling = options.sdkSpelling ? 'difficult-coefficient' : 'hard-coefficient';
  }

  /** A whole file. */
  document(annotation: ImageAnnotation): void {
    const parsed = annotation instanceof VocDocument ? annotation : undefined;
    this.#place = undefined;
    this.sink.bytes(declaration);
    const root = this.#levels.at(0);
    if (parsed !== undefined && parsed.rootAttributes.size > 0) this.#rootTag(root, parsed.rootAttributes);
    else this.sink.bytes(root.open.annotation);
    this.#header(annotation, parsed);
    const place: Place = { owner: undefined, index: 0 };
    // Callers without types pass null for no objects.
    const objects = annotation.objects ?? [];
    for (let i = 0; i < objects.length; i += 1) {
      place.index = i + 1;
      this.object(objects[i]!, 'object', 1, place);
    }
    this.sink.bytes(root.end.annotation);
    this.sink.bytes(lineFeed);
  }

  #rootTag(level: XmlLevel, attributes: ReadonlyMap<string, string>): void {
    this.sink.bytes(level.margin);
    let tag = '<annotation';
    for (const [name, value] of attributes) {
      if (!name.split(':').every(isXmlName)) this.#fail(`@${name}`, 'is not a legal attribute name');
      const character = illegalCharacter(value);
      if (character !== undefined) this.#failCharacter(`@${name}`, character);
      tag += ` ${name}="${escapeAttribute(value)}"`;
    }
    this.sink.raw(`${tag}>`);
  }

  #header(annotation: ImageAnnotation, parsed: VocDocument | undefined): void {
    const isNew = parsed?.readAs === undefined;
    const level = this.#levels.at(1);
    const inner = this.#levels.at(2);
    const unknown = parsed?.unknown ?? noUnknown;
    this.#leaf(
      level.open.folder,
      closeTags.folder,
      annotation.folder ?? (isNew ? 'Images' : undefined),
      'folder',
    );
    this.#leaf(level.open.filename, closeTags.filename, annotation.fileName, 'filename');
    this.#leaf(level.open.path, closeTags.path, annotation.path, 'path');

    const database = annotation.database ?? (isNew ? 'Unknown' : undefined);
    const { sourceAnnotation, sourceImage } = annotation;
    const flickrId = parsed?.sourceFlickrId;
    if (
      database !== undefined ||
      sourceAnnotation !== undefined ||
      sourceImage !== undefined ||
      flickrId !== undefined ||
      hasWithin(unknown, 'source')
    ) {
      this.sink.bytes(level.open.source);
      this.#leaf(inner.open.database, closeTags.database, database, 'source/database');
      this.#leaf(inner.open.annotation, closeTags.annotation, sourceAnnotation, 'source/annotation');
      this.#leaf(inner.open.image, closeTags.image, sourceImage, 'source/image');
      this.#leaf(inner.open.flickrid, closeTags.flickrid, flickrId, 'source/flickrid');
      this.#unknown(unknown, 'source', inner);
      this.sink.bytes(level.end.source);
    }
    if (
      parsed?.ownerFlickrId !== undefined ||
      parsed?.ownerName !== undefined ||
      hasWithin(unknown, 'owner')
    ) {
      this.sink.bytes(level.open.owner);
      this.#leaf(inner.open.flickrid, closeTags.flickrid, parsed?.ownerFlickrId, 'owner/flickrid');
      this.#leaf(inner.open.name, closeTags.name, parsed?.ownerName, 'owner/name');
      this.#unknown(unknown, 'owner', inner);
      this.sink.bytes(level.end.owner);
    }
    this.#size(annotation, isNew, unknown);
    this.#leaf(
      level.open.segmented,
      closeTags.segmented,
      annotation.segmented ?? (isNew ? '0' : undefined),
      'segmented',
    );
    this.#leaf(level.open.mask_source, closeTags.mask_source, annotation.maskSource, 'mask_source');
    this.#unknown(unknown, '', level);
  }

  #size(annotation: ImageAnnotation, isNew: boolean, unknown: readonly UnknownMarkup[]): void {
    const { width, height } = annotation;
    const depth = annotation.depth ?? (isNew ? this.#options.defaultDepth : undefined);
    if (isNew) {
      if (width === undefined || width === null)
        this.#fail('size/width', 'is not known', 'a new file states the size of its image');
      if (height === undefined || height === null)
        this.#fail('size/height', 'is not known', 'a new file states the size of its image');
      if (depth === undefined || depth === null) {
        this.#fail('size/depth', 'is not known', 'set depth, or say that the images are RGB');
      }
    }
    if (width === undefined && height === undefined && depth === undefined && !hasWithin(unknown, 'size'))
      return;
    const level = this.#levels.at(1);
    const inner = this.#levels.at(2);
    this.sink.bytes(level.open.size);
    this.#length(inner, 'width', width);
    this.#length(inner, 'height', height);
    this.#length(inner, 'depth', depth);
    this.#unknown(unknown, 'size', inner);
    this.sink.bytes(level.end.size);
  }

  #length(level: XmlLevel, name: 'width' | 'height' | 'depth', value: number | undefined): void {
    if (value === undefined) return;
    if (!Number.isInteger(value) || value < 1)
      this.#fail(`size/${name}`, `is ${value}, not a whole number from 1`);
    this.#number(level.open[name], closeTags[name], value, `size/${name}`);
  }

  /** An `object` or `part`; parts inside it with it. */
  object(object: ImageObject, element: 'object' | 'part', depth: number, place: Place): void {
    const outer = this.#place;
    this.#place = place;
    const own = object instanceof VocObject ? object : undefined;
    // What was parsed keeps what it said; new objects say what every object must. Parts never need to.
    const fill = element === 'object' && (own === undefined || own.sourceIndex === 0);
    const { sink } = this;
    const level = this.#levels.at(depth);
    const inner = this.#levels.at(depth + 1);
    const unknown = own?.unknown ?? noUnknown;
    sink.bytes(level.open[element]);
    this.#leaf(inner.open.name, closeTags.name, object.name, 'name');
    if (object.properties.size > 0 || own?.propertiesPresent === true)
      this.properties(object, depth + 1, place);
    this.#leaf(inner.open.pose, closeTags.pose, object.pose ?? (fill ? 'Unspecified' : undefined), 'pose');
    this.#leaf(
      inner.open.truncated,
      closeTags.truncated,
      object.truncated ?? (fill ? '0' : undefined),
      'truncated',
    );
    this.#leaf(
      inner.open.difficult,
      closeTags.difficult,
      object.difficult ?? (fill ? '0' : undefined),
      'difficult',
    );
    if (object.hardCoefficient !== undefined) {
      const spelling = own?.coefficientElement ?? this.#newSpelling;
      this.#number(inner.open[spelling], closeTags[spelling], object.hardCoefficient, spelling);
    }
    this.#leaf(inner.open['hard-reasons'], closeTags['hard-reasons'], object.hardReasons, 'hard-reasons');
    this.#leaf(inner.open.mask_color, closeTags.mask_color, object.maskColor, 'mask_color');
    this.#leaf(inner.open.mask_source, closeTags.mask_source, object.maskSource, 'mask_source');
    this.#leaf(
      inner.open.occluded,
      closeTags.occluded,
      object.occluded ?? (fill ? '0' : undefined),
      'occluded',
    );
    if (object.confidence !== undefined)
      this.#number(inner.open.confidence, closeTags.confidence, object.confidence, 'confidence');
    if (object.actions !== undefined) this.actions(object.actions, unknown, depth + 1);
    if (object.attributes !== undefined) this.attributes(object.attributes, unknown, depth + 1);
    this.#unknown(unknown, '', inner, false);
    if (object.shape !== undefined) this.shape(object.shape, unknown, depth + 1);
    if (object.referencePoint !== undefined) this.shape(object.referencePoint, unknown, depth + 1);
    // A second shape was kept as markup: after the first, so that the first stays the one that counts.
    this.#unknown(unknown, '', inner, true);
    if (object.parts.length > 0) {
      const nested: Place = { owner: place, index: 0 };
      for (let i = 0; i < object.parts.length; i += 1) {
        nested.index = i + 1;
        this.object(object.parts[i]!, 'part', depth + 1, nested);
      }
    }
    sink.bytes(level.end[element]);
    this.#place = outer;
  }

  /** The `properties` element. */
  properties(object: ImageObject, depth: number, place: Place): void {
    this.#place = place;
    const { sink } = this;
    const level = this.#levels.at(depth);
    const inner = this.#levels.at(depth + 1);
    const innermost = this.#levels.at(depth + 2);
    const childForm = object instanceof VocObject ? object.childFormKeys : noNames;
    sink.bytes(level.open.properties);
    for (const [key, value] of object.properties) {
      if (isBlank(key))
        this.#fail('properties', `has the key ${quote(key)}`, 'a key of blanks is lost on reading');
      if (childForm.has(key) && isXmlName(key)) {
        sink.bytes(inner.margin);
        sink.raw(`<${key}>`);
        this.#text(value, `properties/${key}`);
        sink.raw(`</${key}>`);
      } else {
        sink.bytes(inner.open.property);
        this.#leaf(innermost.open.key, closeTags.key, key, 'properties');
        this.#leaf(innermost.open.value, closeTags.value, value, `properties/${key}`);
        sink.bytes(inner.end.property);
      }
    }
    sink.bytes(level.end.properties);
  }

  /** The `actions` element. */
  actions(actions: ReadonlyMap<string, boolean>, unknown: readonly UnknownMarkup[], depth: number): void {
    const { sink } = this;
    const level = this.#levels.at(depth);
    const inner = this.#levels.at(depth + 1);
    sink.bytes(level.open.actions);
    for (const [name, done] of actions) {
      if (!isXmlName(name)) this.#fail('actions', `holds ${quote(name)}, which is no legal element name`);
      sink.bytes(inner.margin);
      sink.raw(`<${name}>${done ? 1 : 0}</${name}>`);
    }
    this.#unknown(unknown, 'actions', inner);
    sink.bytes(level.end.actions);
  }

  /** The `attributes` element. */
  attributes(
    attributes: ReadonlyMap<string, string>,
    unknown: readonly UnknownMarkup[],
    depth: number,
  ): void {
    const { sink } = this;
    const level = this.#levels.at(depth);
    const inner = this.#levels.at(depth + 1);
    const innermost = this.#levels.at(depth + 2);
    sink.bytes(level.open.attributes);
    for (const [name, value] of attributes) {
      sink.bytes(inner.open.attribute);
      this.#leaf(innermost.open.name, closeTags.name, name, 'attributes');
      this.#leaf(innermost.open.value, closeTags.value, value, `attributes/${name}`);
      sink.bytes(inner.end.attribute);
    }
    this.#unknown(unknown, 'attributes', inner);
    sink.bytes(level.end.attributes);
  }

  /** The element of a shape; markup kept from inside it goes with it. */
  shape(shape: Shape, unknown: readonly UnknownMarkup[], depth: number): void {
    const { sink } = this;
    const level = this.#levels.at(depth);
    const inner = this.#levels.at(depth + 1);
    const { kind } = shape;
    if (!shapeNames.has(kind)) {
      this.#fail(
        'shape',
        `is of the unknown kind ${quote(String(kind))}`,
        `a shape is one of ${shapeKinds.join(', ')}`,
      );
    }
    sink.bytes(level.open[kind]);
    switch (shape.kind) {
      case 'bndbox':
        this.#number(inner.open.xmin, closeTags.xmin, shape.xmin, 'bndbox/xmin');
        this.#number(inner.open.ymin, closeTags.ymin, shape.ymin, 'bndbox/ymin');
        this.#number(inner.open.xmax, closeTags.xmax, shape.xmax, 'bndbox/xmax');
        this.#number(inner.open.ymax, closeTags.ymax, shape.ymax, 'bndbox/ymax');
        break;
      case 'point':
        this.#point(shape, inner);
        break;
      case 'line':
      case 'dashed':
        this.#number(inner.open.x1, closeTags.x1, shape.x1, `${kind}/x1`);
        this.#number(inner.open.y1, closeTags.y1, shape.y1, `${kind}/y1`);
        this.#number(inner.open.x2, closeTags.x2, shape.x2, `${kind}/x2`);
        this.#number(inner.open.y2, closeTags.y2, shape.y2, `${kind}/y2`);
        break;
      case 'circle':
        this.#number(inner.open.cx, closeTags.cx, shape.cx, 'circle/cx');
        this.#number(inner.open.cy, closeTags.cy, shape.cy, 'circle/cy');
        this.#number(inner.open.r, closeTags.r, shape.r, 'circle/r');
        break;
      case 'polygon':
      case 'polyline':
        this.#vertices(shape.kind, shape.points, inner);
        break;
    }
    if (unknown.length > 0) this.#unknown(unknown, kind, inner);
    sink.bytes(level.end[kind]);
  }

  #point(point: Point, level: XmlLevel): void {
    this.#number(level.open.x, closeTags.x, point.x, 'point/x');
    this.#number(level.open.y, closeTags.y, point.y, 'point/y');
  }

  #vertices(kind: 'polygon' | 'polyline', points: readonly number[], level: XmlLevel): void {
    const { length } = points;
    if (length === 0 || length % 2 !== 0) {
      this.#fail(kind, length === 0 ? 'has no vertex' : `has ${length} numbers, one too many or too few`);
    }
    for (let i = 0; i < length; i += 2) this.#vertex(kind, i / 2 + 1, points[i]!, points[i + 1]!, level);
  }

  #vertex(kind: string, number: number, x: number, y: number, level: XmlLevel): void {
    const { sink } = this;
    const tags = level.vertex(number);
    sink.bytes(tags.before);
    if (!sink.number(x)) this.#failNumber(`${kind}/x${number}`, x);
    sink.bytes(tags.between);
    if (!sink.number(y)) this.#failNumber(`${kind}/y${number}`, y);
    sink.bytes(tags.after);
  }

  /** @param open line break, indentation and start tag; nothing is written for an absent value. */
  #leaf(open: Buffer, close: Buffer, value: string | undefined, field: string): void {
    if (value === undefined || value === null) return;
    this.sink.bytes(open);
    this.#text(value, field);
    this.sink.bytes(close);
  }

  #text(value: string, field: string): void {
    if (typeof value !== 'string') this.#fail(field, `is a ${typeof value}, not text`);
    if (!this.sink.text(value)) this.#failCharacter(field, illegalCharacter(value)!);
  }

  #number(open: Buffer, close: Buffer, value: number, field: string): void {
    this.sink.bytes(open);
    if (!this.sink.number(value)) this.#failNumber(field, value);
    this.sink.bytes(close);
  }

  /**
   * Markup kept from a parse that stood in `within`.
   *
   * @param shapes only elements named as a shape, or only others; default both.
   */
  #unknown(unknown: readonly UnknownMarkup[], within: string, level: XmlLevel, shapes?: boolean): void {
    for (let i = 0; i < unknown.length; i += 1) {
      const markup = unknown[i]!;
      if (markup.within !== within) continue;
      if (shapes !== undefined && shapes !== shapeNames.has(markup.name.toLowerCase())) continue;
      const character = illegalCharacter(markup.xml);
      if (character !== undefined) this.#failCharacter(markup.name, character);
      this.sink.bytes(level.margin);
      this.sink.raw(markup.xml);
    }
  }

  #failNumber(field: string, value: unknown): never {
    this.#fail(field, `is ${String(value)}, not a finite number`);
  }

  #failCharacter(field: string, character: string): never {
    this.#fail(field, `contains ${character}, which XML cannot hold`, 'remove the character');
  }

  #fail(field: string, fault: string, hint?: string): never {
    const pointer = this.#place === undefined ? `/annotation/${field}` : pointerTo(this.#place, field);
    this.#place = undefined;
    throw new LabelkitError('InvalidData', `${pointer} ${fault}`, hint === undefined ? {} : { hint });
  }
}

function hasWithin(unknown: readonly UnknownMarkup[], within: string): boolean {
  return unknown.some((markup) => markup.within === within);
}
