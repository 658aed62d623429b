import { ManifestAnnotation } from '../manifest/index.js';
import { type Annotation, isVocTask, OptionError } from '../model/index.js';
import {
  type LabelSuggestion,
  parseRelabelCsv,
  Relabeler,
  type RelabelReport,
  type RelabelRules,
  suggestLabels,
} from '../transforms/index.js';
import { changeVoc, type VocObject } from '../voc/index.js';
import { survey, type TransformOptions, transform } from './convert.js';
import { readBytes } from './read-bytes.js';
import type { JoinedFile } from './resolve.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';
import { storageOf } from './storages.js';

export interface RelabelOptions extends TransformOptions, RelabelRules {
  /** A CSV file of old and new names, in UTF-8; an empty new name takes the label out. */
  readonly mapFile?: string | undefined;
}

export interface RelabelResult extends RunResult {
  readonly labels: RelabelReport & {
    /** Relations that were taken out because an entity that they join was. */
    readonly relations: number;
    /** Labels of whole samples that were taken out because the sample had the same one by another name before. */
    readonly repeats: number;
  };
}

/**
 * Gives labels new names, or takes them out: of annotations, and of the objects and parts in VOC files, whose other bytes
 * stay. Samples stay, also those that have no label any more.
 *
 * @param input a path; `-` for a manifest on standard input
 * @param output a path; `-` for a manifest on standard output
 * @throws as `transform`; OptionError for rules that contradict each other, and for a fault in the table
 */
export async function relabel(
  input: string,
  output: string,
  options: RelabelOptions,
): Promise<RelabelResult> {
  const { map = [], drop = [], rename, onlyMapped, mapFile } = options;
  const table = mapFile === undefined ? [] : await readTable(mapFile, options);
  const rules = {
    map: [...map, ...table.filter(([, to]) => to !== '')],
    drop: [...drop, ...table.filter(([, to]) => to === '').map(([from]) => literal(from))],
    rename: [...(rename ?? [])],
    onlyMapped,
  };
  if (rules.map.length + rules.drop.length + rules.rename.length === 0 && mapFile === undefined) {
    throw new OptionError('nothing says what the labels are to be called', {
      hint: 'Say --map, --map-file, --rename or --drop (options map, mapFile, rename, drop).',
    });
  }
  const stage = new RelabelStage(new Relabeler(rules));
  const result = await transform(input, output, stage, options);
  return { ...result, labels: stage.report() };
}

/** A name as a pattern that matches nothing else. */
function literal(label: string): string {
  return label.replace(/[*?\\]/g, '\\$&');
}

async function readTable(path: string, options: RelabelOptions): Promise<[string, string][]> {
  const bytes = await readBytes(storageOf(path, options), path, options.signal);
  return parseRelabelCsv(decoded(bytes, path), path);
}

/** @throws OptionError when it is not UTF-8 */
function decoded(bytes: Buffer, path: string): string {
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  const good = text.slice(0, text.search(/\ufffd/));
  const line = good.split('\n').length;
  const column = good.length - good.lastIndexOf('\n');
  throw new OptionError(`${path}:${line}:${column}: the table is not in UTF-8`, {
    path,
    hint: 'Save it as UTF-8.',
  });
}

const wholeSample = /^(?:image|text|audio)_classification$/;

class RelabelStage implements Stage {
  readonly readsRows = true;
  private relations = 0;
  private repeats = 0;

  constructor(private readonly relabeler: Relabeler) {}

  report(): RelabelResult['labels'] {
    return { ...this.relabeler.report(), relations: this.relations, repeats: this.repeats };
  }

  async apply(batch: StageBatch): Promise<void> {
    for (let row = 0; row < batch.rowCount; row++) {
      const { sample } = batch.row(row) ?? {};
      if (sample === undefined || sample.annotations.length === 0) continue;
      if (sample.annotations.some(({ task }) => isVocTask(task))) {
        const joined = await batch.joined(row);
        if (joined.files === undefined) {
          await batch.refuse(row, joined.faults);
          continue;
        }
        for (const file of joined.files) this.relabelFile(batch, row, file);
      }
      this.relabelNames(batch, row, sample.annotations);
    }
  }

