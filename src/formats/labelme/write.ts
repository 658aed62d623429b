import type { Diagnostic, ImageObject, JsonObject, JsonValue, Shape } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { neat } from '../shared/geometry.js';
import { setMember } from '../shared/json.js';
import { countLosses, everyObject, type Loss, type LossName, sampleKind } from '../shared/losses.js';
import { baseNameOf, extensionOf, keyOf, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { isAbsolute } from '../shared/references.js';
import { objectFlags } from './types.js';

/** What a file can hold in some form; the rest of what is lost is counted where it is met. */
const carriedInAnyForm: ReadonlySet<LossName> = new Set([
  'image-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  ...everyObject,
  'object-property',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'image-size',
  'unlabelled-image',
]);

/** Writes one file for each image; images that are copied or linked stand beside them. */
export function writeLabelme(sink: FormatSink): FormatWriter {
  const writer = new FileWriter(sink);
  return { add: (row) => writer.add(row), end: () => undefined };
}

class FileWriter {
  readonly #sink: FormatSink;
  readonly #names: NameTable;
  readonly #classes: ClassTable;
  readonly #version: string;

  constructor(sink: FormatSink) {
    const { version } = sink.options;
    this.#sink = sink;
    this.#names = new NameTable(sink, (name) => sink.has(name));
    this.#classes = new ClassTable(sink.classes);
    this.#version = typeof version === 'string' ? version : '5.0.0';
  }

  async add(row: WriteRow): Promise<Written> {
    const kind = sampleKind(row.sample);
    if (kind !== 'image-sample') {
      this.#sink.lose(row, kind);
      return 'skipped';
    }
    const file: File = { row, faults: [], losses: [] };
    const flags = this.#imageFlags(file);
    const shapes = this.#shapes(file);
    if (file.faults.length > 0) return file.faults;
    // Flags alone are a classified image: that it was searched for objects in vain goes unsaid.
    if (shapes.length === 0 && Object.keys(flags).length > 0 && row.images.size > 0)
      file.losses.push({ feature: 'unlabelled-image', pointer: '/annotation' });
    const name = this.#names.take(row, keyOf(row), '.json');
    if (typeof name !== 'string') return [name];
    const imagePath = await this.#placeImage(row, name);
    if (typeof imagePath !== 'string') return [imagePath];
    const size = await this.#sizeOf(row);
    countLosses(this.#sink, row, carriedInAnyForm);
    for (const { feature, pointer } of file.losses) this.#sink.lose(row, feature, pointer);
    const content = { version: this.#version, flags, shapes, imagePath, imageData: null, ...size };
    this.#sink.add(name, `${JSON.stringify(content, null, 2)}\n`);
    return 'written';
  }

  /** The way from the file to its image. */
  async #placeImage(row: WriteRow, name: string): Promise<string | Diagnostic> {
    const { source } = row.sample;
    if (this.#sink.images === 'reference') {
      const reference = this.#sink.referenceTo(source);
      return isAbsolute(reference) ? reference : '../'.repeat(name.split('/').length - 1) + reference;
    }
    const image = name.slice(0, -'.json'.length) + extensionOf(source);
    const problem = await this.#sink.image(row, image);
    return problem ?? baseNameOf(image);
  }

  async #sizeOf(row: WriteRow): Promise<{ imageHeight: number | null; imageWidth: number | null }> {
    for (const { width, height } of row.images.values()) {
      if (width !== undefined && height !== undefined) return { imageHeight: height, imageWidth: width };
    }
    const size = await this.#sink.imageSize(row);
    if (!('problem' in size)) return { imageHeight: size.height, imageWidth: size.width };
    this.#sink.report({
      rule: 'N049',
      severity: 'warning',
      message: `imageWidth and imageHeight are null, since the size of the image is not known: ${size.message}`,
      ...placeOf(row),
    });
    return { imageHeight: null, imageWidth: null };
  }

  #imageFlags(file: File): JsonObject {
    const flags: JsonObject = {};
    for (const [index, { task, name }] of file.row.sample.annotations.entries()) {
      if (task !== 'image_classification') continue;
      const pointer = `/annotation/${index}`;
      if (name === undefined || name === '') file.losses.push({ feature: 'object-without-label', pointer });
      else if (this.#isClass(file, name, `${pointer}/name`)) setMember(flags, name, true);
    }
    return flags;
  }

  #shapes(file: File): JsonObject[] {
    const shapes: JsonObject[] = [];
    for (const [index, { objects }] of file.row.images) {
      for (const [at, object] of objects.entries()) {
        const shape = this.#shape(file, object, `/annotation/${index}/image/objects/${at}`);
        if (shape !== undefined) shapes.push(shape);
      }
    }
    return shapes;
  }

  #shape(file: File, object: ImageObject, pointer: string): JsonObject | undefined {
    const { name, shape } = object;
    if (name === undefined || name === '') {
      file.losses.push({ feature: 'object-without-label', pointer });
      return undefined;
    }
    if (shape === undefined) {
      file.losses.push({ feature: 'object-without-shape', pointer });
      return undefined;
    }
    const drawn = drawnAs(shape);
    if (drawn === undefined) file.losses.push({ feature: 'object-without-shape', pointer });
    else if (shape.kind === 'dashed') file.losses.push({ feature: 'shape-dashed', pointer });
    if (drawn === undefined || !this.#isClass(file, name, `${pointer}/name`)) return undefined;
    const { group_id, description, flags } = said(file, object, pointer);
    return {
      label: name,
      points: drawn.points,
      group_id,
      description,
      shape_type: drawn.type,
      flags,
      mask: null,
    };
  }

  #isClass({ row, faults }: File, name: string, pointer: string): boolean {
    if (!this.#classes.isFixed) return true;
    const id = this.#classes.take(name, row, pointer);
    if (typeof id === 'number') return true;
    faults.push(id);
    return false;
  }
}

