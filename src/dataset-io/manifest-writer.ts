import { createHash } from 'node:crypto';
import { formatBatches, formatSamples, type ManifestBatch, ManifestSample } from '../manifest/index.js';
import type { Annotation, Sample } from '../model/index.js';
import type { VocDocument } from '../voc/index.js';
import { ImagePlacer } from './image-files.js';
import { imageFolderOf, References } from './output-references.js';
import { Rebase } from './rebase.js';
import { ReferenceWatch } from './reference-watch.js';
import { isInlineXml, lacksFile } from './references.js';
import type { Row, RowBatch } from './rows.js';
import type { Output, Run } from './run.js';
import { unfitName } from './sample-name.js';
import {
  baseName,
  dirOf,
  joinLocation,
  openTree,
  parseLocation,
  stemOf,
  type TreeWriter,
} from './storage/index.js';
import type { WriterContext } from './writer.js';

/** Makes the references of a line that came by way of another format, which lead from the working directory, its own. */
function moveLine(sample: Sample, references: References): void {
  if (!(sample instanceof ManifestSample)) return;
  sample.source = references.to(sample.source);
  const { inferenceLoc } = sample;
  if (inferenceLoc !== undefined) sample.inferenceLoc = references.to(inferenceLoc);
  for (const annotation of sample.annotations) {
    const { loc } = annotation;
    if (loc !== undefined && !isInlineXml(loc)) annotation.loc = references.to(loc);
  }
}

/** A row as a line of the new manifest. A row that was a manifest line keeps all but the source it is given. */
function lineSample(row: Row, references: References, source: string): Sample {
  const { sample } = row;
  if (sample instanceof ManifestSample) {
    if (sample.source !== source) sample.source = source;
    return sample;
  }
  const annotations = sample.annotations.map((annotation): Annotation => {
    const { image, task, ...rest } = annotation;
    const { loc } = annotation;
    if (loc === undefined) return rest;
    return { ...rest, loc: isInlineXml(loc) ? loc : references.to(loc) };
  });
  return { ...sample, source, annotations };
}

/**
 * Writes rows as a manifest. Rows that are lines of a manifest keep their bytes; others become canonical
 * lines with references relative to the new manifest where both are on one disk. Images that are to be
 * copied go to `<stem>-images` beside it.
 */
export async function writeManifestRows(
  batches: AsyncIterable<RowBatch>,
  context: WriterContext,
): Promise<Output[]> {
  const { storage, output, mode, run, canonical, loan, signal } = context;
  const before = run.written;
  const folder = imageFolderOf(output);
  const copies =
    context.images === 'reference'
      ? undefined
      : await openTree(storage, folder, mode, { signal, onWritten: run.reportWritten });
  const documents = new DocumentPlacer(context);
  const placed = documents.place(batches);
  const kept = new KeptLines(placed, context);
  const lines =
    context.verbatim !== undefined && copies === undefined
      ? kept.asTheyEnded(
          formatBatches(kept, { canonical }),
          mode === 'append' || canonical || context.verbatim === 'lines',
        )
      : newLines(placed, context, copies, folder);
  async function* linesAfterImages(): AsyncGenerator<Uint8Array> {
    yield* lines;
    await copies?.commit();
    await documents.commit();
    kept.reportReferences();
  }
  try {
    if (mode === 'append') await storage.append(output, linesAfterImages(), { signal });
    else await storage.writeAtomic(output, linesAfterImages(), { mode, loan, signal });
  } finally {
    await copies?.abort();
    await documents.abort();
  }
  const samples = run.written - before;
  return [
    { path: output, samples },
    ...(copies === undefined ? [] : [{ path: folder, samples }]),
    ...documents.outputs(),
  ];
}

/**
 * Writes annotation files with changed content to `<stem>-annotations` beside the manifest, and makes the samples refer
 * to them. On standard output there is no such place, and the documents stand in the lines themselves.
 */
