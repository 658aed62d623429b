import {
  type Diagnostic,
  decimalOf,
  type ImageObject,
  noProperties,
  type Sample,
} from '../../model/index.js';
import type { FormatBatch, FormatSource, ImageSize } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { type CsvRow, csvRows, placeOfCell } from '../shared/csv.js';
import { csvRules, textProblem } from '../shared/csv-rules.js';
import { Findings, shown } from '../shared/findings.js';
import { neat } from '../shared/geometry.js';
import { baseNameOf } from '../shared/names.js';
import { sourceOfReference } from '../shared/references.js';
import { csvBoxesRules } from './rules.js';
import { separatorOf } from './separator.js';
import { type Columns, columnsInOrder, columnsOf, type Field, missingOf } from './types.js';

/** Reads a file; rows of one image that stand together are a sample. */
export async function* readCsvBoxes(source: FormatSource): AsyncGenerator<FormatBatch> {
  const batch = new BatchBuilder();
  for (const { name } of await source.list()) {
    const reader = new BoxReader(source, name, batch);
    let seen = 0;
    for await (const rows of csvRows(source.chunks(name), { separator: reader.separator })) {
      for (const row of rows) {
        batch.read(row.offset - seen);
        seen = row.offset;
        reader.row(row);
        if (reader.isStopped) break;
        if (batch.isFull) {
          await reader.settle();
          yield batch.take();
        }
      }
      if (reader.isStopped) break;
    }
    reader.end();
    await reader.settle();
    batch.read((await source.size(name)) - seen);
  }
  yield batch.take();
}

/** The rows of one image. */
interface Group {
  readonly image: string;
  readonly rows: CsvRow[];
  readonly objects: ImageObject[];
  readonly findings: Diagnostic[];
  readonly usage: string | undefined;
  width: number | undefined;
  height: number | undefined;
  /** Some row has a box, or the cells of one. */
  isLabelled: boolean;
}

class BoxReader {
  readonly separator: string;
  isStopped = false;
  private readonly findings: Findings;
  private readonly file: string;
  private readonly normalised: boolean;
  private columns: Columns | undefined;
  private width = 0;
  private group: Group | undefined;
  private readonly closed = new Set<string>();
  /** Groups with all of their rows, which become records in their order. */
  private waiting: Group[] = [];

  constructor(
    private readonly source: FormatSource,
    private readonly name: string,
    private readonly batch: BatchBuilder,
  ) {
    this.findings = new Findings([...csvRules, ...csvBoxesRules], source);
    this.file = source.pathOf(name);
    this.separator = separatorOf(source.options);
    this.normalised = source.options['normalised'] === true;
    const named = (source.options['columns'] ?? []) as readonly string[];
    if (source.options['noHeader'] === true) {
      this.useColumns(columnsInOrder(named), 1);
      this.width = named.length;
    }
  }

  row(row: CsvRow): void {
    if (row.problem !== undefined) {
      const { line, column } = row.problem;
      this.fault(
        this.findings.of('T004', 'a quote is opened here and never closed; nothing after it is read', {
          file: this.file,
          line,
          column,
          offset: row.offset,
        }),
        row.raw,
      );
      this.isStopped = true;
      return;
    }
    const unreadable = textProblem(row, this.columns === undefined);
    if (unreadable !== undefined) {
      this.fault(this.findings.of('T008', unreadable, this.place(row, 0)), row.raw);
      this.isStopped = this.columns === undefined;
      return;
    }
    if (this.columns === undefined) {
      const named = (this.source.options['columns'] ?? []) as readonly string[];
      this.useColumns(
        columnsOf(
          row.cells.map((cell) => cell.trim()),
          named,
        ),
        row.line,
      );
      this.width = row.cells.length;
      return;
    }
    if (row.cells.length !== this.width) {
      const finding = this.findings.of(
        'T002',
        `the row has ${row.cells.length} columns, not ${this.width}, and is ignored`,
        this.place(row, Math.min(row.cells.length, this.width)),
      );
      if (this.source.mode === 'strict') this.fault(finding && { ...finding, severity: 'error' }, row.raw);
      else this.batch.finding(finding);
      return;
    }
    this.take(row);
  }

