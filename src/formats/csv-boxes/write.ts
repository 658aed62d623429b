import type { Diagnostic, ImageObject } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { unmappedLabel } from '../shared/classes.js';
import { csvCell } from '../shared/csv.js';
import { neat } from '../shared/geometry.js';
import { countLosses } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { isNoImage, objectsOf, rectangleOf, refuseAppend } from '../shared/tree-rows.js';
import { csvBoxesCarries } from './carries.js';
import { separatorOf } from './separator.js';
import { type Field, fields } from './types.js';

/** The sides of a box follow from its corners. */
const written: readonly Field[] = fields.filter((field) => field !== 'width' && field !== 'height');

/**
 * Writes a header and a row for each box; images without boxes have a row of their own.
 *
 * @throws OptionError for appending, and for a separator that is none
 */
export function writeCsvBoxes(sink: FormatSink): FormatWriter {
  refuseAppend(sink, 'a CSV file of boxes');
  return new BoxWriter(sink, separatorOf(sink.options));
}

class BoxWriter implements FormatWriter {
  private hasHeader = false;
  private readonly names: NameTable;

  constructor(
    private readonly sink: FormatSink,
    private readonly separator: string,
  ) {
    this.names = new NameTable(sink);
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    if (isNoImage(row, sink)) return 'skipped';
    const objects: string[][] = [];
    const refusals: Diagnostic[] = [];
    for (const { object, pointer } of objectsOf(row) ?? []) {
      const cells = this.objectCells(object, row, pointer);
      if (Array.isArray(cells)) objects.push(cells);
      else if (cells !== undefined) refusals.push(cells);
    }
    if (refusals.length > 0) return refusals;
    const image =
      sink.images === 'reference'
        ? sink.referenceTo(row.sample.source)
        : await imageBeside(sink, this.names, row);
    if (typeof image !== 'string') return [image];
    const common = this.imageCells(image, row);
    if (objects.length === 0) objects.push(Array.from({ length: written.length - common.length }, () => ''));
    await this.begin();
    await sink.write(objects.map((cells) => this.line([...common, ...cells])).join(''));
    countLosses(sink, row, csvBoxesCarries);
    return 'written';
  }

  async end(): Promise<void> {
    await this.begin();
  }

  private async begin(): Promise<void> {
    if (this.hasHeader) return;
    this.hasHeader = true;
    await this.sink.write(
      this.line(written.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))),
    );
  }

  private line(cells: readonly string[]): string {
    return `${cells.map((cell) => csvCell(cell, this.separator)).join(this.separator)}\n`;
  }

  private imageCells(image: string, row: WriteRow): string[] {
    const { usage = '' } = row.sample;
    const sized = [...row.images.values()].find(
      ({ width, height }) => width !== undefined && height !== undefined,
    );
    const size = sized === undefined ? ['', ''] : [String(sized.width), String(sized.height)];
    return [image, ...size, usage];
  }

  /** Cells from the label on; undefined: the object is left out, and its loss counted. */
  private objectCells(
    object: ImageObject,
    row: WriteRow,
    pointer: string,
  ): string[] | undefined | Diagnostic {
    const { name, shape, confidence, difficult, truncated, occluded } = object;
    if (name === undefined || name === '' || shape === undefined) return undefined;
    if (this.sink.classes?.includes(name) === false)
      return unmappedLabel(name, this.sink.classes, row, pointer);
    if (shape.kind !== 'bndbox' && this.sink.options['shapes'] !== 'bbox') {
      return {
        rule: 'N146',
        severity: 'error',
        message: `a ${shape.kind} cannot be written as a box`,
        hint: 'Accept rectangles with --to-option shapes=bbox.',
        ...placeOf(row),
        pointer,
      };
    }
    const box = shape.kind === 'bndbox' ? shape : rectangleOf(shape);
    if (box === undefined) return undefined;
    return [
      name,
      ...[box.xmin, box.ymin, box.xmax, box.ymax].map((edge) => String(neat(edge))),
      confidence === undefined ? '' : String(confidence),
      difficult ?? '',
      truncated ?? '',
      occluded ?? '',
    ];
  }
}