class DocumentPlacer {
  private readonly folder: string;
  private readonly references: References;
  private tree: TreeWriter | undefined;
  private samples = 0;
  /** Names of documents by what they were and now are: one that several annotations share is written once. */
  private readonly names = new Map<string, string>();

  constructor(private readonly context: WriterContext) {
    const { output, base } = context;
    this.folder = joinLocation(dirOf(output), `${stemOf(output)}-annotations`);
    // A line has one place that all its references start from, whether it is that of the new manifest or not.
    this.references = new References(base);
  }

  async *place(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
    for await (const batch of batches) {
      const before = this.samples;
      const changed = new Set<Row>();
      for (const { row, index } of batch.documents ?? []) {
        const { source } = row.sample.annotations[index].image as VocDocument;
        // One that has no file yet gets it with all the others.
        if (source === undefined) continue;
        await this.add(row, index, source);
        changed.add(row);
      }
      this.samples = before + changed.size;
      yield batch.lines === undefined ? await this.withFiles(batch) : batch;
    }
  }

  /** The batch with a file for each annotation that came from a format where it has none. */
  private async withFiles(batch: RowBatch): Promise<RowBatch> {
    const { places, signal, run } = this.context;
    if (!batch.rows.some(({ sample }) => sample.annotations.some(lacksFile))) return batch;
    const { vocFileOf } = await import('./image-documents.js');
    const rows: Row[] = [];
    for (const row of batch.rows) {
      const files: [number, Uint8Array][] = [];
      const isNamed = !this.isInline && row.sample.annotations.some(lacksFile);
      let fault = isNamed ? unfitName(nameOf(row), row) : undefined;
      for (const [index, annotation] of row.sample.annotations.entries()) {
        if (!lacksFile(annotation)) continue;
        const made = await vocFileOf(row, index, { ...places, folder: this.folder, signal });
        if (made instanceof Uint8Array) files.push([index, made]);
        else fault ??= made;
      }
      if (fault !== undefined) {
        await run.refuse({ diagnostics: [fault], ...(row.key === undefined ? {} : { name: row.key }) });
        continue;
      }
      for (const [index, bytes] of files) await this.add(row, index, bytes);
      if (files.length > 0) this.samples++;
      rows.push(row);
    }
    return { ...batch, rows, count: rows.length };
  }

  /** Standard output takes no files beside it: annotation files stand in their lines. */
  private get isInline(): boolean {
    return parseLocation(this.context.output).kind === 'stdio';
  }

