import {
  type Annotation,
  type Diagnostic,
  decimalOf,
  type ImageObject,
  noProperties,
} from '../../model/index.js';
import type { FormatSource } from '../contract.js';
import type { BatchBuilder } from '../shared/batches.js';
import { type CsvRow, placeOfCell } from '../shared/csv.js';
import { type Findings, shown } from '../shared/findings.js';
import { isImageName } from '../shared/images.js';
import { sourceOfReference } from '../shared/references.js';
import type { Drafts, Pixels } from './draft.js';
import { boxIn, oddBox } from './read-items.js';
import { usageOfWord } from './types.js';

/** Cells of a box after its label. */
const boxCells = 8;

const columnName =
  /^(?:ml_?use|set|gcs_?(?:file_?)?(?:path|uri)|image(?:_?(?:path|uri|gcs_?uri))?|content|text|uri|path)$/i;

/** What is read of an image in consecutive rows. */
interface Group {
  readonly row: CsvRow;
  readonly source: string;
  readonly medium: 'image' | 'text';
  readonly usage: string | undefined;
  readonly rows: string[];
  readonly found: Diagnostic[];
  readonly labels: string[];
  /** Undefined until a row has the cells of a box. */
  boxes: { readonly name: string; readonly corners: readonly [number, number, number, number] }[] | undefined;
}

/** Reads rows of `[ml_use,]uri[,label…]`; consecutive rows with boxes of one image are one item. */
export class RowReader {
  readonly #source: FormatSource;
  readonly #name: string;
  readonly #file: string;
  readonly #findings: Findings;
  #group: Group | undefined;
  #isFirst = true;

  constructor(source: FormatSource, name: string, findings: Findings) {
    this.#source = source;
    this.#name = name;
    this.#file = source.pathOf(name);
    this.#findings = findings;
  }

  read(row: CsvRow, drafts: Drafts, batch: BatchBuilder): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const { cells, problem } = row;
    if (problem !== undefined) {
      const { line, column } = problem;
      const message = 'a quote is never closed';
      const place = { file: this.#file, line, column, offset: row.offset };
      batch.fault({ diagnostics: [this.#findings.of('N032', message, place)!], raw: Buffer.from(row.raw) });
      return;
    }
    if (row.raw.includes('\ufffd') && !this.#isText(row, batch)) return;
    if (isFirst && columnName.test(cells[0]!.trim())) {
      batch.finding(this.#findingAt('N039', `the first row has names of columns: ${shown(row.raw)}`, row, 0));
      return;
    }
    const first = cells[0]!.trim().toLowerCase();
    const hasUse = cells.length > 1 && (first === '' || usageOfWord.has(first));
    const at = hasUse ? 1 : 0;
    const uri = cells[at]!;
    if (uri.trim() === '') {
      batch.fault({
        diagnostics: [this.#findingAt('N033', 'the row names no image and no text', row, at)!],
        raw: Buffer.from(row.raw),
      });
      return;
    }
    const usage = hasUse ? usageOfWord.get(first) : undefined;
    const group = this.#groupOf(row, uri, usage, drafts);
    group.rows.push(row.raw);
    this.#readCells(group, row, at + 1);
  }

  /** False when the bytes of a row are no UTF-8: then U+FFFD stands for them. */
  #isText(row: CsvRow, batch: BatchBuilder): boolean {
    const cell = row.cells.findIndex((text) => text.includes('\ufffd'));
    const message = 'a cell is not UTF-8, or has U+FFFD in place of a lost character';
    const diagnostic = this.#findingAt('N032', message, row, Math.max(cell, 0))!;
    batch.fault({ diagnostics: [diagnostic], raw: Buffer.from(row.raw) });
    return false;
  }

  end(drafts: Drafts): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined) return;
    const { row, source, usage, found, rows, medium, labels, boxes } = group;
    const { line, offset } = row;
    const raw = () => Buffer.from(rows.join('\n'));
    const annotations = (pixels: Pixels | undefined): Annotation[] => {
      const task = `${medium}_classification` as const;
      const named = labels.map((name): Annotation => ({ type: `modelarts/${task}`, task, name }));
      return boxes === undefined ? named : [...named, detection(boxes, pixels)];
    };
    const size = boxes === undefined ? 'none' : boxes.length > 0 ? 'needed' : 'wanted';
    drafts.add({ source, usage, line, offset, found, raw, size, annotations });
  }

  #findingAt(id: string, message: string, row: CsvRow, cell: number, hint?: string): Diagnostic | undefined {
    const { line, column } = placeOfCell(row, cell);
    const place = {
      file: this.#file,
      line,
      column,
      offset: row.offset,
      ...(hint === undefined ? {} : { hint }),
    };
    return this.#findings.of(id, message, place);
  }

  #groupOf(row: CsvRow, uri: string, usage: string | undefined, drafts: Drafts): Group {
    const isAddress =
      /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(uri) || isImageName(uri) || /^\S+\.txt$/i.test(uri);
    const source = isAddress ? sourceOfReference(this.#source, this.#name, uri) : `content://${uri}`;
    const isText = !isAddress || /\.txt$/i.test(uri);
    const open = this.#group;
    if (open !== undefined && open.source === source && open.usage === usage && open.boxes !== undefined)
      return open;
    this.end(drafts);
    const group: Group = {
      row,
      source,
      medium: isText ? 'text' : 'image',
      usage,
      rows: [],
      found: [],
      labels: [],
      boxes: undefined,
    };
    this.#group = group;
    return group;
  }

  #readCells(group: Group, row: CsvRow, from: number): void {
    const cells = row.cells.slice(from);
    const numbers = cells.slice(1).filter((cell) => decimalOf(cell) !== undefined).length;
    const isBox =
      cells.length === boxCells + 1 && (numbers >= 4 || cells.slice(1).every((cell) => cell.trim() === ''));
    if (isBox) {
      group.boxes ??= [];
      this.#readBox(group, row, from);
      return;
    }
    // A label and four or more numbers were meant to be a box.
    if (numbers >= 4 && group.medium === 'image') {
      const message = `a box has ${cells.length - 1} cells after its label, not ${boxCells}`;
      const hint = 'xMin, yMin, two empty cells, xMax, yMax, two empty cells';
      this.#push(group, this.#findingAt('N034', message, row, from, hint));
      return;
    }
    for (const cell of cells) if (cell !== '') group.labels.push(cell);
  }

  #push(group: Group, diagnostic: Diagnostic | undefined): void {
    if (diagnostic !== undefined) group.found.push(diagnostic);
  }

