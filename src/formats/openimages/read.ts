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
import { isImageName } from '../shared/images.js';
import { baseNameOf, stemOfName } from '../shared/names.js';
import { openImagesRules } from './rules.js';
import { flagColumns } from './types.js';

const boxFile = /annotations-bbox[^/]*\.csv$/;
const classFile = /(?:^|\/)class-descriptions[^/]*\.csv$/;

const needed = ['ImageID', 'LabelName', 'XMin', 'XMax', 'YMin', 'YMax'] as const;

/** The usage that the name of a file or of its folders says. */
function usageOf(name: string): string | undefined {
  const word = /(?:^|[/_-])(train|validation|val|test)(?=[/_.-])/i.exec(name)?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  return word === 'train' ? 'TRAIN' : word === 'test' ? 'TEST' : 'EVAL';
}

/** Reads every box file of a folder in the order of their names, then the images that none of them has. */
export async function* readOpenImages(source: FormatSource): AsyncGenerator<FormatBatch> {
  const files = await source.list();
  const images = new Map<string, string>();
  const batch = new BatchBuilder();
  const findings = new Findings([...csvRules, ...openImagesRules], source);
  for (const { name } of files) {
    if (!isImageName(name)) continue;
    const id = stemOfName(baseNameOf(name));
    const other = images.get(id);
    if (other === undefined) images.set(id, name);
    else {
      const message = `${name} and ${other} are images of one ImageID`;
      batch.fault({ diagnostics: [findings.of('N137', message, { file: source.pathOf(name) })!], name });
    }
  }
  const classes = new Map<string, string>();
  for (const { name } of files)
    if (classFile.test(name)) await readClasses(source, name, classes, findings, batch);
  const seen = new Set<string>();
  const unnamed = new Set<string>();
  for (const { name } of files) {
    if (!boxFile.test(name)) continue;
    const reader = new BoxFileReader(source, name, { images, classes, seen, unnamed, findings, batch });
    let at = 0;
    for await (const rows of csvRows(source.chunks(name))) {
      for (const row of rows) {
        batch.read(row.offset - at);
        at = row.offset;
        if (!reader.row(row)) break;
        if (!batch.isFull && reader.waiting < 256) continue;
        await reader.settle();
        yield batch.take();
      }
      if (reader.isStopped) break;
    }
    reader.end();
    await reader.settle();
    batch.read((await source.size(name)) - at);
  }
  for (const [id, name] of images) {
    if (seen.has(id)) continue;
    const usage = usageOf(name);
    const path = source.pathOf(name);
    const sample: Sample = { source: path, annotations: [], ...(usage === undefined ? {} : { usage }) };
    batch.record({ sample, file: path, key: id });
    if (batch.isFull) yield batch.take();
  }
  yield batch.take();
}

/** Names by code, from rows such as `/m/01g317,Person`. */
async function readClasses(
  source: FormatSource,
  name: string,
  classes: Map<string, string>,
  findings: Findings,
  batch: BatchBuilder,
): Promise<void> {
  for await (const rows of csvRows(source.chunks(name))) {
    for (const row of rows) {
      const { cells, line, offset, problem } = row;
      const unreadable = textProblem(row, false);
      const place = { file: source.pathOf(name), line, column: 1, offset };
      if (problem !== undefined) {
        const message = 'a quote is opened here and never closed; nothing after it is read';
        batch.finding(findings.of('T004', message, { ...place, line: problem.line, column: problem.column }));
      } else if (unreadable !== undefined) {
        batch.finding(findings.of('T008', unreadable, place));
      } else if (cells[0]?.startsWith('/') && cells[1]) {
        classes.set(cells[0], cells[1]);
      }
    }
  }
}

interface Shared {
  /** Name in the folder, by ImageID. */
  readonly images: ReadonlyMap<string, string>;
  readonly classes: ReadonlyMap<string, string>;
  /** ImageIDs that were read. */
  readonly seen: Set<string>;
  /** Classes without a name that were reported. */
  readonly unnamed: Set<string>;
  readonly findings: Findings;
  readonly batch: BatchBuilder;
}

interface Group {
  readonly id: string;
  readonly rows: CsvRow[];
  readonly objects: ImageObject[];
  readonly findings: Diagnostic[];
}

