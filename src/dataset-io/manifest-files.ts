import {
  checkImageMagic,
  checkXmlFileName,
  type FileCheck,
  magicLength,
  reportFaultyXml,
  reportUnreadableXml,
  resolveAlias,
  taskOf,
} from '../manifest/index.js';
import {
  type Diagnostic,
  type Finding,
  isJsonObject,
  isVocTask,
  type JsonObject,
  LabelkitError,
  type Mode,
  type Profile,
} from '../model/index.js';
import type { LineBatch } from '../text/index.js';
import { checkVoc, parseVoc } from '../voc/index.js';
import { Ahead } from './ahead.js';
import { isAboutTheFile } from './file-errors.js';
import { lookAtImage } from './image-facts.js';
import { readBytes } from './read-bytes.js';
import { isInlineXml, openable } from './references.js';
import { createReadBuffer, type Location, resolveReference, type Storage } from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import { vocDiagnostic } from './voc-files.js';

/** Lines whose files are held in memory at a time, where they have to be fetched. */
const linesFetched = 128;

/** What {@link ManifestFiles} needs to know of a run. */
export interface ManifestFilesOptions {
  readonly mode: Mode;
  readonly profile: Profile;
  readonly places: Places;
  /** The directory that relative references are taken from. */
  readonly base: string;
  readonly signal?: AbortSignal | undefined;
}

/** A file that lines refer to, on a storage that takes a request for it. */
interface Remote {
  readonly path: string;
  /** Bytes wanted from its start; undefined: all. */
  readonly end: number | undefined;
}

/**
 * The check of the files that manifest lines refer to: annotation files are read and checked by every V rule
 * (M082–M084); images are opened where a rule is about them (M154). Images in buckets that there are no keys
 * for are left out; annotation files there are findings.
 */
export class ManifestFiles {
  private readonly buffer = createReadBuffer();
  private readonly fetched = new Map<string, Uint8Array | LabelkitError>();

  constructor(private readonly options: ManifestFilesOptions) {}

  /**
   * Parts of a batch, one by one, each when the files it refers to have been fetched: to be checked before the
   * next one is asked for.
   *
   * @throws StorageError when nothing can be fetched at all: no network, wrong keys
   */
  async *ready(batch: LineBatch): AsyncGenerator<LineBatch, void, undefined> {
    for (let from = 0; from < batch.count; from += linesFetched) {
      const part = partOf(batch, from, Math.min(from + linesFetched, batch.count));
      await this.fetch(this.remotesOf(part));
      yield part;
    }
    this.fetched.clear();
  }

  private async fetch(remotes: readonly Remote[]): Promise<void> {
    this.fetched.clear();
    if (remotes.length === 0) return;
    const reads = new Ahead<Remote, Uint8Array | LabelkitError>(
      (remote, signal) => this.read(remote, signal),
      this.options.signal,
    );
    reads.expect(remotes);
    try {
      for (const remote of remotes) this.fetched.set(remote.path, await reads.get(remote));
    } finally {
      reads.close();
    }
  }

  private async read({ path, end }: Remote, signal: AbortSignal): Promise<Uint8Array | LabelkitError> {
    try {
      const storage = storageOf(path, this.options.places);
      return await readBytes(storage, path, signal, end);
    } catch (error) {
      if (isAboutTheFile(error)) return error;
      if (error instanceof LabelkitError && error.code === 'CredentialsNotFound') return error;
      throw error;
    }
  }

  /** What has to be fetched for the check of some lines, each file once. */
  private remotesOf(batch: LineBatch): Remote[] {
    const remotes = new Map<string, Remote>();
    for (let row = 0; row < batch.count; row++) {
      if (batch.problem(row) !== undefined) continue;
      const sample = parsed(batch.bytes.toString('utf8', batch.starts[row], batch.ends[row]));
      if (sample === undefined) continue;
      for (const { loc } of locationsOf(sample)) {
        if (!isInlineXml(loc)) this.want(remotes, loc, undefined);
      }
      const { source } = sample;
      if (typeof source === 'string' && this.wantsImage(source)) this.want(remotes, source, magicLength);
    }
    return [...remotes.values()];
  }

  private want(remotes: Map<string, Remote>, reference: string, end: number | undefined): void {
    const location = this.locate(reference);
    if (location instanceof LabelkitError) return;
    const path = openable(location);
    const storage = this.storageAt(path);
    if (storage instanceof LabelkitError || storage.readSync !== undefined) return;
    const known = remotes.get(path);
    if (known === undefined || known.end !== undefined) remotes.set(path, { path, end });
  }

