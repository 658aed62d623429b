import { type BndBox, type Diagnostic, flagOf, type ImageObject } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { csvCell } from '../shared/csv.js';
import { countLosses, type LossName } from '../shared/losses.js';
import { baseNameOf, extensionOf, keyOf, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { folderOfUsage, isNoImage, objectsOf, rectangleOf, refuseAppend } from '../shared/tree-rows.js';
import { columns, flagColumns, openImagesCarries, title } from './types.js';

/** Names of subsets, in box files and of the folders of images, by usage. */
const subsets: Readonly<Record<string, string>> = { TRAIN: 'train', EVAL: 'validation', TEST: 'test' };

/** Objects' properties are counted one by one: four of them have a column. */
const counted: ReadonlySet<LossName> = new Set<LossName>([
  ...openImagesCarries,
  'object-property',
  'unlabelled-image',
]);

/** A box beyond its image by more than this many pixels is reported. */
const tolerance = 1;

/**
 * Writes a file of boxes for each usage, the names of the classes, and the images where they are copied or linked.
 *
 * @throws OptionError for appending
 */
export function writeOpenImages(sink: FormatSink): FormatWriter {
  refuseAppend(sink, title);
  return new BoxFilesWriter(sink);
}

class BoxFilesWriter implements FormatWriter {
  private readonly classes: ClassTable;
  private readonly ids: NameTable;
  private readonly begun = new Set<string>();

  constructor(private readonly sink: FormatSink) {
    this.classes = new ClassTable(sink.classes);
    this.ids = new NameTable(sink);
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    if (isNoImage(row, sink)) return 'skipped';
    const objects = objectsOf(row) ?? [];
    const boxes = await this.boxesOf(row, objects);
    if ('faults' in boxes) return boxes.faults;
    if (boxes.list.length === 0 && sink.images === 'reference') {
      // Neither an image nor a row would say that it is there.
      sink.lose(row, 'unlabelled-image');
      return 'skipped';
    }
    const id = this.ids.take(row, baseNameOf(keyOf(row)));
    if (typeof id !== 'string') return [id];
    const subset = folderOfUsage(row, sink, subsets, '')!;
    if (sink.images !== 'reference') {
      const folder = subset === '' ? 'images' : subset;
      const problem = await sink.image(row, `${folder}/${id}${extensionOf(row.sample.source)}`);
      if (problem !== undefined) return [problem];
    }
    const file = `${subset === '' ? '' : `${subset}-`}annotations-bbox.csv`;
    for (const { object, cells } of boxes.list) this.line(file, [id, ...cellsOf(object, cells)]);
    this.loseProperties(row);
    countLosses(sink, row, counted);
    return 'written';
  }

  end(): void {
    const { sink, classes } = this;
    if (this.begun.size === 0) this.begin('annotations-bbox.csv');
    const rows = classes.names.map((name, id) => `${codeOf(id)},${csvCell(name)}\n`);
    sink.add('class-descriptions-boxable.csv', rows.join(''));
    if (sink.images !== 'reference') return;
    sink.report({
      rule: 'N132',
      severity: 'warning',
      message: 'the boxes are written as shares of images that are not beside them',
      hint: 'Say --images copy or --images link (option images): without images nobody can make pixels of them.',
      file: sink.path,
    });
  }

  /** The boxes of a row as shares of its image, or why they cannot be written. */
  private async boxesOf(
    row: WriteRow,
    objects: readonly { readonly object: ImageObject; readonly pointer: string }[],
  ): Promise<
    | { readonly list: readonly { readonly object: ImageObject; readonly cells: BoxCells }[] }
    | { readonly faults: readonly Diagnostic[] }
  > {
    const list: { object: ImageObject; cells: BoxCells }[] = [];
    const faults: Diagnostic[] = [];
    let size: { readonly width: number; readonly height: number } | undefined;
    for (const { object, pointer } of objects) {
      const { name, shape } = object;
      if (name === undefined || name === '' || shape === undefined) continue;
      if (shape.kind !== 'bndbox' && this.sink.options['shapes'] !== 'bbox') {
        faults.push({
          rule: 'N138',
          severity: 'error',
          message: `a ${shape.kind} cannot be written as a box`,
          hint: 'Accept rectangles with --to-option shapes=bbox.',
          ...placeOf(row),
          pointer,
        });
        continue;
      }
      const box = rectangleOf(shape);
      if (box === undefined) {
        // Other shapes than boxes are counted as lost anyway.
        if (shape.kind === 'bndbox') this.sink.lose(row, 'shape-bndbox', pointer);
        continue;
      }
      const id = this.classes.take(name, row, pointer);
      if (typeof id !== 'number') {
        faults.push(id);
        continue;
      }
      size ??= await this.sizeOf(row, faults);
      if (size === undefined) return { faults };
      const shares = this.sharesOf(box, size, row, pointer);
      if (shares !== undefined) list.push({ object, cells: { code: codeOf(id), shares } });
    }
    return faults.length > 0 ? { faults } : { list };
  }

  private async sizeOf(
    row: WriteRow,
    faults: Diagnostic[],
  ): Promise<{ readonly width: number; readonly height: number } | undefined> {
    for (const { width, height } of row.images.values())
      if (width !== undefined && height !== undefined && width > 0 && height > 0) return { width, height };
    const size = await this.sink.imageSize(row);
    if (!('problem' in size)) return size;
    faults.push({
      rule: 'N132',
      severity: 'error',
      message: `the size of the image is not known: ${size.message}`,
      hint: 'Put the image where the data says it is.',
      ...placeOf(row),
    });
    return undefined;
  }

  /** XMin, XMax, YMin and YMax; undefined when nothing of the box is in the image. */
  private sharesOf(
    { xmin, ymin, xmax, ymax }: BndBox,
    { width, height }: { readonly width: number; readonly height: number },
    row: WriteRow,
    pointer: string,
  ): readonly number[] | undefined {
    const beyond = Math.max(-xmin, -ymin, xmax - width, ymax - height);
    const left = Math.max(0, xmin) / width;
    const right = Math.min(width, xmax) / width;
    const top = Math.max(0, ymin) / height;
    const bottom = Math.min(height, ymax) / height;
    const isThere = right > left && bottom > top;
    if (beyond > tolerance || !isThere) {
      const what = isThere ? 'is cut off at the border of the image' : 'is outside the image, and left out';
      this.sink.report({
        rule: 'N139',
        severity: 'warning',
        message: `the box ${xmin},${ymin},${xmax},${ymax} ${what}`,
        ...placeOf(row),
        pointer,
      });
    }
    if (isThere) return [left, right, top, bottom];
    this.sink.lose(row, 'shape-bndbox', pointer);
    return undefined;
  }

  private loseProperties(row: WriteRow): void {
    for (const { object, pointer } of objectsOf(row) ?? []) {
      const kept = [...object.properties].every(
        ([key, value]) =>
          key === 'source' || (value === '1' && flagColumns.some(([, property]) => property === key)),
      );
      const isLost = !kept || (object.attributes !== undefined && object.attributes.size > 0);
      if (isLost) this.sink.lose(row, 'object-property', `${pointer}/properties`);
    }
  }

  private begin(file: string): void {
    if (this.begun.has(file)) return;
    this.begun.add(file);
    this.sink.lengthen(file, `${columns.join(',')}\n`);
  }

  private line(file: string, cells: readonly string[]): void {
    this.begin(file);
    this.sink.lengthen(file, `${cells.map((cell) => csvCell(cell)).join(',')}\n`);
  }
}

interface BoxCells {
  readonly code: string;
  /** XMin, XMax, YMin, YMax. */
  readonly shares: readonly number[];
}

/** Codes of classes look as the published ones do: `/m/01g317`. */
function codeOf(id: number): string {
  return `/c/${id + 1}`;
}

/** Cells from Source on. */
function cellsOf(object: ImageObject, { code, shares }: BoxCells): string[] {
  const { properties, confidence, occluded, truncated } = object;
  const flag = (text: string | undefined) => {
    const value = flagOf(text);
    return value === undefined ? '-1' : value ? '1' : '0';
  };
  return [
    properties.get('source') ?? '',
    code,
    confidence === undefined ? '' : String(confidence),
    ...shares.map(shareText),
    flag(occluded),
    flag(truncated),
    ...flagColumns.map(([, property]) => (properties.get(property) === '1' ? '1' : '0')),
  ];
}

/** In plain decimals, with enough of them for any pixel to come back. */
function shareText(share: number): string {
  return share.toFixed(15).replace(/\.?0+$/, '');
}
