import {
  type Annotation,
  type Diagnostic,
  type ImageObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  LabelkitError,
  noProperties,
  type Shape,
} from '../../model/index.js';
import { escapePointer } from '../../text/index.js';
import type { FormatBatch, FormatRecord, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings, shown } from '../shared/findings.js';
import { boundsOf } from '../shared/geometry.js';
import { ImagesByStem, isIgnored, isImageName } from '../shared/images.js';
import { memberOf } from '../shared/json.js';
import { type FilePlace, JsonDocument } from '../shared/json-document.js';
import { baseNameOf, stemOfName } from '../shared/names.js';
import { isAbsolute, nameOfReference } from '../shared/references.js';
import { labelmeRules } from './rules.js';
import { knownMembers, knownShapeMembers, objectFlags, type ShapeType, shapeTypes } from './types.js';

/** The samples of a folder of LabelMe files, in the order of their names; then images that no file names. */
export async function* readLabelme(source: FormatSource): AsyncGenerator<FormatBatch> {
  const files = await source.list();
  const reader = new FileReader(source, new ImagesByStem(files));
  const batch = new BatchBuilder();
  const names = files.filter(({ name }) => /\.json$/i.test(name) && !isIgnored(name)).map(({ name }) => name);
  for await (const [name, content] of source.readAll(names)) {
    if (content instanceof LabelkitError) {
      batch.fault({ diagnostics: [unreadable(source.pathOf(name), content)], name, cause: content });
    } else {
      await reader.read(name, content, batch);
      batch.read(content.length);
    }
    if (batch.isFull) yield batch.take();
  }
  for (const { name } of files) {
    if (!isImageName(name) || reader.claimed.has(name)) continue;
    const path = source.pathOf(name);
    batch.record({ sample: { source: path, annotations: [] }, file: path, key: stemOfName(name) });
    if (batch.isFull) yield batch.take();
  }
  if (!batch.isEmpty) yield batch.take();
}

function unreadable(file: string, { message, hint }: LabelkitError): Diagnostic {
  return { rule: 'D053', severity: 'error', message, ...(hint === undefined ? {} : { hint }), file };
}

class FileReader {
  /** Images that a file names, by name. */
  readonly claimed = new Set<string>();
  readonly #source: FormatSource;
  readonly #images: ImagesByStem;
  readonly #findings: Findings;
  /** Of the file that is being read. */
  #name = '';
  #document: JsonDocument | undefined;
  #found: Diagnostic[] = [];

  constructor(source: FormatSource, images: ImagesByStem) {
    this.#source = source;
    this.#images = images;
    this.#findings = new Findings(labelmeRules, source);
  }

