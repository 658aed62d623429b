import { type Diagnostic, decimalOf } from '../../model/index.js';
import { type Findings, type Place, shown } from '../shared/findings.js';
import type { KeypointShape, YoloTask } from './types.js';

/** One line of a label file whose numbers are in order. */
export interface LabelLine {
  /** 1-based. */
  readonly line: number;
  readonly classId: number;
  /** What follows the class, without a score. */
  readonly numbers: readonly number[];
  readonly score?: number;
}

export interface LabelFile {
  readonly lines: readonly LabelLine[];
  /** What is wrong with lines; a line with an error is not among {@link lines}. */
  readonly findings: readonly Diagnostic[];
  /** The lines are of a task that was not named: nothing of the file can be taken. */
  readonly isOtherTask: boolean;
}

export interface LabelOptions {
  /** Absent: boxes, as long as every line has five fields. */
  readonly task: YoloTask | undefined;
  readonly keypoints: KeypointShape | undefined;
  readonly classCount: number;
  readonly allowScore: boolean;
  readonly findings: Findings;
}

/** How far beyond 0 and 1 a coordinate may be to be taken for the border. */
const tolerance = 0.01;

/** The fields that a line of a task has without a score; undefined when any number from 7 that is odd will do. */
function fieldsOf({ task, keypoints }: LabelOptions): number | undefined {
  if (task === 'segment') return undefined;
  if (task === 'obb') return 9;
  if (task === 'pose' && keypoints !== undefined) return 5 + keypoints.count * keypoints.dimensions;
  return 5;
}

function asWarning(finding: Diagnostic | undefined): Diagnostic | undefined {
  return finding === undefined ? undefined : { ...finding, severity: 'warning' };
}

/** Reads the lines of a label file. */
export function parseLabels(bytes: Uint8Array, file: string, options: LabelOptions): LabelFile {
  return new LabelParser(bytes, file, options).parse();
}

class LabelParser {
  private readonly text: string;
  private readonly lines: LabelLine[] = [];
  private readonly findings: Diagnostic[] = [];
  private isOtherTask = false;
  private hasScores = false;
  /** Of the line looked at. */
  private start = 0;
  private end = 0;
  private number = 0;