/** A file on its way. */
interface File {
  readonly row: WriteRow;
  readonly faults: Diagnostic[];
  /** Counted when the file is written. */
  readonly losses: Loss[];
}

/** Type and points of a shape; undefined when it has too few for one. */
function drawnAs(shape: Shape): { readonly type: string; readonly points: number[][] } | undefined {
  switch (shape.kind) {
    case 'bndbox':
      return {
        type: 'rectangle',
        points: [
          [shape.xmin, shape.ymin],
          [shape.xmax, shape.ymax],
        ],
      };
    case 'polygon':
      return shape.points.length < 6 ? undefined : { type: 'polygon', points: pairs(shape.points) };
    case 'polyline':
      return shape.points.length < 4 ? undefined : { type: 'linestrip', points: pairs(shape.points) };
    case 'circle':
      return {
        type: 'circle',
        points: [
          [shape.cx, shape.cy],
          [neat(shape.cx + shape.r), shape.cy],
        ],
      };
    case 'line':
    case 'dashed':
      return {
        type: 'line',
        points: [
          [shape.x1, shape.y1],
          [shape.x2, shape.y2],
        ],
      };
    case 'point':
      return { type: 'point', points: [[shape.x, shape.y]] };
  }
}

function pairs(points: readonly number[]): number[][] {
  return Array.from({ length: points.length >> 1 }, (_, at) => [points[2 * at]!, points[2 * at + 1]!]);
}

/** Properties and flags of an object, as far as a shape has members for them. */
function said({ losses }: File, object: ImageObject, pointer: string) {
  let group_id: JsonValue = null;
  let description = '';
  const flags: JsonObject = {};
  for (const flag of objectFlags) {
    const value = object[flag];
    if (value === '1' || value === 'true' || value === 'True') flags[flag] = true;
    else if (value !== undefined && value !== '' && !/^(?:0|false)$/i.test(value))
      losses.push({ feature: 'object-property', pointer: `${pointer}/${flag}` });
  }
  for (const [key, value] of object.properties) {
    if (key === 'group_id' && /^(?:0|-?[1-9]\d{0,14})$/.test(value)) group_id = Number(value);
    else if (key === 'group_id' && value !== '') group_id = value;
    else if (key === 'description') description = value;
    else if (value === 'true' && key !== '' && !objectFlags.some((flag) => flag === key))
      setMember(flags, key, true);
    else losses.push({ feature: 'object-property', pointer: `${pointer}/properties` });
  }
  if (object.attributes !== undefined && object.attributes.size > 0)
    losses.push({ feature: 'object-property', pointer: `${pointer}/attributes` });
  return { group_id, description, flags };
}
