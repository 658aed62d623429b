import {
  type Annotation,
  type Diagnostic,
  type ImageAnnotation,
  type ImageObject,
  LabelkitError,
  noProperties,
  type Sample,
  type Shape,
  throwIfAborted,
} from '../../model/index.js';
import type { FormatBatch, FormatSource, ImageSize } from '../contract.js';
import { BatchBuilder, batchSize } from '../shared/batches.js';
import { Findings } from '../shared/findings.js';
import { neat } from '../shared/geometry.js';
import { baseNameOf } from '../shared/names.js';
import { type LabelLine, parseLabels } from './labels.js';
import { yoloRules } from './rules.js';
import { findTree } from './tree.js';
import type { KeypointShape, YoloDescription, YoloEntry, YoloTask } from './types.js';

/** Reads a tree: the images of the lists in their order, or of folders in the order of their names. */
export async function* readYolo(source: FormatSource): AsyncGenerator<FormatBatch> {
  const findings = new Findings(yoloRules, source);
  const named = source.options['task'] as YoloTask | undefined;
  const tree = await findTree(source, findings, named === 'classify');
  const task = named ?? (tree.description.keypoints === undefined ? undefined : 'pose');
  const reader = new EntryReader(source, findings, tree.description, task);
  const batch = new BatchBuilder();
  for (const finding of tree.findings) batch.finding(finding);
  for (const fault of tree.faults) batch.fault(fault);
  yield batch.take();
  for (let at = 0; at < tree.entries.length; at += batchSize) {
    throwIfAborted(source.signal);
    await reader.read(tree.entries.slice(at, at + batchSize), batch);
    yield batch.take();
  }
}

/** A label file that was read, until the size of its image is known. */
interface Pending {
  readonly entry: YoloEntry;
  readonly lines: readonly LabelLine[];
  readonly findings: readonly Diagnostic[];
  readonly raw: Uint8Array;
}

class EntryReader {
  private readonly areTurned: boolean;

  constructor(
    private readonly source: FormatSource,
    private readonly findings: Findings,
    private readonly description: YoloDescription,
    private readonly task: YoloTask | undefined,
  ) {
    this.areTurned = source.options['orientation'] === 'turned';
  }

  async read(entries: readonly YoloEntry[], batch: BatchBuilder): Promise<void> {
    const pending = new Map<YoloEntry, Pending>();
    const refused = new Set<YoloEntry>();
    const labelled = entries.filter((entry) => entry.label !== undefined);
    let next = 0;
    for await (const [name, content] of this.source.readAll(labelled.map((entry) => entry.label!))) {
      const entry = labelled[next++]!;
      if (content instanceof LabelkitError) {
        refused.add(entry);
        batch.fault({
          diagnostics: [
            { rule: 'D053', severity: 'error', message: content.message, file: this.source.pathOf(name) },
          ],
          name,
          cause: content,
        });
        continue;
      }
      batch.read(content.length);
      const read = this.parse(entry, content);
      if (read === undefined) continue;
      if (Array.isArray(read)) {
        refused.add(entry);
        batch.fault({ diagnostics: read, raw: new Uint8Array(content), name });
      } else {
        pending.set(entry, { ...read, raw: new Uint8Array(content) });
      }
    }
    const sizes = await this.sizesOf(pending.keys());
    for (const entry of entries) {
      if (refused.has(entry)) continue;
      const labels = pending.get(entry);
      if (labels === undefined) batch.record(this.record(entry, this.unread(entry)));
      else this.finish(labels, sizes.get(entry.image), batch);
    }
  }

  /** The lines of a label file; findings alone when nothing of it can be taken. */
  private parse(entry: YoloEntry, content: Uint8Array): Omit<Pending, 'raw'> | Diagnostic[] | undefined {
    const { description, findings, source, task } = this;
    const {
      lines,
      findings: found,
      isOtherTask,
    } = parseLabels(content, source.pathOf(entry.label!), {
      task,
      keypoints: description.keypoints,
      classCount: description.names.length,
      allowScore: source.options['allowScore'] === true,
      findings,
    });
    const isRefused =
      isOtherTask || (source.mode === 'strict' && found.some(({ severity }) => severity === 'error'));
    return isRefused ? [...found] : { entry, lines, findings: found };
  }

  private async sizesOf(entries: Iterable<YoloEntry>): Promise<Map<string, ImageSize>> {
    const sizes = new Map<string, ImageSize>();
    const images = Array.from(entries, ({ image }) => image);
    for await (const [image, size] of this.source.imageSizes(images)) sizes.set(image, size);
    return sizes;
  }

  /** The labels of an image without a label file: its class folder, or nothing. */
  private unread({ className }: YoloEntry): Annotation[] {
    if (className === undefined) return [];
    return [{ type: 'modelarts/image_classification', task: 'image_classification', name: className }];
  }

  private record({ source, usage, key, label }: YoloEntry, annotations: readonly Annotation[]) {
    const sample: Sample = { source, annotations, ...(usage === undefined ? {} : { usage }) };
    return { sample, file: label === undefined ? source : this.source.pathOf(label), key };
  }