class BoxFileReader {
  isStopped = false;
  private readonly file: string;
  private columns: ReadonlyMap<string, number> | undefined;
  private width = 0;
  private group: Group | undefined;
  private groups: Group[] = [];

  constructor(
    private readonly source: FormatSource,
    private readonly name: string,
    private readonly shared: Shared,
  ) {
    this.file = source.pathOf(name);
  }

  /** Images whose rows are all there. */
  get waiting(): number {
    return this.groups.length;
  }

  /** @returns false when nothing more can be read */
  row(row: CsvRow): boolean {
    const unreadable = textProblem(row, this.columns === undefined);
    if (row.problem !== undefined) {
      const { line, column } = row.problem;
      const message = 'a quote is opened here and never closed; nothing after it is read';
      this.fault('T004', message, { line, column }, row);
      this.isStopped = true;
    } else if (unreadable !== undefined) {
      this.fault('T008', unreadable, { line: row.line, column: 1 }, row);
      this.isStopped = this.columns === undefined;
    } else if (this.columns === undefined) {
      this.header(row);
    } else if (row.cells.length !== this.width) {
      const message = `the row has ${row.cells.length} columns, not ${this.width}, and is ignored`;
      const place = { file: this.file, ...placeOfCell(row, Math.min(row.cells.length, this.width)) };
      this.shared.batch.finding(this.shared.findings.of('T002', message, { ...place, offset: row.offset }));
    } else {
      this.take(row);
    }
    return !this.isStopped;
  }

  /** No row follows. */
  end(): void {
    if (this.columns === undefined && !this.isStopped) {
      const place = { file: this.file, line: 1, column: 1 };
      const { findings, batch } = this.shared;
      batch.finding(findings.of('N130', 'the file has no rows, not even a header', place));
    }
    this.close();
  }

  private close(): void {
    if (this.group === undefined) return;
    this.groups.push(this.group);
    this.group = undefined;
  }

  /** Makes records of the images whose rows are all there. */
  async settle(): Promise<void> {
    const { groups } = this;
    this.groups = [];
    const { images } = this.shared;
    const names = groups.flatMap(({ id }) => images.get(id) ?? []);
    const sizes = new Map<string, ImageSize>();
    for await (const [name, size] of this.source.imageSizes(new Set(names))) sizes.set(name, size);
    for (const group of groups) this.finish(group, sizes.get(images.get(group.id) ?? ''));
  }

  private header(row: CsvRow): void {
    const columns = new Map(row.cells.map((cell, at) => [cell.trim(), at] as const));
    const missing = needed.filter((column) => !columns.has(column));
    if (missing.length > 0) {
      this.fault('N130', `the header has no ${missing.join(', ')}`, { line: row.line, column: 1 }, row);
      this.isStopped = true;
      return;
    }
    this.columns = columns;
    this.width = row.cells.length;
  }

  private take(row: CsvRow): void {
    const { seen, batch, findings } = this.shared;
    const id = this.cell(row, 'ImageID');
    if (this.group?.id !== id) {
      this.close();
      if (seen.has(id)) {
        const place = { file: this.file, line: row.line, column: 1, offset: row.offset };
        batch.finding(findings.of('N134', `rows of ${shown(id)} stand further up as well`, place));
      }
      seen.add(id);
      this.group = { id, rows: [], objects: [], findings: [] };
    }
    this.group.rows.push(row);
    const object = this.object(row, this.group);
    if (object !== undefined) this.group.objects.push(object);
  }