  private relabelFile(batch: StageBatch, row: number, { index, document, bytes }: JoinedFile): void {
    const remove: string[] = [];
    const texts: [string, string][] = [];
    const visit = (objects: readonly VocObject[], owner: string, kind: string) => {
      for (const { name, sourceIndex, parts } of objects) {
        const pointer = `${owner}/${kind}[${sourceIndex}]`;
        const to = name === undefined ? name : this.relabeler.nameOf(name);
        if (name !== undefined && to === undefined) {
          remove.push(pointer);
          continue;
        }
        if (to !== undefined && to !== name) texts.push([`${pointer}/name`, to]);
        visit(parts, pointer, 'part');
      }
    };
    visit(document.objects, '/annotation', 'object');
    if (remove.length + texts.length > 0) batch.setDocument(row, index, changeVoc(bytes, { remove, texts }));
  }

  private relabelNames(batch: StageBatch, row: number, annotations: readonly Annotation[]): void {
    const dropped = new Set<number>();
    const oldNames = annotations.map(({ name }) => name);
    const names = [...oldNames];
    oldNames.forEach((name, index) => {
      if (name === undefined) return;
      const to = this.relabeler.nameOf(name);
      if (to === undefined) dropped.add(index);
      else if (to !== name) {
        names[index] = to;
        batch.setName(row, index, to);
      }
    });
    const isChanged = (index: number) => names[index] !== oldNames[index];
    const before = dropped.size;
    if (before > 0) addRelations(annotations, dropped);
    this.relations += dropped.size - before;
    this.repeats += addRepeats(annotations, names, isChanged, dropped);
    if (dropped.size > 0) batch.keepAnnotations(row, (_, index) => !dropped.has(index));
  }
}

/** Adds the relations that join an entity which is taken out. */
function addRelations(annotations: readonly Annotation[], dropped: Set<number>): void {
  const gone = new Set<string>();
  for (const index of dropped) {
    const { task, id } = annotations[index]!;
    if (task === 'text_entity' && id !== undefined) gone.add(id);
  }
  if (gone.size === 0) return;
  annotations.forEach((annotation, index) => {
    if (annotation.task !== 'text_triplet' || !(annotation instanceof ManifestAnnotation)) return;
    const { from, to } = annotation;
    if ((from !== undefined && gone.has(from)) || (to !== undefined && gone.has(to))) dropped.add(index);
  });
}

/** Adds the later of two labels of the whole sample that have become the same. */
function addRepeats(
  annotations: readonly Annotation[],
  names: readonly (string | undefined)[],
  isChanged: (index: number) => boolean,
  dropped: Set<number>,
): number {
  const first = new Map<string, number>();
  let count = 0;
  annotations.forEach(({ task }, index) => {
    if (names[index] === undefined || task === undefined || !wholeSample.test(task) || dropped.has(index))
      return;
    const key = `${task} ${names[index]}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, index);
    else if ((isChanged(index) || isChanged(other)) && hasEqualProperty(annotations, other, index)) {
      dropped.add(index);
      count++;
    }
  });
  return count;
}

function hasEqualProperty(annotations: readonly Annotation[], a: number, b: number): boolean {
  return JSON.stringify(annotations[a]!.property) === JSON.stringify(annotations[b]!.property);
}

/** What labels a data set has, and which of them had better be one. */
export interface LabelSurvey {
  /** Labels of annotations and of objects and parts in VOC files, the most frequent first. */
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  readonly suggestions: readonly LabelSuggestion[];
}

/**
 * Looks through the labels of a data set for names that probably mean the same. Records that cannot be read count for
 * nothing.
 *
 * @param input a path; `-` for a manifest on standard input
 * @throws OptionError when the format is unknown or ambiguous, StorageError when the input cannot be read
 */
export async function suggestRelabel(input: string, options: TransformOptions = {}): Promise<LabelSurvey> {
  const counts = new Map<string, number>();
  const count = (name: string | undefined) => {
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const countAll = (objects: readonly VocObject[]) => {
    for (const { name, parts } of objects) {
      count(name);
      countAll(parts);
    }
  };
  const counting: Stage = {
    readsRows: true,
    async apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        const { sample } = batch.row(row) ?? {};
        if (sample === undefined) continue;
        for (const { name } of sample.annotations) count(name);
        if (!sample.annotations.some(({ task }) => isVocTask(task))) continue;
        const { files = [] } = await batch.joined(row);
        for (const { document } of files) countAll(document.objects);
      }
    },
  };
  await survey(input, counting, options);
  const labels = [...counts].map(([label, number]) => ({ label, count: number }));
  labels.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  return { labels, suggestions: suggestLabels(counts) };
}
