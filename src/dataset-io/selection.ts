import type { FormatValues } from '../formats/index.js';
import type { Annotation, Diagnostic, ImageAnnotation, Sample } from '../model/index.js';
import { instancesOf, type LabelInstance } from '../transforms/index.js';
import { encodeVoc, VocDocument } from '../voc/index.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';

/** Which samples of an input are read, by its options `includedLabels`, `excludedLabels`, `difficultOnly` and `prune`. */
interface Selection {
  readonly included: ReadonlySet<string> | undefined;
  readonly excluded: ReadonlySet<string>;
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
    included: included.length === 0 ? undefined : new Set(included),
    excluded: new Set(excluded),
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
  private readonly unseen: Set<string>;

  constructor(private readonly selection: Selection) {
    this.unseen = new Set([...(selection.included ?? []), ...selection.excluded]);
  }

  /** Listed labels that no sample had. */
  get missing(): readonly string[] {
    return [...this.unseen];
  }

  /** The row, perhaps with some labels only; undefined when it is left out. */
  take(row: Row): Row | undefined {
    const { selection, tally } = this;
    const labels = row.sample.annotations.flatMap((annotation) => instancesOf(annotation, annotation.image));
    for (const { name } of labels) if (name !== undefined) this.unseen.delete(name);
    if (selection.included !== undefined || selection.difficultOnly) {
      const isHard = row.sample.hard === true;
      if (labels.length === 0 && !(isHard && selection.included === undefined)) {
        tally.unlabelled++;
        return undefined;
      }
      if (labels.length > 0 && !labels.some((label) => this.isWanted(label, isHard))) {
        tally.unwanted++;
        return undefined;
      }
    }
    if (labels.some(({ name }) => name !== undefined && selection.excluded.has(name))) {
      tally.excluded++;
      return undefined;
    }
    return selection.prune ? this.pruned(row) : row;
  }

  private isWanted({ name, isHard }: LabelInstance, isHardSample: boolean): boolean {
    const { included, difficultOnly } = this.selection;
    if (included !== undefined && (name === undefined || !included.has(name))) return false;
    return !difficultOnly || isHard || isHardSample;
  }

  private pruned(row: Row): Row {
    const { sample } = row;
    const isHard = sample.hard === true;
    const annotations: Annotation[] = [];
    let removed = 0;
    for (const annotation of sample.annotations) {
      const { image } = annotation;
      const stays = instancesOf(annotation, image).map((label) => this.isWanted(label, isHard));
      const gone = stays.filter((one) => !one).length;
      removed += gone;
      if (gone === 0) annotations.push(annotation);
      else if (gone < stays.length && image !== undefined)
        annotations.push({ ...annotation, image: withObjects(image, stays) });
    }
    if (removed === 0) return row;
    this.tally.labels += removed;
    const pruned: Sample = { ...sample, annotations };
    return { ...row, sample: pruned };
  }
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