  private async add(row: Row, index: number, bytes: Uint8Array | string): Promise<void> {
    const annotation = row.sample.annotations[index] as Mutable<Annotation>;
    if (this.isInline) {
      annotation.loc = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
      return;
    }
    const { storage, mode, signal, run } = this.context;
    this.tree ??= await openTree(storage, this.folder, mode, { signal, onWritten: run.reportWritten });
    const { loc } = annotation;
    const own = loc === undefined || isInlineXml(loc);
    const stem = own ? nameOf(row) : (row.key ?? stemOf(loc));
    const content = createHash('sha256').update(bytes).digest('base64');
    const identity = own ? undefined : `${content} ${row.base} ${loc}`;
    let name = identity === undefined ? undefined : this.names.get(identity);
    if (name === undefined) {
      name = freeName(this.tree, `${stem}.xml`);
      this.tree.add(name, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      if (identity !== undefined) this.names.set(identity, name);
    }
    const path = joinLocation(this.folder, name);
    // Those of other samples are made relative with all the rest of the line, which starts from the new manifest.
    annotation.loc = row.sample instanceof ManifestSample ? this.references.to(path) : path;
  }

  async commit(): Promise<void> {
    await this.tree?.commit();
  }

  async abort(): Promise<void> {
    await this.tree?.abort();
  }

  outputs(): Output[] {
    return this.tree === undefined ? [] : [{ path: this.folder, samples: this.samples }];
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The lines of a manifest on their way into another one, and whether the last of them had a line feed. */
class KeptLines {
  private unterminated = false;
  private readonly references: ReferenceWatch;
  private readonly run: Run;

  constructor(
    private readonly batches: AsyncIterable<RowBatch>,
    private readonly context: WriterContext,
  ) {
    this.run = context.run;
    this.references = new ReferenceWatch(context.base, dirOf(context.output));
  }

  /** Says (D074) when the lines do not start from where they are now. */
  reportReferences(): void {
    const { output, mode } = this.context;
    const finding = this.references.finding(output, mode === 'append');
    if (finding !== undefined) this.run.report(finding);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ManifestBatch> {
    for await (const { lines, count, documents = [] } of this.batches) {
      if (lines === undefined) continue;
      this.run.written += count;
      this.references.look(lines, documents);
      if (lines.rowCount > 0) this.unterminated = endsWithoutLineFeed(lines);
      yield lines;
    }
  }

  /** Leaves out the last line feed when the input had none: a copy of an untouched manifest is the same file. */
  async *asTheyEnded(chunks: AsyncIterable<Uint8Array>, always: boolean): AsyncGenerator<Uint8Array> {
    if (always) {
      yield* chunks;
      return;
    }
    // Only the line feed is held back: the memory of a chunk is not ours for longer than this.
    let isOwed = false;
    for await (const chunk of chunks) {
      if (isOwed) yield lineFeed;
      yield chunk.subarray(0, -1);
      isOwed = true;
    }
    if (isOwed && !this.unterminated) yield lineFeed;
  }
}

const lineFeed = Uint8Array.of(0x0a);

/** The batch's last line goes into the output, and no line feed follows it in the input. */
function endsWithoutLineFeed(batch: ManifestBatch): boolean {
  if (batch.isWhole) return false;
  const last = batch.rowCount - 1;
  const { bytes, ends } = batch.lines;
  const end = bytes[ends[last]] === 0x0d ? ends[last] + 1 : ends[last];
  return batch.outcome(last) !== false && bytes[end] !== 0x0a;
}

async function* newLines(
  batches: AsyncIterable<RowBatch>,
  { output, base, run, images, canonical, places, signal }: WriterContext,
  copies: TreeWriter | undefined,
  folder: string,
): AsyncGenerator<Uint8Array> {
  const references = new References(dirOf(output));
  const rebase = new Rebase(base, dirOf(output));
  const placer =
    copies === undefined || images === 'reference'
      ? undefined
      : new ImagePlacer(copies, images, places, signal);
  try {
    for await (const batch of batches) {
      placer?.expect(batch.rows);
      const samples: Sample[] = [];
      for (const row of batch.rows) {
        let { source } = row.sample;
        // A text has no file to copy.
        if (copies !== undefined && placer !== undefined && parseLocation(source).kind !== 'content') {
          const name = freeName(copies, baseName(source));
          const problem = await placer.place(row, name);
          if (problem !== undefined) {
            await run.refuse({ diagnostics: [problem] });
            continue;
          }
          source = joinLocation(folder, name);
        }
        const isLine = row.sample instanceof ManifestSample && copies === undefined;
        // Its source is a new one anyway: let all of the line start from the folder of the output.
        if (row.sample instanceof ManifestSample && copies !== undefined) rebase.line(row);
        else if (isLine && batch.lines === undefined && row.base === '.') moveLine(row.sample, references);
        samples.push(lineSample(row, references, isLine ? row.sample.source : references.to(source)));
      }
      run.written += samples.length;
      yield* formatSamples(samples, { canonical });
    }
  } finally {
    placer?.close();
  }
}

/** What its annotation files are called after, where they have no name of their own. */
function nameOf(row: Row): string {
  return row.key ?? stemOf(row.sample.source);
}

/** A base name that is not taken: the second of two equal ones gets a number, so that neither is lost. */
function freeName(tree: TreeWriter, name: string): string {
  if (!tree.has(name)) return name;
  const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length;
  for (let number = 2; ; number++) {
    const candidate = `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
    if (!tree.has(candidate)) return candidate;
  }
}
