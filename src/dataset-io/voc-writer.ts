import { type ImageAnnotation, isVocTask, LabelkitError, type Sample } from '../model/index.js';
import { appendVocObjects, parseImageSetName, setOfUsage } from '../voc/index.js';
import { Ahead } from './ahead.js';
import { ClassListWriter } from './class-lists.js';
import { extensionIn } from './image-extensions.js';
import { ImagePlacer } from './image-files.js';
import { reportOlderFiles } from './older-files.js';
import { readBytes } from './read-bytes.js';
import { isInlineXml } from './references.js';
import { type Joined, type JoinedFile, joinVoc } from './resolve.js';
import type { Fault, Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { Output } from './run.js';
import { unfitName } from './sample-name.js';
import { baseName, joinLocation, openTree, parseLocation, stemOf, type TreeWriter } from './storage/index.js';
import { lossesToVoc } from './voc-losses.js';
import type { WriterContext } from './writer.js';

/** The list for ids without a usage that has a list of its own. */
const defaultSet = 'default';

/** What kind of sample this is, when it is none that a VOC tree can hold. */
function misfit(sample: Sample): string | undefined {
  if (parseLocation(sample.source).kind === 'content' || /\.txt$/i.test(sample.source)) return 'text-sample';
  if (/\.(?:wav|mp3|flac|m4a|ogg)$/i.test(sample.source)) return 'audio-sample';
  if (sample.sourceType !== undefined || /\.(?:csv|carbondata)$/i.test(sample.source)) return 'table-sample';
  if (sample.sampleType === 9 && extensionIn(sample.source) === '') return 'file-sample';
  return undefined;
}

/** The name of a sample in the tree, without extension: its annotation file's, else its image's. */
function keyOf(row: Row): string {
  if (row.key !== undefined) return row.key;
  const loc = row.sample.annotations.find((annotation) => isVocTask(annotation.task))?.loc;
  return stemOf(loc === undefined || isInlineXml(loc) ? row.sample.source : loc);
}

const extensionOf = (source: string) => /\.[A-Za-z0-9]{1,5}$/.exec(baseName(source))?.[0] ?? '';

class VocTreeWriter {
  /** Keys written without an annotation file; the others are known by their files. */
  private readonly bare = new Set<string>();
  private readonly sets = new Map<string, string[]>();
  private readonly classLists: ClassListWriter | undefined;
  private readonly joined: Ahead<Row, Joined>;
  private readonly placer: ImagePlacer | undefined;

  constructor(
    private readonly tree: TreeWriter,
    private readonly context: WriterContext,
  ) {
    const { classLists, images, output, places, root, signal } = context;
    if (classLists) this.classLists = new ClassListWriter();
    const folder = joinLocation(output, 'Annotations');
    this.joined = new Ahead((row, over) => joinVoc(row, { ...places, folder, root, signal: over }), signal);
    if (images !== 'reference') this.placer = new ImagePlacer(tree, images, places, signal);
  }

  /** Says which rows {@link write} will be given, in order, so that what they refer to is read ahead. */
  expect(rows: readonly Row[]): void {
    const fitting = rows.filter((row) => misfit(row.sample) === undefined);
    this.joined.expect(fitting);
    this.placer?.expect(fitting);
  }

  close(): void {
    this.joined.close();
    this.placer?.close();
  }

  /** Writes one row, or says why it cannot be. */
  async write(row: Row): Promise<Fault | undefined> {
    const { run } = this.context;
    const place = {
      file: row.file,
      ...(row.line === undefined ? {} : { line: row.line }),
      source: row.sample.source,
    };
    const unfit = misfit(row.sample);
    if (unfit !== undefined) {
      run.lose(unfit, place, 'Pascal VOC');
      run.skipped++;
      return undefined;
    }
    const joined = await this.joined.get(row);
    if (joined.files === undefined) return faultOf(row, joined.faults);
    const key = this.freeKey(keyOf(row), row);
    if (typeof key !== 'string') return key;
    const bytes = joined.files.length === 0 ? undefined : merged(joined.files);
    if (bytes instanceof LabelkitError) {
      return faultOf(row, [
        datasetDiagnostic('C005', bytes.message, {
          ...place,
          ...(bytes.hint === undefined ? {} : { hint: bytes.hint }),
        }),
      ]);
    }
    if (this.placer !== undefined) {
      const name = `JPEGImages/${key}${extensionOf(row.sample.source)}`;
      const problem = await this.placer.place(row, name);
      if (problem !== undefined) return faultOf(row, [problem]);
    }
    if (bytes === undefined) this.bare.add(key);
    else this.tree.add(`Annotations/${key}.xml`, bytes);
    this.list(key, row.sample.usage, joined.files);
    for (const { diagnostics } of joined.files) for (const diagnostic of diagnostics) run.report(diagnostic);
    for (const { feature, pointer } of lossesToVoc(row.sample))
      run.lose(feature, { ...place, pointer }, 'Pascal VOC');
    return undefined;
  }

  /** Writes the ids gathered since the last call to their lists. */
  flush(): void {
    for (const [set, ids] of this.sets) {
      if (ids.length > 0) this.tree.lengthen(`ImageSets/Main/${set}.txt`, Buffer.from(`${ids.join('\n')}\n`));
      ids.length = 0;
    }
  }

  /** Writes what needs the whole of the tree. */
  async finish(): Promise<void> {
    const { lists, run } = this.context;
    if (lists === undefined || run.documentsChanged) {
      const folder = joinLocation(this.context.output, 'ImageSets/Main');
      this.classLists?.write(this.tree, (feature, name) => {
        const place =
          feature === 'class-list' ? { file: joinLocation(folder, name) } : { file: folder, source: name };
        run.lose(feature, place, 'the output');
      });
    }
    if (lists !== undefined) await this.copyLists(lists);
  }

  /** Carries the lists of the input over, but neither lines of samples that are not here nor flags that do not hold. */
  private async copyLists({ storage, folder, names }: NonNullable<WriterContext['lists']>): Promise<void> {
    const { run, signal } = this.context;
    const isWhole = !run.dropped;
    for (const name of names) {
      const path = joinLocation(folder, name);
      if (run.documentsChanged && isClassList(name)) {
        if (this.classLists === undefined) run.lose('class-list', { file: path }, 'the output');
        continue;
      }
      const bytes = await readBytes(storage, path, signal);
      this.tree.add(`ImageSets/${name}`, isWhole ? bytes : linesOf(bytes, (id) => this.isWritten(id)));
    }
  }

  private isWritten(key: string): boolean {
    return this.bare.has(key) || this.tree.has(`Annotations/${key}.xml`);
  }

  /** A key that no other sample has; a fault when it has one or cannot be a file name. */
  private freeKey(key: string, row: Row): string | Fault {
    const problem = unfitName(key, row);
    if (problem !== undefined) return faultOf(row, [problem]);
    const free = (candidate: string) => !this.isWritten(candidate);
    if (free(key)) return key;
    if (this.context.renameClashes) {
      for (let number = 2; ; number++) if (free(`${key}-${number}`)) return `${key}-${number}`;
    }
    return faultOf(row, [
      datasetDiagnostic('C002', `another sample is written as ${key} already`, {
        file: row.file,
        ...(row.line === undefined ? {} : { line: row.line }),
        hint: 'Give --rename-clashes to number the later ones, or rename the image.',
        source: row.sample.source,
      }),
    ]);
  }

  private list(key: string, usage: string | undefined, files: readonly JoinedFile[]): void {
    const own = usage === undefined ? undefined : setOfUsage(usage);
    const sets = own === undefined ? [defaultSet] : own === 'test' ? [own] : [own, 'trainval'];
    if (this.context.lists === undefined) {
      for (const set of sets) {
        const ids = this.sets.get(set);
        if (ids === undefined) this.sets.set(set, [key]);
        else ids.push(key);
      }
    }
    this.classLists?.add(sets, key, everyObject(files));
  }
}

function faultOf(row: Row, diagnostics: Fault['diagnostics']): Fault {
  const { sample } = row;
  const text = 'text' in sample && typeof sample.text === 'string' ? Buffer.from(sample.text) : undefined;
  return {
    diagnostics,
    ...(text === undefined ? {} : { raw: text }),
    ...(row.key === undefined ? {} : { name: row.key }),
  };
}

/** The objects of all annotation files of an image. */
function everyObject(files: readonly JoinedFile[]): ImageAnnotation | undefined {
  if (files.length <= 1) return files[0]?.document;
  return { objects: files.flatMap(({ document }) => document.objects) };
}

/** One file of all: the first one's bytes, with the objects of the others added. */
function merged(files: readonly JoinedFile[]): Uint8Array | LabelkitError {
  const [first, ...others] = files;
  let bytes = typeof first.bytes === 'string' ? Buffer.from(first.bytes) : first.bytes;
  for (const other of others) {
    try {
      bytes = appendVocObjects(bytes, other.document);
    } catch (error) {
      if (error instanceof LabelkitError) return error;
      throw error;
    }
  }
  return bytes;
}

/** `<class>_<set>.txt`, as {@link ClassLists} knows them. */
function isClassList(name: string): boolean {
  return name.startsWith('Main/') && parseImageSetName(name.slice('Main/'.length)).label !== undefined;
}

/** The bytes of a list without the lines of other samples: a line is an id, or an id and a number or flag. */
function linesOf(list: Buffer, isWanted: (id: string) => boolean): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < list.length; ) {
    const feed = list.indexOf(0x0a, start);
    const end = feed < 0 ? list.length : feed + 1;
    const line = list
      .toString('utf8', start, end)
      .replace(/^\ufeff/, '')
      .trim();
    if (line === '' || isWanted(line) || isWanted(line.replace(/\s+\S+$/, '')))
      parts.push(list.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}

const annotationFiles = {
  folder: 'Annotations',
  isOne: (name: string) => /\.xml$/i.test(name),
  noun: 'annotation file',
};

/**
 * Writes rows as a VOC devkit tree: annotation files byte for byte as they were, ImageSets lists from the
 * usage (or carried over), images as asked. An image with several annotation files gets one, with all objects.
 */
export async function writeVocRows(
  batches: AsyncIterable<RowBatch>,
  context: WriterContext,
): Promise<Output[]> {
  const { storage, output, mode, run } = context;
  const before = run.written;
  const tree = await openTree(storage, output, mode, {
    signal: context.signal,
    onWritten: run.reportWritten,
  });
  const writer = new VocTreeWriter(tree, context);
  try {
    for await (const batch of batches) {
      writer.expect(batch.rows);
      for (const row of batch.rows) {
        const skipped = run.skipped;
        const fault = await writer.write(row);
        if (fault !== undefined) await run.refuse(fault);
        else if (run.skipped === skipped) run.written++;
      }
      writer.flush();
    }
    await writer.finish();
    if (mode === 'overwrite') await reportOlderFiles(tree, annotationFiles, context);
    await tree.commit();
  } finally {
    writer.close();
    await tree.abort();
  }
  return [{ path: output, samples: run.written - before }];
}