  /** No row follows. */
  end(): void {
    if (this.columns === undefined && !this.isStopped) {
      const place = { file: this.file, line: 1, column: 1 };
      this.batch.finding(this.findings.of('N140', 'the file has no rows, not even a header', place));
    }
    this.close();
  }

  /** Makes records of the groups that are complete. */
  async settle(): Promise<void> {
    const { waiting } = this;
    this.waiting = [];
    const sizes = new Map<string, ImageSize>();
    const unknown = waiting.filter(
      ({ width, height, objects }) => this.normalised && objects.length > 0 && !(width! > 0 && height! > 0),
    );
    const images = unknown.map(({ image }) => this.sourceOf(image));
    for await (const [image, size] of this.source.imageSizes(images)) sizes.set(image, size);
    for (const group of waiting) this.finish(group, sizes.get(this.sourceOf(group.image)));
  }

  private useColumns(columns: Columns | string, line: number): void {
    const problem = typeof columns === 'string' ? columns : missingOf(columns);
    if (problem === undefined) {
      this.columns = columns as Columns;
      return;
    }
    const message = typeof columns === 'string' ? columns : `no column is ${problem}`;
    this.fault(
      this.findings.of('N140', message, {
        file: this.file,
        line,
        column: 1,
        hint: 'Say which they are: --from-option columns=image=File,label=Class,xmin=X1,ymin=Y1,xmax=X2,ymax=Y2.',
      }),
      '',
    );
    this.isStopped = true;
  }

  private take(row: CsvRow): void {
    const image = this.cell(row, 'image').trim();
    if (image === '') {
      this.fault(this.finding('N145', 'the row does not name an image', row, 'image'), row.raw);
      return;
    }
    if (this.group?.image !== image) {
      this.close();
      if (this.closed.has(image))
        this.batch.finding(this.finding('N143', `rows of ${image} stand further up as well`, row, 'image'));
      const usage = this.cell(row, 'usage').trim();
      const findings: Diagnostic[] = [];
      this.group = {
        image,
        rows: [],
        objects: [],
        findings,
        usage: usage === '' ? undefined : usage,
        width: this.side(row, 'imageWidth', findings),
        height: this.side(row, 'imageHeight', findings),
        isLabelled: false,
      };
    }
    this.group.rows.push(row);
    this.object(row, this.group);
  }

  /** The width or height of the image; undefined where the cell does not say it. */
  private side(row: CsvRow, field: Field, findings: Diagnostic[]): number | undefined {
    const text = this.cell(row, field).trim();
    if (text === '') return undefined;
    const value = decimalOf(text);
    if (value !== undefined && value > 0) return value;
    const finding = this.finding('N141', `${field} is ${shown(text)}, not a number above 0`, row, field);
    if (finding !== undefined) findings.push(finding);
    return undefined;
  }