  constructor(
    bytes: Uint8Array,
    private readonly file: string,
    private readonly options: LabelOptions,
  ) {
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  parse(): LabelFile {
    const { text } = this;
    const seen = new Map<string, number>();
    this.start = text.startsWith('\ufeff') ? 1 : 0;
    while (this.start < text.length) {
      const feed = text.indexOf('\n', this.start);
      this.end = feed < 0 ? text.length : feed;
      this.number++;
      const line = text.slice(this.start, this.end).trim();
      if (line !== '') this.line(line.split(/\s+/), seen);
      this.start = this.end + 1;
    }
    return { lines: this.lines, findings: this.findings, isOtherTask: this.isOtherTask };
  }

  private line(fields: readonly string[], seen: Map<string, number>): void {
    const count = this.coordinateFields(fields);
    if (count === undefined) return;
    const classId = this.classId(fields[0]!);
    if (classId === undefined) return;
    const numbers: number[] = [];
    for (let at = 1; at < count; at++) {
      const number = this.coordinate(fields[at]!, at);
      if (number === undefined) return;
      numbers.push(number);
    }
    const score = fields.length > count ? this.score(fields[count]!, count) : undefined;
    if (fields.length > count && score === undefined) return;
    if (!this.hasArea(numbers)) return;
    const key = fields.join(' ');
    const first = seen.get(key);
    if (first !== undefined) {
      this.report('Y015', `the line is the same as line ${first}`, 0);
      return;
    }
    seen.set(key, this.number);
    this.lines.push({ line: this.number, classId, numbers, ...(score === undefined ? {} : { score }) });
  }

  /** How many fields there are before a score; undefined when there is another number of them than the task has. */
  private coordinateFields(fields: readonly string[]): number | undefined {
    const { allowScore, task } = this.options;
    const wanted = fieldsOf(this.options);
    const { length } = fields;
    if (wanted === undefined ? length >= 7 && length % 2 === 1 : length === wanted) return length;
    const hasScore = wanted === undefined ? length >= 8 && length % 2 === 0 : length === wanted + 1;
    if (hasScore && allowScore) {
      if (!this.hasScores) {
        this.hasScores = true;
        this.add(asWarning(this.finding('Y009', 'the lines end with a score', length - 1)));
      }
      return length - 1;
    }
    const needed = wanted === undefined ? 'an odd number of fields from 7' : `${wanted} fields`;
    this.report(
      'Y009',
      `the line has ${length} fields, not ${needed}`,
      Math.min(length - 1, wanted ?? length),
      {
        hint: hasScore ? 'A score at the end is read with --from-option allow-score.' : this.taskHint(length),
      },
    );
    if (task === undefined && length > 6) this.isOtherTask = true;
    return undefined;
  }

  private taskHint(length: number): string {
    const { task } = this.options;
    if (length <= 6) return 'A box is: class, x and y of its centre, width, height.';
    if (task === 'pose') return 'kpt_shape in data.yaml says how many keypoints there are.';
    const also = length === 9 ? ', task=obb for turned boxes' : '';
    return `Perhaps these are outlines: --from-option task=segment reads them${also}, task=pose for keypoints.`;
  }

  private classId(field: string): number | undefined {
    const value = decimalOf(field);
    const { classCount } = this.options;
    if (value === undefined || !Number.isInteger(value) || value < 0 || value >= classCount) {
      const known = classCount === 0 ? 'there are no classes' : `classes are 0 to ${classCount - 1}`;
      this.report('Y010', `the class is ${shown(field)}, and ${known}`, 0);
      return undefined;
    }
    if (!/^\d+$/.test(field))
      this.add(asWarning(this.finding('Y010', `the class is written ${shown(field)}`, 0)));
    return value;
  }

  private coordinate(field: string, at: number): number | undefined {
    const value = decimalOf(field);
    if (value === undefined) {
      this.report(
        'Y011',
        `${shown(field)} is not a number`,
        at,
        /^-?\d+,\d+$/.test(field) ? { hint: 'Write decimals with a point.' } : {},
      );
      return undefined;
    }
    // The visibility of a keypoint, a score and a size are looked at elsewhere.
    if (this.isVisibility(at)) return this.visibility(value, field, at);
    if (value >= 0 && value <= 1) return value;
    if (value >= -tolerance && value <= 1 + tolerance) {
      this.add(asWarning(this.finding('Y011', `${field} is not from 0 to 1, and is clipped`, at)));
      return value < 0 ? 0 : 1;
    }
    // A negative width is no wrong unit.
    if ((at === 3 || at === 4) && value < 0 && this.isBox) return value;
    this.report('Y011', `${field} is not from 0 to 1`, at, {
      ...(value > 1
        ? { hint: 'It looks like pixels: coordinates are shares of the width and height of the image.' }
        : {}),
    });
    return undefined;
  }

  private get isBox(): boolean {
    const { task } = this.options;
    return task === undefined || task === 'detect' || task === 'pose';
  }

  private isVisibility(at: number): boolean {
    const { task, keypoints } = this.options;
    return task === 'pose' && keypoints?.dimensions === 3 && at > 4 && (at - 5) % 3 === 2;
  }

  private visibility(value: number, field: string, at: number): number | undefined {
    if (value === 0 || value === 1 || value === 2) return value;
    this.report('Y011', `the visibility ${field} is none of 0, 1 and 2`, at);
    return undefined;
  }

  private score(field: string, at: number): number | undefined {
    const value = decimalOf(field);
    if (value !== undefined && value >= 0 && value <= 1) return value;
    this.report('Y011', `the score ${shown(field)} is not a number from 0 to 1`, at);
    return undefined;
  }

  private hasArea(numbers: readonly number[]): boolean {
    if (!this.isBox) return true;
    const [, , width, height] = numbers;
    if (width! > 0 && height! > 0) return true;
    this.report(
      'Y012',
      `the ${width! > 0 ? 'height' : 'width'} of the box is ${width! > 0 ? height : width}`,
      width! > 0 ? 4 : 3,
    );
    return false;
  }

  private add(finding: Diagnostic | undefined): void {
    if (finding !== undefined) this.findings.push(finding);
  }

  private report(rule: string, message: string, field: number, more: { readonly hint?: string } = {}): void {
    this.add(this.finding(rule, message, field, more));
  }

  /** @param field index of the field that it is about */
  private finding(
    rule: string,
    message: string,
    field: number,
    more: { readonly hint?: string } = {},
  ): Diagnostic | undefined {
    return this.options.findings.of(rule, message, { ...this.place(field), ...more });
  }

  private place(field: number): Place {
    const line = this.text.slice(this.start, this.end);
    let column = 1;
    let left = field;
    for (const { index } of line.matchAll(/\S+/g)) {
      column = index + 1;
      if (left-- === 0) break;
    }
    return {
      file: this.file,
      line: this.number,
      column,
      offset: Buffer.byteLength(this.text.slice(0, this.start)),
    };
  }
}
