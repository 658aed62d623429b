import { type Diagnostic, type Sample, type Severity, throwIfAborted } from '../model/index.js';
import { addCoordinateEvidence, noCoordinateEvidence } from '../transforms/index.js';
import { isAboutTheFile } from './file-errors.js';
import type { FormatId } from './formats.js';
import { extensionProblem } from './image-extensions.js';
import { lookAtImage, lookAtStoredImage } from './image-facts.js';
import { isImageSample } from './image-samples.js';
import { otherRows } from './input-rows.js';
import { openable } from './references.js';
import type { RowWatch } from './row-watch.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { resolveReference, type Storage } from './storage/index.js';
import { storageOf } from './storages.js';
import type { OtherSummary, Survey, ValidateOptions } from './validate-options.js';

const ranks: Record<Severity, number> = { info: 0, warning: 1, error: 2 };
const mostLabels = 100_000;
const mostSizes = 1000;

function count(map: Map<string, number>, key: string, most = Number.POSITIVE_INFINITY): void {
  const before = map.get(key);
  if (before !== undefined || map.size < most) map.set(key, (before ?? 0) + 1);
}

class Books {
  samples = 0;
  annotations = 0;
  readonly kept: Diagnostic[] = [];
  private readonly severities: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  private readonly rules = new Map<string, number>();
  private readonly labels = new Map<string, number>();
  private readonly shapes = new Map<string, number>();
  private readonly sizes = new Map<string, number>();
  private readonly tasks = new Map<string, number>();
  private readonly usages = new Map<string, number>();
  private readonly coordinates = { ...noCoordinateEvidence };

  constructor(
    private readonly most: number,
    private readonly least: Severity,
  ) {}

  /** Errors and warnings so far. */
  get findings(): number {
    return this.severities.error + this.severities.warning;
  }

  report(diagnostic: Diagnostic): void {
    this.severities[diagnostic.severity]++;
    count(this.rules, diagnostic.rule);
    if (ranks[diagnostic.severity] >= ranks[this.least] && this.kept.length < this.most)
      this.kept.push(diagnostic);
  }

  add({ annotations, usage }: Sample): void {
    this.samples++;
    if (usage !== undefined) count(this.usages, usage);
    const tasks = new Set<string>();
    for (const { task, name, image } of annotations) {
      if (task !== undefined) tasks.add(task);
      if (image === undefined) {
        this.annotations++;
        if (name !== undefined) count(this.labels, name, mostLabels);
        continue;
      }
      const { width, height, depth, objects } = image;
      if (width !== undefined && height !== undefined)
        count(this.sizes, `${width}×${height}${depth === undefined ? '' : `×${depth}`}`, mostSizes);
      this.annotations += objects.length;
      for (const object of objects) {
        if (object.name !== undefined) count(this.labels, object.name, mostLabels);
        count(this.shapes, object.shape?.kind ?? 'none');
      }
      addCoordinateEvidence(this.coordinates, image);
    }
    for (const task of tasks) count(this.tasks, task);
  }

  summary(): OtherSummary {
    const { samples, annotations, rules, labels, shapes, sizes, tasks, usages, coordinates } = this;
    const { error: errors, warning: warnings, info: infos } = this.severities;
    return {
      samples,
      annotations,
      errors,
      warnings,
      infos,
      rules,
      labels,
      shapes,
      sizes,
      tasks,
      usages,
      coordinates,
    };
  }
}

/** Checks a data set of a format in `src/formats`: what its reader finds, and with `checkFiles` whether its images are there. */
export async function surveyOther(
  storage: Storage,
  input: string,
  format: FormatId,
  options: ValidateOptions,
  watch?: RowWatch,
): Promise<Survey> {
  const { signal, checkFiles } = options;
  const books = new Books(options.maxDiagnostics ?? 1000, options.minSeverity ?? 'warning');
  let items = 0;
  let bytes = 0;
  const mode = options.mode ?? 'strict';
  for await (const batch of await otherRows(storage, input, format, options, mode)) {
    throwIfAborted(signal);
    for (const { diagnostics } of batch.faults)
      for (const diagnostic of diagnostics) books.report(diagnostic);
    for (const diagnostic of batch.diagnostics) books.report(diagnostic);
    for (const row of batch.rows) {
      books.add(row.sample);
      const fault =
        checkFiles === true && isImageSample(row.sample) ? await imageFault(row, mode, options) : undefined;
      if (fault === undefined) continue;
      books.report(fault);
      watch?.find(fault);
    }
    watch?.take(batch);
    items += batch.count + batch.faults.length;
    bytes += batch.bytes;
    options.onProgress?.({ items, bytes, findings: books.findings });
  }
  return { kind: 'other', format, summary: books.summary(), diagnostics: books.kept };
}

/** What is wrong with the image file of a row: D015, D026, D053 or D054. */
async function imageFault(
  { sample: { source }, base, file, line }: Row,
  mode: 'strict' | 'lenient',
  { signal, ...options }: ValidateOptions,
): Promise<Diagnostic | undefined> {
  const place = { file, source, ...(line === undefined ? {} : { line }) };
  const mild = mode === 'lenient' ? ({ severity: 'warning' } as const) : {};
  try {
    const path = openable(resolveReference(source, base));
    const storage = storageOf(path, options);
    const look =
      storage.scheme === 'file' ? lookAtImage(path) : await lookAtStoredImage(storage, path, signal);
    switch (look.kind) {
      case 'image': {
        const problem = extensionProblem(source, look);
        return problem === undefined ? undefined : datasetDiagnostic('D026', problem, place);
      }
      case 'empty':
        return datasetDiagnostic('D015', `${source} has no bytes`, { ...place, ...mild });
      case 'unknown':
        return datasetDiagnostic('D054', `${source} does not begin as an image does`, { ...place, ...mild });
      case 'unreadable':
        return datasetDiagnostic('D053', look.error.message, place);
    }
  } catch (error) {
    if (isAboutTheFile(error)) return datasetDiagnostic('D053', error.message, place);
    throw error;
  }
}