  #readBox(group: Group, row: CsvRow, from: number): void {
    const [name, ...corners] = row.cells.slice(from) as [string, ...string[]];
    if (name === '' && corners.every((cell) => cell.trim() === '')) return;
    if (name === '') {
      this.#push(group, this.#findingAt('N035', 'a box has no label', row, from));
      return;
    }
    const xs: number[] = [];
    const ys: number[] = [];
    for (const [at, cell] of corners.entries()) {
      if (cell.trim() === '') continue;
      const number = decimalOf(cell);
      if (number === undefined) {
        this.#push(
          group,
          this.#findingAt('N035', `a coordinate of a box is ${shown(cell)}`, row, from + 1 + at),
        );
        return;
      }
      (at % 2 === 0 ? xs : ys).push(number);
    }
    // Upper left and lower right, or all four corners from the upper left on.
    const [x1, x2] = corners[2]!.trim() === '' ? [xs[0], xs[1]] : [Math.min(...xs), Math.max(...xs)];
    const [y1, y2] = corners[3]!.trim() === '' ? [ys[0], ys[1]] : [Math.min(...ys), Math.max(...ys)];
    if (x1 === undefined || x2 === undefined || y1 === undefined || y2 === undefined) {
      this.#push(group, this.#findingAt('N035', 'a box has fewer than two corners', row, from + 1));
      return;
    }
    const odd = oddBox(x1, y1, x2, y2);
    if (odd !== undefined) this.#push(group, this.#findingAt(odd.rule, odd.message, row, from + 1));
    if (odd?.rule !== 'N035') group.boxes!.push({ name, corners: [x1, y1, x2, y2] });
  }
}

/** Boxes come with the size that they need. */
function detection(boxes: NonNullable<Group['boxes']>, pixels: Pixels | undefined): Annotation {
  const objects = boxes.map(({ name, corners: [x1, y1, x2, y2] }): ImageObject => {
    const { width, height } = pixels!;
    return { name, properties: noProperties, shape: boxIn(x1, y1, x2, y2, width, height), parts: [] };
  });
  const size = pixels === undefined ? {} : { width: pixels.width, height: pixels.height };
  return { type: 'modelarts/object_detection', task: 'object_detection', image: { ...size, objects } };
}
