import type { FormatValues } from '../formats/index.js';
import {
  type Annotation,
  type Diagnostic,
  type ImageAnnotation,
  type Sample,
  type Task,
  tasks,
} from '../model/index.js';
import { instancesOf, type LabelInstance } from '../transforms/index.js';
import { encodeVoc, VocDocument } from '../voc/index.js';
import { openable } from './references.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { dirOf, resolveReference } from './storage/index.js';

/** Labels of a list: of any task, or of one alone. */
class LabelList {
  private readonly entries = new Map<string, { readonly entry: string; readonly task: Task | undefined }[]>();
  /** What has not been seen, as it was listed. */
  readonly unseen: Set<string>;

  constructor(entries: readonly string[]) {
    this.unseen = new Set(entries);
    for (const entry of entries) {
      const at = entry.lastIndexOf('@');
      const task = tasks.find((one) => at > 0 && one === entry.slice(at + 1));
      const name = task === undefined ? entry : entry.slice(0, at);
      this.entries.set(name, [...(this.entries.get(name) ?? []), { entry, task }]);
    }
  }

  /** True when a label is listed, which then has been seen. */
  has({ name, annotation }: LabelInstance): boolean {
    const entries = name === undefined ? undefined : this.entries.get(name);
    if (entries === undefined) return false;
    let isListed = false;
    for (const { entry, task } of entries) {
      if (task !== undefined && task !== annotation.task) continue;
      isListed = true;
      this.unseen.delete(entry);
    }
    return isListed;
  }
}

/** Which samples of an input are read, by its options `includedLabels`, `excludedLabels`, `difficultOnly` and `prune`. */
interface Selection {
  readonly included: LabelList | undefined;
  readonly excluded: LabelList;
  readonly difficultOnly: boolean;
  readonly prune: boolean;
}

function labelsOf(value: FormatValues[string]): readonly string[] {
  return Array.isArray(value) ? value.filter((label) => label !== '') : [];
}

/** What options select; undefined: everything. */
function selectionOf(values: FormatValues): Selection | undefined {
  const included = labelsOf(values['includedLabels']);
  const excluded = labelsOf(values['excludedLabels']);
  const difficultOnly = values['difficultOnly'] === true;
  if (included.length === 0 && excluded.length === 0 && !difficultOnly) return undefined;
  return {
    included: included.length === 0 ? undefined : new LabelList(included),
    excluded: new LabelList(excluded),
    difficultOnly,
    prune: values['prune'] === true,
  };
}

/** Why samples were left out, and how many for each reason. */
class Tally {
  unlabelled = 0;
  unwanted = 0;
  excluded = 0;
  labels = 0;

  get samples(): number {
    return this.unlabelled + this.unwanted + this.excluded;
  }

  toString(): string {
    const { samples, unlabelled, unwanted, excluded, labels } = this;
    const reasons = [
      [unwanted, 'have no label that was asked for'],
      [unlabelled, 'have no label'],
      [excluded, 'have an excluded label'],
    ] as const;
    const parts = reasons.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
    const left = `${samples === 1 ? '1 sample is' : `${samples} samples are`} left out`;
    const pruned = labels === 0 ? '' : `; ${labels === 1 ? '1 label' : `${labels} labels`} of others too`;
    return `${left}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}${pruned}`;
  }
}

class Selector {
  readonly tally = new Tally();

  constructor(private readonly selection: Selection) {}

  /** Listed labels that no sample had. */
  get missing(): readonly string[] {
    const { included, excluded } = this.selection;
    return [...new Set([...(included?.unseen ?? []), ...excluded.unseen])];
  }

  /** The row, perhaps with some labels only; undefined when it is left out. */
  take(row: Row): Row | undefined {
    const { selection, tally } = this;
    const labels = row.sample.annotations.flatMap((annotation) => instancesOf(annotation, annotation.image));
    // Each is looked at, so that what is listed and nowhere to be seen is known.
    const wanted = labels.map((label) => selection.included?.has(label) ?? true);
    const isExcluded = labels.map((label) => selection.excluded.has(label)).includes(true);
    if (selection.included !== undefined || selection.difficultOnly) {
      const isHard = row.sample.hard === true;
      if (labels.length === 0 && !(isHard && selection.included === undefined)) {
        tally.unlabelled++;
        return undefined;
      }
      if (labels.length > 0 && !labels.some((label, at) => wanted[at] && this.isHardEnough(label, isHard))) {
        tally.unwanted++;
        return undefined;
      }
    }
    if (isExcluded) {
      tally.excluded++;
      return undefined;
    }
    return selection.prune ? this.pruned(row) : row;
  }