  async read(name: string, bytes: Buffer, batch: BatchBuilder): Promise<void> {
    this.#name = name;
    this.#found = [];
    const record = await this.#record(JsonDocument.parse(bytes));
    if (record === undefined || this.#found.some(({ severity }) => severity === 'error')) {
      // The image that stands beside a faulty file is no image without labels.
      const beside = this.#images.find(stemOfName(name));
      if (beside !== undefined) this.claimed.add(beside);
      batch.fault({ diagnostics: this.#found, raw: bytes, name });
      return;
    }
    for (const diagnostic of this.#found) batch.finding(diagnostic);
    batch.record(record);
  }

  #note(id: string, message: string, pointer?: string, hint?: string): void {
    this.#noteAt(
      id,
      message,
      pointer === undefined ? undefined : this.#document!.placeOf(pointer),
      hint,
      pointer,
    );
  }

  #noteAt(id: string, message: string, place?: FilePlace, hint?: string, pointer?: string): void {
    const diagnostic = this.#findings.of(id, message, {
      file: this.#source.pathOf(this.#name),
      ...place,
      ...(pointer === undefined ? {} : { pointer }),
      ...(hint === undefined ? {} : { hint }),
    });
    if (diagnostic !== undefined) this.#found.push(diagnostic);
  }

  async #record(document: ReturnType<typeof JsonDocument.parse>): Promise<FormatRecord | undefined> {
    if (!(document instanceof JsonDocument)) {
      this.#noteAt('N044', document.message, document.place, document.hint);
      return undefined;
    }
    this.#document = document;
    const { value } = document;
    const shapes = isJsonObject(value) ? memberOf(value, 'shapes') : undefined;
    if (!isJsonObject(value) || !Array.isArray(shapes)) {
      const message = isJsonObject(value)
        ? 'the file has no list of shapes'
        : 'the file is not a JSON object';
      this.#note('N044', message, '');
      return undefined;
    }
    const image = await this.#imageOf(value);
    if (image === undefined) return undefined;
    const size = await this.#sizeOf(value, image);
    const objects = shapes.flatMap((shape, index) => this.#shape(shape, `/shapes/${index}`));
    const flags = this.#flags(memberOf(value, 'flags'), '/flags');
    if (typeof memberOf(value, 'imageData') === 'string')
      this.#note('N048', 'the image inside the file is not read', '/imageData');
    for (const key of Object.keys(value))
      if (!knownMembers.has(key)) this.#leftOut(value, key, '', 'the file');
    const annotations: Annotation[] = flags.map((name) => ({
      type: 'modelarts/image_classification',
      task: 'image_classification',
      name,
    }));
    // A file of flags alone classifies its image; one with nothing in it says that there are no objects.
    if (objects.length > 0 || annotations.length === 0) {
      annotations.push({
        type: 'modelarts/object_detection',
        task: 'object_detection',
        image: { ...size, objects },
      });
    }
    const file = this.#source.pathOf(this.#name);
    return { sample: { source: image, annotations }, file, key: stemOfName(this.#name) };
  }

  /** The source of the image that the file is about. */
  async #imageOf(value: JsonObject): Promise<string | undefined> {
    const stored = memberOf(value, 'imagePath');
    const stem = stemOfName(this.#name);
    if (typeof stored !== 'string' || stored === '') {
      const beside = this.#images.find(stem);
      const message = `imagePath is ${stored === undefined ? 'missing' : shown(stored)}`;
      const pointer = stored === undefined ? '' : '/imagePath';
      if (beside === undefined) {
        this.#note('N044', `${message}, and no image has the name of the file`, pointer);
        return undefined;
      }
      this.#note('N042', `${message}; ${beside} is taken, which has the name of the file`, pointer);
      return this.#claim(beside);
    }
    const isForeign = isAbsolute(stored);
    const name = nameOfReference(this.#name, stored);
    if (isForeign && /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(stored)) return stored;
    if (!isForeign && name.startsWith('../')) return this.#source.pathOf(name);
    if (!isForeign && (await this.#source.has(name))) return this.#claim(name);
    const beside = nameOfReference(this.#name, baseNameOf(stored));
    if (await this.#source.has(beside)) {
      this.#note(
        'N042',
        `${stored} is not there; ${beside} is taken, which is beside the file`,
        '/imagePath',
      );
      return this.#claim(beside);
    }
    this.#note('N042', `${stored} is not there`, '/imagePath');
    return isForeign ? stored : this.#source.pathOf(name);
  }

  #claim(name: string): string {
    this.claimed.add(name);
    return this.#source.pathOf(name);
  }

  async #sizeOf(value: JsonObject, image: string): Promise<{ width?: number; height?: number }> {
    const [width, height] = [memberOf(value, 'imageWidth'), memberOf(value, 'imageHeight')];
    if (isSize(width) && isSize(height)) return { width, height };
    for await (const [, size] of this.#source.imageSizes([image])) {
      if (!('problem' in size)) return { width: size.width, height: size.height };
      const [key, stored] = isSize(width) ? ['imageHeight', height] : ['imageWidth', width];
      const pointer = stored === undefined ? '' : `/${key}`;
      const what = stored === undefined ? 'missing' : shown(stored);
      this.#note('N049', `${key} is ${what}, and the image does not say: ${size.message}`, pointer);
    }
    return {};
  }

  #shape(stored: JsonValue, pointer: string): ImageObject[] {
    if (!isJsonObject(stored)) {
      this.#note('N045', `a shape is ${shown(stored)}, not an object`, pointer);
      return [];
    }
    const label = memberOf(stored, 'label');
    if (typeof label !== 'string' || label === '') {
      const at = label === undefined ? pointer : `${pointer}/label`;
      this.#note('N045', `the label of a shape is ${label === undefined ? 'missing' : shown(label)}`, at);
      return [];
    }
    const type = this.#typeOf(stored, pointer);
    const points = type === undefined ? undefined : this.#points(stored, pointer);
    if (type === undefined || points === undefined) return [];
    const shapes = this.#shapesOf(type, points, label, pointer);
    const said = this.#said(stored, pointer);
    return shapes.map((shape) => ({ name: label, ...said, shape, parts: [] }));
  }

  #typeOf(shape: JsonObject, pointer: string): ShapeType | undefined {
    const stored = memberOf(shape, 'shape_type') ?? 'polygon';
    const type = shapeTypes.find((known) => known === stored);
    if (type === undefined) {
      const hint = `kinds that are read: ${shapeTypes.join(', ')}`;
      this.#note('N041', `shape_type is ${shown(stored)}`, `${pointer}/shape_type`, hint);
    }
    return type;
  }

  /** x1, y1, x2, y2, … */
  #points(shape: JsonObject, pointer: string): number[] | undefined {
    const stored = memberOf(shape, 'points');
    if (!Array.isArray(stored)) {
      this.#note(
        'N045',
        'a shape has no list of points',
        stored === undefined ? pointer : `${pointer}/points`,
      );
      return undefined;
    }
    const points: number[] = [];
    for (const [index, point] of stored.entries()) {
      const isPair = Array.isArray(point) && point.length === 2;
      const [x, y] = isPair ? point : [];
      if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) {
        this.#note('N045', `a point is ${shown(point)}, not two numbers`, `${pointer}/points/${index}`);
        return undefined;
      }
      points.push(x, y);
    }
    return points;
  }

  /** None when the number of points is wrong; several of a list of points. */
  #shapesOf(type: ShapeType, points: readonly number[], label: string, pointer: string): Shape[] {
    const count = points.length / 2;
    const [x1, y1, x2, y2] = points as readonly [number, number, number, number];
    const wrong = (wanted: string): Shape[] => {
      this.#note(
        'N040',
        `the ${type} ${shown(label)} has ${count} points, not ${wanted}`,
        `${pointer}/points`,
      );
      return [];
    };
    switch (type) {
      case 'rectangle': {
        const box = count === 2 || isUpright(points) ? boundsOf(points) : undefined;
        if (box === undefined) return wrong('2');
        if (box.xmin === box.xmax || box.ymin === box.ymax)
          this.#note('N043', `the rectangle ${shown(label)} has no area`, `${pointer}/points`);
        return [box];
      }
      case 'polygon':
        return count < 3 ? wrong('3 or more') : [{ kind: 'polygon', points }];
      case 'circle': {
        if (count !== 2) return wrong('2');
        const r = Math.hypot(x2 - x1, y2 - y1);
        if (r === 0) this.#note('N043', `the circle ${shown(label)} has no area`, `${pointer}/points`);
        return [{ kind: 'circle', cx: x1, cy: y1, r }];
      }
      case 'line':
        return count === 2 ? [{ kind: 'line', x1, y1, x2, y2 }] : wrong('2');
      case 'linestrip':
        return count < 2 ? wrong('2 or more') : [{ kind: 'polyline', points }];
      case 'point':
        return count === 1 ? [{ kind: 'point', x: x1, y: y1 }] : wrong('1');
      case 'points':
        if (count === 0) return wrong('1 or more');
        return Array.from({ length: count }, (_, at) => ({
          kind: 'point',
          x: points[2 * at]!,
          y: points[2 * at + 1]!,
        }));
      case 'mask': {
        const box = count === 2 ? boundsOf(points) : undefined;
        if (box === undefined) return wrong('2');
        this.#note('N046', `the mask ${shown(label)} is read as its box`, pointer);
        return [box];
      }
    }
  }

  /** What a shape says beside its label and its points. */
  #said(shape: JsonObject, pointer: string): Pick<ImageObject, 'properties' | (typeof objectFlags)[number]> {
    const properties = new Map<string, string>();
    const flags: { difficult?: string; truncated?: string; occluded?: string } = {};
    const group = memberOf(shape, 'group_id');
    const description = memberOf(shape, 'description');
    if (typeof group === 'number' || (typeof group === 'string' && group !== ''))
      properties.set('group_id', String(group));
    if (typeof description === 'string' && description !== '') properties.set('description', description);
    for (const key of this.#flags(memberOf(shape, 'flags'), `${pointer}/flags`)) {
      const field = objectFlags.find((flag) => flag === key);
      if (field === undefined) properties.set(key, 'true');
      else flags[field] = '1';
    }
    for (const key of Object.keys(shape))
      if (!knownShapeMembers.has(key)) this.#leftOut(shape, key, pointer, 'a shape');
    return { properties: properties.size === 0 ? noProperties : properties, ...flags };
  }

  /** The names of the flags that are set. */
  #flags(stored: JsonValue | undefined, pointer: string): string[] {
    if (stored === undefined || stored === null) return [];
    if (!isJsonObject(stored)) {
      this.#note('N047', `flags is ${shown(stored)}, not an object`, pointer);
      return [];
    }
    return Object.keys(stored).filter((key) => {
      const value = stored[key];
      if (typeof value !== 'boolean')
        this.#note('N047', `the flag ${shown(key)} is ${shown(value)}`, `${pointer}/${escapePointer(key)}`);
      return value === true && key !== '';
    });
  }

  /** A member that has no place here; one that holds nothing is none. */
  #leftOut(object: JsonObject, key: string, pointer: string, where: string): void {
    const value = object[key];
    const isNothing =
      value === null ||
      value === '' ||
      value === false ||
      (typeof value === 'object' && Object.keys(value).length === 0);
    if (isNothing) return;
    this.#note('N047', `${where} has the member ${shown(key)}`, `${pointer}/${escapePointer(key)}`);
  }
}

function isSize(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

/** Four corners of a box whose sides are parallel to the axes, as some programs write a rectangle. */
function isUpright(points: readonly number[]): boolean {
  if (points.length !== 8) return false;
  const xs = new Set(points.filter((_, at) => at % 2 === 0));
  const ys = new Set(points.filter((_, at) => at % 2 === 1));
  const corners = new Set([0, 2, 4, 6].map((at) => `${points[at]} ${points[at + 1]}`));
  return xs.size <= 2 && ys.size <= 2 && corners.size === xs.size * ys.size;
}