  /** An object whose box is in shares of the image. */
  private object(row: CsvRow, group: Group): ImageObject | undefined {
    const edges: number[] = [];
    for (const column of ['XMin', 'YMin', 'XMax', 'YMax']) {
      const text = this.cell(row, column);
      const value = decimalOf(text);
      if (value === undefined || value < 0 || value > 1) {
        this.report(group, 'N131', `${column} is ${shown(text)}, not a number from 0 to 1`, row, column);
        return undefined;
      }
      edges.push(value);
    }
    const [xmin, ymin, xmax, ymax] = edges as [number, number, number, number];
    if (!(xmax > xmin && ymax > ymin))
      this.report(group, 'N135', `the box ${edges.join(', ')} has no area`, row, 'XMin');
    const score = this.cell(row, 'Confidence');
    const confidence = decimalOf(score);
    if (score !== '' && confidence === undefined) {
      this.report(group, 'N131', `Confidence is ${shown(score)}, not a number`, row, 'Confidence');
      return undefined;
    }
    const label = this.label(row, group);
    if (label === undefined) return undefined;
    const properties = new Map<string, string>();
    for (const [column, property] of flagColumns)
      if (this.cell(row, column) === '1') properties.set(property, '1');
    const origin = this.cell(row, 'Source');
    if (origin !== '') properties.set('source', origin);
    const occluded = this.cell(row, 'IsOccluded');
    const truncated = this.cell(row, 'IsTruncated');
    return {
      name: label,
      properties: properties.size === 0 ? noProperties : properties,
      shape: { kind: 'bndbox', xmin, ymin, xmax, ymax },
      parts: [],
      ...(confidence === undefined ? {} : { confidence }),
      // -1 is "not known".
      ...(occluded === '0' || occluded === '1' ? { occluded } : {}),
      ...(truncated === '0' || truncated === '1' ? { truncated } : {}),
    };
  }

  /** Undefined where there is none. */
  private label(row: CsvRow, group: Group): string | undefined {
    const { classes, unnamed } = this.shared;
    const code = this.cell(row, 'LabelName');
    if (code === '') {
      this.report(group, 'N136', 'the box has no class', row, 'LabelName');
      return undefined;
    }
    const name = classes.get(code);
    if (name !== undefined) return name;
    if (code.startsWith('/') && !unnamed.has(code)) {
      unnamed.add(code);
      this.report(group, 'N133', `the class ${code} has no name`, row, 'LabelName');
    }
    return code;
  }

  private finish({ id, rows, objects, findings }: Group, size: ImageSize | undefined): void {
    const { batch, images } = this.shared;
    const [first] = rows as [CsvRow];
    if (size === undefined || 'problem' in size) {
      const why = size === undefined ? `there is no image ${shown(id)}` : size.message;
      this.fault(
        'N132',
        `the size of the image is not known: ${why}`,
        { line: first.line, column: 1 },
        first,
        rows,
      );
      return;
    }
    const raw = Buffer.from(rows.map((row) => row.raw).join('\n'));
    if (this.source.mode === 'strict' && findings.some(({ severity }) => severity === 'error')) {
      batch.fault({ diagnostics: findings, raw });
      return;
    }
    for (const finding of findings) batch.finding(finding);
    const { width, height } = size;
    const path = this.source.pathOf(images.get(id)!);
    const usage = usageOf(this.name);
    const sample: Sample = {
      source: path,
      ...(usage === undefined ? {} : { usage }),
      annotations: [
        {
          type: 'modelarts/object_detection',
          task: 'object_detection',
          image: {
            fileName: baseNameOf(path),
            width,
            height,
            objects: objects.map((object) => inPixels(object, width, height)),
          },
        },
      ],
    };
    batch.record({ sample, file: this.file, line: first.line, key: id });
  }

  private cell(row: CsvRow, column: string): string {
    const at = this.columns!.get(column);
    return at === undefined ? '' : (row.cells[at] ?? '').trim();
  }

  private report(group: Group, rule: string, message: string, row: CsvRow, column: string): void {
    const place = {
      file: this.file,
      ...placeOfCell(row, this.columns!.get(column) ?? 0),
      offset: row.offset,
    };
    const finding = this.shared.findings.of(rule, message, place);
    if (finding !== undefined) group.findings.push(finding);
  }

  private fault(
    rule: string,
    message: string,
    place: { readonly line: number; readonly column: number },
    row: CsvRow,
    rows: readonly CsvRow[] = [row],
  ): void {
    const finding = this.shared.findings.of(rule, message, { file: this.file, ...place, offset: row.offset });
    if (finding === undefined) return;
    this.shared.batch.fault({
      diagnostics: [finding],
      raw: Buffer.from(rows.map(({ raw }) => raw).join('\n')),
    });
  }
}

function inPixels(object: ImageObject, width: number, height: number): ImageObject {
  const { shape } = object;
  if (shape?.kind !== 'bndbox') return object;
  const { xmin, ymin, xmax, ymax } = shape;
  return {
    ...object,
    shape: {
      kind: 'bndbox',
      xmin: neat(xmin * width),
      ymin: neat(ymin * height),
      xmax: neat(xmax * width),
      ymax: neat(ymax * height),
    },
  };
}