  private locate(reference: string): Location | LabelkitError {
    try {
      return resolveReference(reference, this.options.base);
    } catch (error) {
      if (error instanceof LabelkitError) return error;
      throw error;
    }
  }

  /** The storage of a path, or why there is none. */
  private storageAt(path: string): Storage | LabelkitError {
    try {
      return storageOf(path, this.options.places);
    } catch (error) {
      if (error instanceof LabelkitError) return error;
      throw error;
    }
  }

  private wantsImage(source: string): boolean {
    return this.options.profile === 'mindspore' && /\.(?:jpe?g|png|bmp|gif)$/i.test(source);
  }

  /** For the validator: checks what one sample refers to. */
  readonly check: FileCheck = (sample, out) => {
    const { mode, profile } = this.options;
    const source = typeof sample['source'] === 'string' ? sample['source'] : '';
    for (const { loc, pointer } of locationsOf(sample)) {
      const read = isInlineXml(loc) ? loc.trimStart() : this.referenced(loc);
      if (read instanceof LabelkitError) {
        reportUnreadableXml(loc, read.message, pointer, out);
        continue;
      }
      const { document, findings } = parseVoc(read, { mode, profile });
      const all: Finding[] = [...findings];
      if (document !== undefined) {
        checkVoc(document, { mode, profile }, (finding) => all.push(finding));
        checkXmlFileName(document.fileName, source, pointer, out);
      }
      const errors = all
        .filter((finding) => finding.severity === 'error')
        .map((finding) => located(finding, loc, read));
      reportFaultyXml(loc, errors, pointer, out);
    }
    this.checkImage(source, out);
  };

  /** An annotation file, from what was fetched or by a blocking read. */
  private referenced(loc: string): Uint8Array | LabelkitError {
    const location = this.locate(loc);
    if (location instanceof LabelkitError) return location;
    const path = openable(location);
    const fetched = this.fetched.get(path);
    if (fetched !== undefined) return fetched;
    const storage = this.storageAt(path);
    if (storage instanceof LabelkitError) return storage;
    try {
      const length = storage.readSync?.(path, this.buffer) ?? 0;
      return this.buffer.bytes.subarray(0, length);
    } catch (error) {
      if (error instanceof LabelkitError) return error;
      throw error;
    }
  }

  private checkImage(source: string, out: Parameters<FileCheck>[1]): void {
    if (!this.wantsImage(source)) return;
    const location = this.locate(source);
    if (location instanceof LabelkitError) return;
    const head = this.fetched.get(openable(location));
    if (head instanceof Uint8Array) {
      if (head.length > 0) checkImageMagic(head, source, out);
    } else if (location.kind === 'local') {
      const look = lookAtImage(location.path);
      if (look.kind === 'image' || look.kind === 'unknown') checkImageMagic(look.head, source, out);
    }
  }
}

/** Some lines of a batch. */
function partOf(batch: LineBatch, from: number, to: number): LineBatch {
  return {
    bytes: batch.bytes,
    count: to - from,
    starts: batch.starts.subarray(from, to),
    ends: batch.ends.subarray(from, to),
    firstLine: batch.firstLine + from,
    offset: (i) => batch.offset(from + i),
    problem: (i) => batch.problem(from + i),
    raw: (i) => batch.raw(from + i),
  };
}

/** A line as an object; what is none is the validator's to report. */
function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value as JsonObject) ? (value as JsonObject) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where the VOC files of a sample are, as written. */
function* locationsOf(sample: JsonObject): Generator<{ loc: string; pointer: string }> {
  const annotations = resolveAlias(sample, 'annotation', 'annotations');
  if (!Array.isArray(annotations)) return;
  for (const [index, annotation] of annotations.entries()) {
    if (!isJsonObject(annotation)) continue;
    const type = annotation['type'];
    if (typeof type !== 'string' || !isVocTask(taskOf(type).task)) continue;
    const loc = resolveAlias(annotation, 'annotation-loc', 'annotation_loc');
    if (typeof loc === 'string' && loc !== '') yield { loc, pointer: `/annotation/${index}/annotation-loc` };
  }
}

function located(finding: Finding, loc: string, read: Uint8Array | string): Diagnostic {
  return vocDiagnostic(finding, typeof read === 'string' ? '<annotation-loc>' : loc, read);
}
