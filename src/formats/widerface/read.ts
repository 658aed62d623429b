import { type Diagnostic, type ImageObject, noProperties, type Sample } from '../../model/index.js';
import { type LineProblem, lineBatches } from '../../text/index.js';
import type { FormatBatch, FormatRecord, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings, shown } from '../shared/findings.js';
import { isImageName } from '../shared/images.js';
import { explainLine } from '../shared/json-lines.js';
import { baseNameOf, stemOfName } from '../shared/names.js';
import { widerFaceRules } from './rules.js';

const listPattern = /(?:^|\/)wider_face_(train|val|test)_(?:bbx_gt|filelist)\.txt$/;
const imagePattern = /\.(?:jpe?g|png)$/i;

const usages: Readonly<Record<string, string>> = { train: 'TRAIN', val: 'EVAL', test: 'TEST' };

/** What the numbers after the box say, when they are not 0. */
const attributes = ['blur', 'expression', 'illumination', 'invalid', 'occlusion', 'pose'] as const;

/** Reads every list of a folder, in the order of their names. */
export async function* readWiderFace(source: FormatSource): AsyncGenerator<FormatBatch> {
  const files = await source.list();
  const names = new Set(files.map(({ name }) => name));
  const named = new Set<string>();
  const batch = new BatchBuilder();
  for (const { name } of files) {
    const subset = listPattern.exec(name)?.[1];
    if (subset === undefined) continue;
    const list = new ListReader(source, name, subset, { names, named, batch });
    const { signal } = source;
    for await (const lines of lineBatches(source.chunks(name), signal === undefined ? {} : { signal })) {
      for (let i = 0; i < lines.count; i++) {
        const start = lines.starts[i]!;
        const end = lines.ends[i]!;
        batch.read(end - start + 1);
        const text = lines.bytes.toString('utf8', start, end);
        const problem = lines.problem(i);
        if (problem === undefined) list.line(text, lines.firstLine + i, lines.offset(i));
        else list.unreadable(problem, text, lines.firstLine + i, lines.offset(i));
        if (batch.isFull) yield batch.take();
      }
    }
    list.end();
  }
  const left = files.filter(({ name }) => isImageName(name) && !named.has(name));
  if (left.length > 0) {
    const what = left.length === 1 ? '1 image is' : `${left.length} images are`;
    const findings = new Findings(widerFaceRules, source);
    const message = `${what} in no list, such as ${left[0]!.name}`;
    batch.finding(findings.of('N124', message, { file: source.path }));
  }
  yield batch.take();
}

/** The image whose lines are being read. */
interface Open {
  readonly image: string;
  /** The name of the file in the folder, or the one that it should have. */
  readonly name: string;
  readonly line: number;
  readonly offset: number;
  /** How many lines of faces are to come; undefined until the number is read. */
  left: number | undefined;
  /** No faces: the one line that stands for none is still to come, perhaps. */
  isNone: boolean;
  readonly objects: ImageObject[];
  readonly findings: Diagnostic[];
  readonly raw: string[];
}

class ListReader {
  private readonly findings: Findings;
  private readonly file: string;
  private readonly isPlain: boolean;
  private open: Open | undefined;
  private isLost = false;

  constructor(
    private readonly source: FormatSource,
    name: string,
    private readonly subset: string,
    private readonly shared: {
      /** Of the files of the folder. */
      readonly names: ReadonlySet<string>;
      /** Of the images that a list has. */
      readonly named: Set<string>;
      readonly batch: BatchBuilder;
    },
  ) {
    this.findings = new Findings(widerFaceRules, source);
    this.file = source.pathOf(name);
    this.isPlain = name.endsWith('_filelist.txt');
  }

  line(text: string, line: number, offset: number): void {
    const written = text.trim();
    if (written === '') return;
    if (imagePattern.test(written)) {
      this.close(line);
      this.isLost = false;
      this.open = {
        image: written,
        name: this.nameOf(written, line, offset),
        line,
        offset,
        left: undefined,
        isNone: false,
        objects: [],
        findings: [],
        raw: [text],
      };
      if (this.isPlain) this.finish(this.open, false);
      return;
    }
    const { open } = this;
    if (open === undefined) {
      if (this.isLost) return;
      this.isLost = true;
      this.fault(`${shown(written)} is not the name of an image`, line, offset, text);
      return;
    }
    open.raw.push(text);
    if (open.left === undefined) this.count(open, written, line, offset);
    else this.face(open, text, line, offset);
  }

  /** A line that is no text: what is open cannot be trusted any more. */
  unreadable(problem: LineProblem, text: string, line: number, offset: number): void {
    const raw = this.open === undefined ? text : [...this.open.raw, text].join('\n');
    const isTold = this.isLost && this.open === undefined;
    this.open = undefined;
    this.isLost = true;
    if (!isTold) this.fault(`the line is no text: ${explainLine(problem).message}`, line, offset, raw);
  }

  end(): void {
    this.close(undefined);
  }

