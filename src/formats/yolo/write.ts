import {
  type BndBox,
  type Diagnostic,
  type ImageObject,
  nameProblem,
  OptionError,
  type Shape,
} from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { Findings } from '../shared/findings.js';
import { countLosses, type Loss } from '../shared/losses.js';
import { baseNameOf, extensionOf, keyOf, NameTable, stemOfName } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { folderOfUsage, isNoImage, objectsOf, rectangleOf, refuseAppend } from '../shared/tree-rows.js';
import { quoteYaml } from '../shared/yaml.js';
import { carriedBy } from './carries.js';
import { yoloRules } from './rules.js';
import type { YoloTask } from './types.js';

type Layout = 'darknet' | 'ultralytics';

/** Subsets by usage; a Darknet tree has no test data. */
const subsets: Readonly<Record<Layout, Readonly<Record<string, string>>>> = {
  darknet: { TRAIN: 'train', EVAL: 'valid' },
  ultralytics: { TRAIN: 'train', EVAL: 'val', TEST: 'test' },
};

/**
 * Writes a tree.
 *
 * @throws OptionError for options that do not go together, and for appending: class numbers of before are not known
 */
export function writeYolo(sink: FormatSink): FormatWriter {
  const task = (sink.options['task'] ?? 'detect') as YoloTask;
  const layout = (sink.options['layout'] ?? (task === 'detect' ? 'darknet' : 'ultralytics')) as Layout;
  refuseAppend(sink, 'a YOLO tree');
  if (layout === 'darknet' && task !== 'detect') {
    throw new OptionError(`a Darknet tree has no lines for task=${task}`, {
      hint: 'Give --to-option layout=ultralytics.',
    });
  }
  if (task === 'classify') {
    if (sink.images === 'reference') {
      throw new OptionError('with task=classify the images are the labels, and have to be written', {
        hint: 'Give --images copy or --images link.',
      });
    }
    return new ClassFolderWriter(sink);
  }
  const keypoints = (sink.options['keypoints'] ?? []) as readonly string[];
  if (task === 'pose' && keypoints.length === 0) {
    throw new OptionError('with task=pose the names of the keypoints are needed', {
      hint: 'Give --to-option keypoints=nose,left_eye,right_eye: the names of the parts in their order.',
    });
  }
  return new LabelWriter(sink, task, layout, keypoints);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A label line, nothing where the object is left out and counted, or why it cannot be written. */
type Line = string | undefined | Diagnostic;

class LabelWriter implements FormatWriter {
  private readonly classes: ClassTable;
  private readonly names: NameTable;
  private readonly findings = new Findings(yoloRules, { mode: 'strict', profile: 'generic' });
  private readonly used = new Set<string>();
  /** Usages without a subset, which were met. */
  private readonly unwritten = new Set<string>();
  /** Of the row being written: what is lost of objects whose kind the task has a place for. */
  private readonly extraLosses: Loss[] = [];
  private readonly carries;

  constructor(
    private readonly sink: FormatSink,
    private readonly task: YoloTask,
    private readonly layout: Layout,
    private readonly keypoints: readonly string[],
  ) {
    this.classes = new ClassTable(sink.classes);
    this.names = new NameTable(sink);
    this.carries = carriedBy(task);
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    if (isNoImage(row, sink)) return 'skipped';
    const subset = folderOfUsage(row, sink, subsets[this.layout], 'train');
    if (subset === undefined) {
      this.reportUsage(row);
      return 'skipped';
    }
    this.extraLosses.length = 0;
    const lines = await this.lines(row);
    if (typeof lines !== 'string' && lines !== undefined) return lines;
    const folder = this.layout === 'darknet' ? `obj_${subset}_data` : `labels/${subset}`;
    const label = this.names.take(row, `${folder}/${keyOf(row)}`);
    if (typeof label !== 'string') return [label];
    const image = this.layout === 'darknet' ? label : `images${label.slice('labels'.length)}`;
    const reference = await this.place(row, `${image}${extensionOf(row.sample.source)}`);
    if (typeof reference !== 'string') return [reference];
    // An image that lies elsewhere belongs to the tree by its label file.
    if (lines !== undefined || sink.images === 'reference') sink.add(`${label}.txt`, lines ?? '');
    if (this.layout === 'darknet' || sink.images === 'reference')
      sink.lengthen(`${subset}.txt`, `${reference}\n`);
    this.used.add(subset);
    countLosses(sink, row, this.carries);
    for (const { feature, pointer } of this.extraLosses) sink.lose(row, feature, pointer);
    return 'written';
  }

  end(): void {
    const { classes, keypoints, layout, sink, task, used } = this;
    const inOrder = Object.values(subsets[layout]).filter((subset) => used.has(subset));
    if (layout === 'darknet') {
      if (inOrder.length === 0) {
        inOrder.push('train');
        sink.add('train.txt', '');
      }
      sink.add('obj.names', classes.names.map((name) => `${name}\n`).join(''));
      const lists = inOrder.map((subset) => `${subset} = ${subset}.txt\n`).join('');
      sink.add('obj.data', `classes = ${classes.size}\n${lists}names = obj.names\nbackup = backup/\n`);
      return;
    }
    const isList = sink.images === 'reference' || inOrder.length === 0;
    if (inOrder.length === 0) {
      inOrder.push('train');
      sink.add('train.txt', '');
    }
    const lines = inOrder.map((subset) => `${subset}: ${isList ? `${subset}.txt` : `images/${subset}`}\n`);
    lines.push(`nc: ${classes.size}\n`, classes.size === 0 ? 'names: []\n' : 'names:\n');
    for (const [id, name] of classes.names.entries()) lines.push(`  ${id}: ${quoteYaml(name)}\n`);
    if (task === 'pose') {
      lines.push(`kpt_shape: [${keypoints.length}, 3]\n`, 'kpt_names:\n');
      const points = keypoints.map(quoteYaml).join(', ');
      for (const id of classes.names.keys()) lines.push(`  ${id}: [${points}]\n`);
    }
    sink.add('data.yaml', lines.join(''));
  }

  /** Says once for each usage that its samples are left out. */
  private reportUsage(row: WriteRow): void {
    const usage = row.sample.usage!;
    if (this.unwritten.has(usage)) return;
    this.unwritten.add(usage);
    const isTest = this.layout === 'darknet' && usage.toUpperCase() === 'TEST';
    const finding = this.findings.of('Y021', `samples of the usage ${usage} are left out`, {
      ...placeOf(row),
      pointer: '/usage',
      ...(isTest ? { hint: 'Give --to-option layout=ultralytics to write them too.' } : {}),
    });
    if (finding !== undefined) this.sink.report(finding);
  }

  /** Puts the image into the tree, where that was asked. @returns what a list says of it */
  private async place(row: WriteRow, name: string): Promise<string | Diagnostic> {
    const { sink } = this;
    if (sink.images !== 'reference') return (await sink.image(row, name)) ?? name;
    const reference = sink.referenceTo(row.sample.source);
    if (!/[\r\n]/.test(reference)) return reference;
    return this.refusal(row, 'Y020', 'the name of the image has a line break, which a list cannot hold');
  }

  /** What the label file says; undefined when nothing was labelled. */
  private async lines(row: WriteRow): Promise<string | undefined | readonly Diagnostic[]> {
    const objects = objectsOf(row);
    if (objects === undefined || objects.length === 0) return objects === undefined ? undefined : '';
    const size = await this.sizeOf(row);
    if ('rule' in size) return [size];
    const lines: string[] = [];
    const refusals: Diagnostic[] = [];
    for (const { object, pointer } of objects) {
      const line = this.line(object, size, row, pointer);
      if (typeof line === 'string') lines.push(`${line}\n`);
      else if (line !== undefined) refusals.push(line);
    }
    return refusals.length > 0 ? refusals : lines.join('');
  }

  private async sizeOf(row: WriteRow): Promise<Size | Diagnostic> {
    for (const { width, height } of row.images.values())
      if (width !== undefined && height !== undefined && width > 0 && height > 0) return { width, height };
    const size = await this.sink.imageSize(row);
    if (!('problem' in size)) return size;
    return this.refusal(row, 'Y018', `the size of the image is not known: ${size.message}`);
  }

  private line(object: ImageObject, size: Size, row: WriteRow, pointer: string): Line {
    const { name, shape } = object;
    if (name === undefined || name === '' || shape === undefined) return undefined;
    if (this.layout === 'darknet' && (/[\r\n]/.test(name) || name.trim() !== name)) {
      const message = `the label ${JSON.stringify(name)} has line breaks or blanks around it, which obj.names cannot hold`;
      return this.refusal(row, 'Y020', message, pointer);
    }
    const numbers = this.numbers(shape, size, row, pointer);
    if (numbers === undefined || 'rule' in numbers) return numbers;
    const id = this.classes.take(name, row, pointer);
    if (typeof id !== 'number') return id;
    const points = this.task === 'pose' ? this.keypointFields(object, size, row, pointer) : '';
    return `${id} ${numbers.map((number) => number.toFixed(6)).join(' ')}${points}`;
  }

  private numbers(
    shape: Shape,
    size: Size,
    row: WriteRow,
    pointer: string,
  ): readonly number[] | undefined | Diagnostic {
    const { task } = this;
    if (task === 'segment' || task === 'obb') {
      const points = shape.kind === 'polygon' ? openRing(shape.points) : [];
      if (task === 'segment' ? points.length >= 6 : points.length === 8)
        return this.shares(points, size, row, pointer);
    } else if (shape.kind === 'bndbox') {
      return this.boxShares(shape, size, row, pointer);
    }
    if (this.sink.options['shapes'] !== 'bbox') {
      const wanted = { segment: 'an outline', obb: 'a polygon of four points' }[task as string] ?? 'a box';
      const other =
        shape.kind === 'polygon' && task !== 'segment' ? ' --to-option task=segment keeps it.' : '';
      return this.refusal(row, 'Y020', `a ${shape.kind} cannot be written as ${wanted}`, pointer, {
        hint: `Accept its rectangle with --to-option shapes=bbox.${other}`,
      });
    }
    if (shape.kind === 'polygon' && this.carries.has('shape-polygon'))
      this.extraLosses.push({ feature: 'shape-polygon', pointer });
    // A point or an upright line has no rectangle: it is left out, and counted with the losses of the row.
    const box = shape.kind === 'bndbox' ? shape : rectangleOf(shape);
    if (box === undefined) return undefined;
    if (task !== 'segment' && task !== 'obb') return this.boxShares(box, size, row, pointer);
    const { xmin, ymin, xmax, ymax } = box;
    if (!(xmax > xmin && ymax > ymin)) {
      const message = `the box ${xmin}, ${ymin}, ${xmax}, ${ymax} has no area`;
      return this.refusal(row, 'Y012', message, pointer);
    }
    return this.shares([xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax], size, row, pointer);
  }

  private boxShares(box: BndBox, size: Size, row: WriteRow, pointer: string): readonly number[] | Diagnostic {
    const [xmin, ymin, xmax, ymax] = this.clip([box.xmin, box.ymin, box.xmax, box.ymax], size, row, pointer);
    const { width, height } = size;
    const shares = [
      (xmin! + xmax!) / 2 / width,
      (ymin! + ymax!) / 2 / height,
      (xmax! - xmin!) / width,
      (ymax! - ymin!) / height,
    ];
    if (shares[2]! >= smallest && shares[3]! >= smallest) return shares;
    return this.refusal(
      row,
      'Y012',
      `the box ${box.xmin}, ${box.ymin}, ${box.xmax}, ${box.ymax} has no area in the image of ${width} × ${height}`,
      pointer,
    );
  }

  private shares(points: readonly number[], size: Size, row: WriteRow, pointer: string): readonly number[] {
    return this.clip(points, size, row, pointer).map(
      (value, i) => value / (i % 2 === 0 ? size.width : size.height),
    );
  }

  /** Coordinates inside the image; by more than a pixel it is said. */
  private clip(points: readonly number[], size: Size, row: WriteRow, pointer: string): number[] {
    let by = 0;
    const inside = points.map((value, i) => {
      const limit = i % 2 === 0 ? size.width : size.height;
      const kept = Math.min(Math.max(value, 0), limit);
      by = Math.max(by, Math.abs(value - kept));
      return kept;
    });
    if (by > 1) {
      const message = `a shape leaves the image of ${size.width} × ${size.height} by ${by.toFixed(1)} pixels, and is clipped`;
      const finding = this.findings.of('Y013', message, { ...placeOf(row), pointer });
      if (finding !== undefined) this.sink.report(finding);
    }
    return inside;
  }

  private keypointFields(object: ImageObject, size: Size, row: WriteRow, pointer: string): string {
    const points = new Map<string, ImageObject>();
    for (const [at, part] of object.parts.entries()) {
      const { name, shape } = part;
      if (name === undefined || shape?.kind !== 'point' || points.has(name) || !this.keypoints.includes(name))
        this.extraLosses.push({ feature: 'parts', pointer: `${pointer}/parts/${at}` });
      else points.set(name, part);
    }
    let fields = '';
    for (const name of this.keypoints) {
      const part = points.get(name);
      if (part?.shape?.kind !== 'point') {
        fields += ' 0.000000 0.000000 0';
        continue;
      }
      const [x, y] = this.shares([part.shape.x, part.shape.y], size, row, pointer);
      fields += ` ${x!.toFixed(6)} ${y!.toFixed(6)} ${part.properties.get('visible') === '1' ? 1 : 2}`;
    }
    return fields;
  }

  private refusal(
    row: WriteRow,
    rule: string,
    message: string,
    pointer?: string,
    { hint = yoloRules.find(({ id }) => id === rule)!.fix }: { readonly hint?: string } = {},
  ): Diagnostic {
    return {
      rule,
      severity: 'error',
      message,
      hint,
      ...placeOf(row),
      ...(pointer === undefined ? {} : { pointer }),
    };
  }
}

/** Shares below this are written as 0.000000. */
const smallest = 0.0000005;

/** Vertices without a last one that is the first again. */
function openRing(points: readonly number[]): readonly number[] {
  const { length } = points;
  const isClosed = length >= 8 && points[0] === points[length - 2] && points[1] === points[length - 1];
  return isClosed ? points.slice(0, -2) : points;
}

/** Images in folders that are their classes. */
class ClassFolderWriter implements FormatWriter {
  private readonly classes: ClassTable;
  private readonly names: NameTable;
  private readonly carries = carriedBy('classify');

  constructor(private readonly sink: FormatSink) {
    this.classes = new ClassTable(sink.classes);
    this.names = new NameTable(sink);
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    if (isNoImage(row, sink)) return 'skipped';
    const subset = folderOfUsage(row, sink, subsets.ultralytics, 'train');
    if (subset === undefined) return 'skipped';
    const labels = row.sample.annotations.flatMap(({ task, name }) =>
      task === 'image_classification' && name !== undefined ? [name] : [],
    );
    const [label] = labels;
    if (label === undefined) {
      sink.lose(row, 'unlabelled-image');
      return 'skipped';
    }
    if (labels.length > 1) {
      return [
        {
          rule: 'D022',
          severity: 'error',
          message: `the image has ${labels.length} labels, and a folder is one`,
          hint: 'Keep one label of each image, or write a format with several.',
          ...placeOf(row),
        },
      ];
    }
    const problem = nameProblem(label, { single: true });
    if (problem !== undefined) {
      return [
        {
          rule: 'D023',
          severity: 'error',
          message: `the label ${JSON.stringify(label)} cannot name a folder: it ${problem.message}`,
          hint: 'Rename it with labelkit relabel --map.',
          ...placeOf(row),
        },
      ];
    }
    const id = this.classes.take(label, row);
    if (typeof id !== 'number') return [id];
    const { source } = row.sample;
    const name = this.names.take(
      row,
      `${subset}/${label}/${stemOfName(baseNameOf(source))}`,
      extensionOf(source),
    );
    if (typeof name !== 'string') return [name];
    const finding = await sink.image(row, name);
    if (finding !== undefined) return [finding];
    countLosses(sink, row, this.carries);
    return 'written';
  }

  end(): void {}
}