  private isHardEnough({ isHard }: LabelInstance, isHardSample: boolean): boolean {
    return !this.selection.difficultOnly || isHard || isHardSample;
  }

  private pruned(row: Row): Row {
    const { sample } = row;
    const isHard = sample.hard === true;
    const annotations: Annotation[] = [];
    let removed = 0;
    for (const annotation of sample.annotations) {
      const { image } = annotation;
      const stays = instancesOf(annotation, image).map(
        (label) => (this.selection.included?.has(label) ?? true) && this.isHardEnough(label, isHard),
      );
      const gone = stays.filter((one) => !one).length;
      removed += gone;
      if (gone === 0) annotations.push(annotation);
      else if (gone < stays.length && image !== undefined)
        annotations.push(prunedAnnotation(annotation, image, stays, row.base));
    }
    if (removed === 0) return row;
    this.tally.labels += removed;
    const pruned: Sample = { ...sample, annotations };
    return { ...row, sample: pruned };
  }
}

/** The annotation with some of its objects. It is none of the file any more that it was read from. */
function prunedAnnotation(
  annotation: Annotation,
  image: ImageAnnotation,
  stays: readonly boolean[],
  base: string,
): Annotation {
  const { loc, ...rest } = annotation;
  const pruned = withObjects(image, stays);
  if (loc === undefined) return { ...rest, image: pruned };
  const folder = dirOf(openable(resolveReference(loc, base)));
  const reached = <T extends { readonly maskSource?: string | undefined }>(one: T): T =>
    one.maskSource === undefined
      ? one
      : Object.assign(Object.create(Object.getPrototypeOf(one)), one, {
          maskSource: openable(resolveReference(one.maskSource, folder)),
        });
  return { ...rest, image: Object.assign(reached(pruned), { objects: pruned.objects.map(reached) }) };
}

/** The image with some of its objects; what was read from a VOC file is that file without the others. */
function withObjects(image: ImageAnnotation, stays: readonly boolean[]): ImageAnnotation {
  const objects = image.objects.filter((_, index) => stays[index]);
  if (!(image instanceof VocDocument)) return { ...image, objects };
  const pruned = Object.assign(new VocDocument(), image, { objects });
  if (image.source === undefined) return pruned;
  return Object.assign(pruned, { source: Buffer.from(encodeVoc(pruned)) });
}

/**
 * The samples of an input that its options ask for. What is left out is counted in the batches and, at the end, said in one
 * finding (D009); a label of the options that nothing has is another (D007).
 *
 * @param batches whose rows are no lines of a manifest
 * @param file the input as findings name it
 */
export function selected(
  batches: AsyncIterable<RowBatch>,
  values: FormatValues,
  file: string,
): AsyncIterable<RowBatch> {
  const selection = selectionOf(values);
  return selection === undefined ? batches : selectedRows(batches, new Selector(selection), file);
}

async function* selectedRows(
  batches: AsyncIterable<RowBatch>,
  selector: Selector,
  file: string,
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const batch of batches) {
    const rows: Row[] = [];
    for (const row of batch.rows) {
      const taken = selector.take(row);
      if (taken !== undefined) rows.push(taken);
    }
    yield { ...batch, count: rows.length, rows, dropped: batch.rows.length - rows.length };
  }
  const diagnostics: Diagnostic[] = selector.missing.map((label) =>
    datasetDiagnostic('D007', `nothing has the label ${JSON.stringify(label)}`, {
      file,
      hint: 'Labels are compared exactly, letter case included: labelkit inspect lists them.',
    }),
  );
  if (selector.tally.samples + selector.tally.labels > 0)
    diagnostics.push(datasetDiagnostic('D009', String(selector.tally), { file }));
  yield { count: 0, rows: [], faults: [], diagnostics, bytes: 0, dropped: 0 };
}