  private finish(
    { entry, lines, findings, raw }: Pending,
    size: ImageSize | undefined,
    batch: BatchBuilder,
  ): void {
    for (const finding of findings) batch.finding(finding);
    const file = this.source.pathOf(entry.label!);
    if (size === undefined || 'problem' in size) {
      const finding = this.findings.of(
        'Y018',
        `the size of ${entry.source} is not known: ${size?.message ?? 'it was not looked at'}`,
        { file, source: entry.source },
      );
      if (lines.length === 0) {
        batch.finding(finding === undefined ? undefined : { ...finding, severity: 'warning' });
        batch.record(this.record(entry, [detection({ fileName: baseNameOf(entry.source), objects: [] })]));
      } else if (finding !== undefined) {
        batch.fault({ diagnostics: [finding], raw, name: entry.label! });
      }
      return;
    }
    const turned = size.orientation !== undefined && size.orientation !== 1;
    const swapped = this.areTurned && (size.orientation === 6 || size.orientation === 8);
    if (turned && lines.length > 0) {
      batch.finding(
        this.findings.of(
          'Y014',
          `the EXIF orientation is ${size.orientation}; the sides are taken ${swapped ? 'as turned' : 'as stored'}`,
          { file: entry.source, source: entry.source },
        ),
      );
    }
    const width = swapped ? size.height : size.width;
    const height = swapped ? size.width : size.height;
    const objects = lines.map((line) => this.object(line, width, height, file, batch));
    batch.record(
      this.record(entry, [detection({ fileName: baseNameOf(entry.source), width, height, objects })]),
    );
  }

  private object(
    line: LabelLine,
    width: number,
    height: number,
    file: string,
    batch: BatchBuilder,
  ): ImageObject {
    const { description, task } = this;
    const { classId, numbers, score } = line;
    const shape: Shape =
      task === 'segment' || task === 'obb'
        ? { kind: 'polygon', points: numbers.map((share, i) => neat(share * (i % 2 === 0 ? width : height))) }
        : boxOfLine(numbers, width, height);
    const clipped = shape.kind === 'bndbox' ? clip(shape, width, height) : { shape, by: 0 };
    if (clipped.by > 1) {
      batch.finding(
        this.findings.of(
          'Y013',
          `the box leaves the image by ${clipped.by.toFixed(1)} pixels, and is clipped`,
          {
            file,
            line: line.line,
            column: 1,
          },
        ),
      );
    }
    const parts =
      task === 'pose' && description.keypoints !== undefined
        ? keypointsOf(numbers, description.keypoints, description.keypointNames, width, height)
        : [];
    return {
      name: description.names[classId]!,
      properties: noProperties,
      shape: clipped.shape,
      parts,
      ...(score === undefined ? {} : { confidence: score }),
    };
  }
}

function detection(image: ImageAnnotation): Annotation {
  return { type: 'modelarts/object_detection', task: 'object_detection', image };
}

type Box = Extract<Shape, { kind: 'bndbox' }>;

function boxOfLine([xc, yc, w, h]: readonly number[], width: number, height: number): Box {
  return {
    kind: 'bndbox',
    xmin: neat((xc! - w! / 2) * width),
    ymin: neat((yc! - h! / 2) * height),
    xmax: neat((xc! + w! / 2) * width),
    ymax: neat((yc! + h! / 2) * height),
  };
}

/** The part of a box that is in the image, and by how many pixels it left it. */
function clip(box: Box, width: number, height: number): { readonly shape: Box; readonly by: number } {
  const by = Math.max(0, -box.xmin, -box.ymin, box.xmax - width, box.ymax - height);
  if (by === 0) return { shape: box, by };
  return {
    shape: {
      kind: 'bndbox',
      xmin: Math.max(0, box.xmin),
      ymin: Math.max(0, box.ymin),
      xmax: Math.min(width, box.xmax),
      ymax: Math.min(height, box.ymax),
    },
    by,
  };
}

const visibilities = ['0', '1', '2'].map((value) => new Map([['visible', value]]));

/** Labelled keypoints as parts with a point; those without a label (visibility 0, or at 0, 0) are left out. */
function keypointsOf(
  numbers: readonly number[],
  { count, dimensions }: KeypointShape,
  names: readonly string[] | undefined,
  width: number,
  height: number,
): ImageObject[] {
  const parts: ImageObject[] = [];
  for (let i = 0; i < count; i++) {
    const at = 4 + i * dimensions;
    const x = numbers[at]!;
    const y = numbers[at + 1]!;
    const visible = dimensions === 3 ? numbers[at + 2]! : undefined;
    if (visible === 0 || (visible === undefined && x === 0 && y === 0)) continue;
    parts.push({
      name: names?.[i] || String(i),
      properties: visible === undefined ? noProperties : visibilities[visible]!,
      shape: { kind: 'point', x: neat(x * width), y: neat(y * height) },
      parts: [],
    });
  }
  return parts;
}