  private count(open: Open, written: string, line: number, offset: number): void {
    if (!/^\d{1,9}$/.test(written)) {
      this.open = undefined;
      this.isLost = true;
      this.fault(
        `${shown(written)} is not the number of faces of ${open.image}`,
        line,
        offset,
        open.raw.join('\n'),
      );
      return;
    }
    open.left = Number(written);
    if (open.left === 0) {
      open.isNone = true;
      open.left = 1;
    }
  }

  private face(open: Open, text: string, line: number, offset: number): void {
    const fields = text.trim().split(/\s+/);
    open.left!--;
    if (open.isNone) {
      this.finish(open, true);
      return;
    }
    const report = (rule: string, message: string, field: number): void => {
      let column = 1;
      let left = field;
      for (const { index } of text.matchAll(/\S+/g)) {
        column = index + 1;
        if (left-- === 0) break;
      }
      const finding = this.findings.of(rule, message, { file: this.file, line, column, offset });
      if (finding !== undefined) open.findings.push(finding);
    };
    const bad = fields.findIndex((field) => !/^-?\d{1,9}$/.test(field));
    if (fields.length < 4 || fields.length > 10) {
      report('N122', `the line has ${fields.length} numbers, not 4 to 10`, Math.min(fields.length - 1, 10));
    } else if (bad >= 0) {
      report('N122', `${shown(fields[bad])} is not a whole number`, bad);
    } else {
      const [x, y, width, height, ...values] = fields.map(Number) as [
        number,
        number,
        number,
        number,
        ...number[],
      ];
      if (width <= 0 || height <= 0) report('N123', `the face is ${width} wide and ${height} high`, 2);
      open.objects.push(faceOf(x, y, width, height, values));
    }
    if (open.left === 0) this.finish(open, true);
  }

  /** What is open ends where another image is named or the file ends. */
  private close(line: number | undefined): void {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    // The line that stands for no faces may be missing.
    if (open.isNone) {
      this.finish(open, true);
      return;
    }
    const where = line === undefined ? 'the end of the list' : 'the next image';
    const missing = open.left === undefined ? 'the number of faces' : `${open.left} of the faces`;
    this.fault(
      `${where} comes before ${missing} of ${open.image}`,
      open.line,
      open.offset,
      open.raw.join('\n'),
    );
  }

  private finish(open: Open, isLabelled: boolean): void {
    this.open = undefined;
    if (this.source.mode === 'strict' && open.findings.some(({ severity }) => severity === 'error')) {
      this.shared.batch.fault({ diagnostics: open.findings, raw: Buffer.from(open.raw.join('\n')) });
      return;
    }
    for (const finding of open.findings) this.shared.batch.finding(finding);
    this.shared.batch.record(this.record(open, isLabelled));
  }

  /** Where an image of the list is; what is to be said of that is reported. */
  private nameOf(image: string, line: number, offset: number): string {
    const { names, named, batch } = this.shared;
    const path = pathOf(image);
    const places = [`WIDER_${this.subset}/images/${path}`, `images/${path}`, path];
    const found = places.find((place) => names.has(place));
    const name = found ?? safe(places[0]!);
    const place = { file: this.file, line, column: 1, offset };
    if (named.has(name))
      batch.finding(this.findings.of('N125', `the image ${shown(image)} is listed before`, place));
    else if (found === undefined)
      batch.finding(this.findings.of('N121', `there is no image ${shown(image)}`, place));
    named.add(name);
    return name;
  }

  private record({ image, name, line, objects }: Open, isLabelled: boolean): FormatRecord {
    const sample: Sample = {
      source: this.source.pathOf(name),
      usage: usages[this.subset]!,
      annotations: isLabelled
        ? [
            {
              type: 'modelarts/object_detection',
              task: 'object_detection',
              image: { fileName: baseNameOf(name), objects },
            },
          ]
        : [],
    };
    return { sample, file: this.file, line, key: stemOfName(safe(pathOf(image))) };
  }

  private fault(message: string, line: number, offset: number, raw: string): void {
    const finding = this.findings.of('N120', message, { file: this.file, line, column: 1, offset });
    if (finding !== undefined) this.shared.batch.fault({ diagnostics: [finding], raw: Buffer.from(raw) });
  }
}

/** The name of an image in a list with `/` between folders. */
function pathOf(image: string): string {
  return image.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}

/** A name that does not lead out of the folder. */
function safe(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}

function faceOf(x: number, y: number, width: number, height: number, values: readonly number[]): ImageObject {
  const properties = new Map<string, string>();
  for (const [at, name] of attributes.entries())
    if (values[at] !== undefined && values[at] !== 0) properties.set(name, String(values[at]));
  const occlusion = values[4];
  return {
    name: 'face',
    properties: properties.size === 0 ? noProperties : properties,
    shape: { kind: 'bndbox', xmin: x, ymin: y, xmax: x + width, ymax: y + height },
    parts: [],
    ...(occlusion === undefined ? {} : { occluded: occlusion > 0 ? '1' : '0' }),
  };
}
