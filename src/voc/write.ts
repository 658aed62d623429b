import { LabelkitError, OptionError } from '../model/errors.js';
import type { ImageAnnotation, ImageObject } from '../model/image.js';
import type { Shape } from '../model/shape.js';
import { VocDocument, VocObject } from './document.js';
import { type EmitOptions, VocEmitter } from './emit.js';
import { parseVoc } from './parse.js';
import { type ImageBounds, roundShape } from './rounding.js';
import { sameDocument } from './same.js';
import { updateVoc } from './update.js';
import { openXml } from './xml-source.js';

/** How annotations are written. */
export interface VocWriteOptions {
  /**
   * Write a document that still has its source as it was, changing only what it differs in. Default true; with
   * false every document is laid out anew.
   */
  readonly preserve?: boolean;
  /** `sdk`: the hard coefficient of new objects is spelt `difficult-coefficient`, as the Python SDK does. */
  readonly compat?: 'sdk';
  /** Repeat the first vertex of each polygon at its end. Default false. */
  readonly closeRing?: boolean;
  /** Write whole numbers only, rounded as {@link roundShape} does. Default false. */
  readonly integers?: boolean;
  /** Leave out `path`, which tells where the file was on the labelling machine. Default false. */
  readonly dropPath?: boolean;
  /** The images are RGB, so a new file that does not say has depth 3. Default false: depth is required. */
  readonly rgb?: boolean;
}

/** The part of the options that the emitter takes. */
export function emitOptions(options: VocWriteOptions): EmitOptions {
  if (options.compat !== undefined && options.compat !== 'sdk') {
    throw new OptionError(`compat is ${JSON.stringify(options.compat)}`, { hint: 'the one value is "sdk"' });
  }
  return { sdkSpelling: options.compat === 'sdk', defaultDepth: options.rgb === true ? 3 : undefined };
}

/**
 * Writes many annotations, one after the other, through one buffer.
 *
 * Nothing is changed in what is handed in. All that can be wrong is found before a byte is handed out.
 */
export class VocWriter {
  readonly #options: VocWriteOptions;
  readonly #emitOptions: EmitOptions;
  readonly #emitter: VocEmitter;
  readonly #reshapes: boolean;
  #changedValues = 0;

  /** @throws OptionError for an unknown `compat`. */
  constructor(options: VocWriteOptions = {}) {
    this.#options = options;
    this.#emitOptions = emitOptions(options);
    this.#emitter = new VocEmitter(this.#emitOptions);
    this.#reshapes = options.integers === true || options.closeRing === true || options.dropPath === true;
  }

  /** How many coordinates `integers` has changed so far. */
  get changedValues(): number {
    return this.#changedValues;
  }

  /**
   * The file as bytes: UTF-8 for new documents, the encoding of the source for documents that have one. They
   * are valid until the next call; copy them to keep them.
   *
   * @throws LabelkitError `InvalidData`, naming the field, when the annotation cannot be written: a new file
   *   without width, height or depth; a character that XML cannot hold; a number that is not finite; an unknown
   *   shape. `Unsupported` when a change does not fit into the encoding of the source.
   */
  write(annotation: ImageAnnotation): Uint8Array {
    const ready = this.#reshapes ? this.#reshape(annotation) : annotation;
    if (ready instanceof VocDocument && ready.source !== undefined && this.#options.preserve !== false) {
      const kept = preserved(ready, ready.source, this.#emitOptions);
      if (typeof kept === 'string') return Buffer.from(kept, 'utf8');
      if (kept !== undefined) return kept;
    }
    this.#emitter.sink.clear();
    this.#emitter.document(ready);
    return this.#emitter.sink.view();
  }

  /** The file as text; see {@link formatVoc}. */
  format(annotation: ImageAnnotation): string {
    const ready = this.#reshapes ? this.#reshape(annotation) : annotation;
    if (ready instanceof VocDocument && ready.source !== undefined && this.#options.preserve !== false) {
      const kept = preserved(ready, ready.source, this.#emitOptions);
      if (kept !== undefined) return typeof kept === 'string' ? kept : openXml(kept).text;
    }
    this.#emitter.sink.clear();
    this.#emitter.document(ready);
    return this.#emitter.sink.toString();
  }

  /** The annotation as the options want it: another one when that differs. */
  #reshape(annotation: ImageAnnotation): ImageAnnotation {
    const { integers, closeRing, dropPath } = this.#options;
    const bounds: ImageBounds = { width: annotation.width, height: annotation.height };
    const change = (shape: Shape): Shape => {
      let changed = shape;
      if (integers === true) {
        const rounded = roundShape(changed, bounds);
        this.#changedValues += rounded.changed;
        changed = rounded.shape;
      }
      return closeRing === true ? closed(changed) : changed;
    };
    const objects = (annotation.objects ?? []).map((object) => withShapes(object, change));
    const path = dropPath === true ? undefined : annotation.path;
    return annotation instanceof VocDocument
      ? Object.assign(new VocDocument(), annotation, { objects, path })
      : { ...annotation, objects, path };
  }
}

/** The object with each shape in it replaced. */
function withShapes(object: ImageObject, change: (shape: Shape) => Shape): ImageObject {
  const shape = object.shape === undefined ? undefined : change(object.shape);
  const referencePoint = object.referencePoint === undefined ? undefined : change(object.referencePoint);
  const parts = object.parts.map((part) => withShapes(part, change));
  return object instanceof VocObject
    ? Object.assign(new VocObject(), object, { shape, referencePoint, parts })
    : ({ ...object, shape, referencePoint, parts } as ImageObject);
}

/** A polygon whose last vertex is its first. */
function closed(shape: Shape): Shape {
  if (shape.kind !== 'polygon') return shape;
  const { points } = shape;
  const { length } = points;
  if (length < 4 || (points[0] === points[length - 2] && points[1] === points[length - 1])) return shape;
  return { kind: 'polygon', points: [...points, points[0]!, points[1]!] };
}

/** The source of a document with the document's changes; undefined when it has to be laid out anew. */
function preserved(
  document: VocDocument,
  source: Uint8Array | string,
  options: EmitOptions,
): Uint8Array | string | undefined {
  const mode = document.readAs ?? 'lenient';
  const { document: original } = parseVoc(source, { mode, keepSource: false });
  if (original === undefined) {
    throw new LabelkitError('InvalidData', 'the source of the document is not what it was parsed from', {
      hint: 'set source to undefined to have the document laid out anew',
    });
  }
  return sameDocument(original, document) ? source : updateVoc(source, original, document, options);
}

/**
 * One annotation as the text of a file in the canonical layout: 4 blanks per level, LF, a final LF. A document
 * that still has its source gives that, changed only where the document is (text of any encoding decoded).
 *
 * New documents get folder `Images`, database `Unknown` and segmented `0` where they do not say, new objects
 * pose `Unspecified` and truncated, difficult and occluded `0`; nothing is added to what was parsed. What a
 * parse could make no value of (an empty `pose`, a box with `12px` in it) is only in the source: a document
 * without its source is written without it.
 *
 * @throws LabelkitError as {@link VocWriter.write} does.
 */
export function formatVoc(annotation: ImageAnnotation, options: VocWriteOptions = {}): string {
  return new VocWriter(options).format(annotation);
}

/** The same as the bytes of a file, which keep the encoding of the source. */
export function encodeVoc(annotation: ImageAnnotation, options: VocWriteOptions = {}): Uint8Array {
  return new VocWriter(options).write(annotation);
}