  private object(row: CsvRow, group: Group): void {
    const edges = (['xmin', 'ymin', 'xmax', 'ymax', 'width', 'height'] as const).filter((field) =>
      this.columns!.has(field),
    );
    const label = this.cell(row, 'label').trim();
    if (label === '' && edges.every((field) => this.cell(row, field).trim() === '')) return;
    group.isLabelled = true;
    const values = new Map<Field, number>();
    for (const field of edges) {
      const text = this.cell(row, field);
      const value = decimalOf(text);
      if (value === undefined) {
        this.report(group, 'N141', `${field} is ${shown(text)}, not a number`, row, field);
        return;
      }
      values.set(field, value);
    }
    const score = this.cell(row, 'confidence').trim();
    const confidence = decimalOf(score);
    if (score !== '' && confidence === undefined) {
      this.report(group, 'N141', `confidence is ${shown(score)}, not a number`, row, 'confidence');
      return;
    }
    const xmin = values.get('xmin')!;
    const ymin = values.get('ymin')!;
    const xmax = values.get('xmax') ?? neat(xmin + values.get('width')!);
    const ymax = values.get('ymax') ?? neat(ymin + values.get('height')!);
    if (!(xmax > xmin && ymax > ymin))
      this.report(group, 'N142', `the box ${xmin}, ${ymin}, ${xmax}, ${ymax} has no area`, row, 'xmin');
    const flags = (['difficult', 'truncated', 'occluded'] as const).flatMap((field) => {
      const text = this.cell(row, field).trim();
      return text === '' ? [] : [[field, text] as const];
    });
    group.objects.push({
      ...(label === '' ? {} : { name: label }),
      properties: noProperties,
      shape: { kind: 'bndbox', xmin, ymin, xmax, ymax },
      parts: [],
      ...(confidence === undefined ? {} : { confidence }),
      ...Object.fromEntries(flags),
    });
  }

  private close(): void {
    const { group } = this;
    if (group === undefined) return;
    this.group = undefined;
    this.closed.add(group.image);
    this.waiting.push(group);
  }

  private finish(group: Group, found: ImageSize | undefined): void {
    const { image, rows, findings, usage, isLabelled } = group;
    const raw = rows.map((row) => row.raw).join('\n');
    let { objects, width, height } = group;
    if (this.normalised && objects.length > 0) {
      if (width === undefined || height === undefined) {
        if (found === undefined || 'problem' in found) {
          const why = found === undefined ? '' : `: ${found.message}`;
          this.fault(this.finding('N144', `the size of ${image} is not known${why}`, rows[0]!, 'image'), raw);
          return;
        }
        ({ width, height } = found);
      }
      objects = objects.map((object) => scaled(object, width!, height!));
    }
    if (this.source.mode === 'strict' && findings.some(({ severity }) => severity === 'error')) {
      this.batch.fault({ diagnostics: findings, raw: Buffer.from(raw) });
      return;
    }
    for (const finding of findings) this.batch.finding(finding);
    const source = this.sourceOf(image);
    const size = width === undefined || height === undefined ? {} : { width, height };
    const sample: Sample = {
      source,
      ...(usage === undefined ? {} : { usage }),
      annotations: isLabelled
        ? [
            {
              type: 'modelarts/object_detection',
              task: 'object_detection',
              image: { fileName: baseNameOf(source), ...size, objects },
            },
          ]
        : [],
    };
    this.batch.record({ sample, file: this.file, line: rows[0]!.line });
  }

  private sourceOf(image: string): string {
    return sourceOfReference(this.source, this.name, image);
  }

  private cell(row: CsvRow, field: Field): string {
    const at = this.columns!.get(field);
    return at === undefined ? '' : (row.cells[at] ?? '');
  }

  private place(row: CsvRow, cell: number) {
    return { file: this.file, ...placeOfCell(row, cell, { separator: this.separator }), offset: row.offset };
  }

  private finding(rule: string, message: string, row: CsvRow, field: Field): Diagnostic | undefined {
    return this.findings.of(rule, message, this.place(row, this.columns!.get(field) ?? 0));
  }

  private report(group: Group, rule: string, message: string, row: CsvRow, field: Field): void {
    const finding = this.finding(rule, message, row, field);
    if (finding !== undefined) group.findings.push(finding);
  }

  private fault(finding: Diagnostic | undefined, raw: string): void {
    if (finding !== undefined) this.batch.fault({ diagnostics: [finding], raw: Buffer.from(raw) });
  }
}

function scaled(object: ImageObject, width: number, height: number): ImageObject {
  const { shape } = object;
  if (shape?.kind !== 'bndbox') return object;
  return {
    ...object,
    shape: {
      kind: 'bndbox',
      xmin: neat(shape.xmin * width),
      ymin: neat(shape.ymin * height),
      xmax: neat(shape.xmax * width),
      ymax: neat(shape.ymax * height),
    },
  };
}
