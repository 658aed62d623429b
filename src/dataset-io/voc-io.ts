import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  DataError,
  type Diagnostic,
  type Finding,
  type ImageAnnotation,
  LabelkitError,
  type Mode,
  type Profile,
  throwIfAborted,
} from '../model/index.js';
import {
  appendVocObjects,
  checkVoc,
  encodeVoc,
  type VocDocument,
  type VocWriteOptions,
} from '../voc/index.js';
import { baseName, dirOf, type Storage, stemOf, type TreeMode } from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import { VocEntry } from './voc-entry.js';
import { isUnread, type UnreadFile, unreadDiagnostic, type VocFile, VocFiles } from './voc-files.js';
import { findVocTree } from './voc-tree.js';
import { checkWriteMode } from './write-mode.js';

export type { VocEntry } from './voc-entry.js';

export interface VocReadOptions extends Places {
  /** `strict` throws {@link DataError} at the first error; `lenient` (default) reports it and goes on. */
  readonly mode?: Mode | undefined;
  /** Whose extra demands raise severities; default `generic`. */
  readonly profile?: Profile | undefined;
  /** `structure` (default): what only the XML text shows; `all`: every rule about one file. */
  readonly check?: 'structure' | 'all' | undefined;
  /** Keep each file's bytes in its document, so that it can be written back as it was. Default true. */
  readonly keepSource?: boolean | undefined;
  /** Takes every diagnostic as it is made; each entry has its own too, without the price of locating them all. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files read between two turns of the event loop. */
const filesPerTurn = 128;

/** Turns what {@link VocFiles} reads into entries. */
class Entries {
  readonly files: VocFiles;
  private readonly mode: Mode;

  constructor(
    storage: Storage,
    folder: string,
    private readonly options: VocReadOptions,
  ) {
    const { mode = 'lenient', profile, keepSource = true, signal } = options;
    this.mode = mode;
    this.files = new VocFiles(storage, folder, { mode, profile, keepSource, signal });
  }

  /** @throws DataError in strict mode; the failure itself when the file cannot be fetched and `only` one was asked for. */
  async read(name: string, only: boolean): Promise<VocEntry> {
    throwIfAborted(this.options.signal);
    const file = this.files.readSync(name) ?? (await this.files.read(name));
    if (!isUnread(file)) return this.entry(file);
    if (only) throw file.cause;
    return this.missing(file);
  }

  private missing(file: UnreadFile): VocEntry {
    const { path, name, cause } = file;
    const { file: _, ...finding } = unreadDiagnostic(file);
    const entry = new VocEntry({ path, name, document: undefined, findings: [finding] }, undefined);
    this.report(entry);
    if (this.mode === 'strict') throw cause;
    return entry;
  }

  private entry(file: VocFile): VocEntry {
    const findings = this.options.check === 'all' ? this.checked(file) : file.findings;
    const { path, name, document } = file;
    const entry = new VocEntry({ path, name, document, findings }, this.inputOf(document, findings));
    this.report(entry);
    const error = this.mode === 'strict' && findings.find(({ severity }) => severity === 'error');
    if (error) throw new DataError(entry.locate(error));
    return entry;
  }

  /** What findings are located in: the bytes that the next file will take the place of, kept if need be. */
  private inputOf(document: VocDocument | undefined, findings: readonly Finding[]): Uint8Array | string {
    if (document?.source !== undefined) return document.source;
    return findings.length === 0 ? '' : Buffer.from(this.files.bytes);
  }

  private report(entry: VocEntry): void {
    const { onDiagnostic } = this.options;
    if (onDiagnostic !== undefined) for (const diagnostic of entry.diagnostics) onDiagnostic(diagnostic);
  }

  private checked({ document, findings, path }: VocFile): readonly Finding[] {
    if (document === undefined) return findings;
    const all = [...findings];
    const context = { mode: this.mode, profile: this.options.profile ?? 'generic', stem: stemOf(path) };
    checkVoc(document, context, (finding) => all.push(finding));
    return all;
  }
}

/**
 * Reads annotation files in byte order of their names. A file that cannot be fetched (D053) or read does not end
 * the reading: its entry says so.
 *
 * @param path a devkit's root or `Annotations`, a folder of XML files at any depth, or one file
 * @throws StorageError when there is nothing at the path; in strict mode DataError at the first error, or the
 *   StorageError of a file; AbortedError when the signal fires
 */
export async function* readVoc(
  path: string,
  options: VocReadOptions = {},
): AsyncGenerator<VocEntry, void, undefined> {
  const storage = storageOf(path, options);
  const { annotations, names, layout } = await findVocTree(storage, path, options.signal);
  const entries = new Entries(storage, annotations, options);
  entries.files.expect(names);
  try {
    for (const [i, name] of names.entries()) {
      yield await entries.read(name, layout === 'file');
      // Blocking reads never let the event loop turn: a signal would not be heard.
      if (i % filesPerTurn === filesPerTurn - 1) await nextTurn();
    }
  } finally {
    entries.files.close();
  }
}

/**
 * Reads one annotation file.
 *
 * @throws StorageError when it cannot be fetched; DataError in strict mode, at the first error
 */
export async function readVocFile(path: string, options: VocReadOptions = {}): Promise<VocEntry> {
  return await new Entries(storageOf(path, options), dirOf(path), options).read(baseName(path), true);
}

export interface VocFileWriteOptions extends VocWriteOptions, Places {
  /**
   * `create` (default): an existing file is an error; `overwrite`: it is replaced when the new one is complete;
   * `append`: the objects join those of the file, which must be of the same image, or it is created; several writers
   * do so one after the other.
   */
  readonly mode?: TreeMode | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written. */
export interface VocWritten {
  readonly path: string;
  /** Length of the file now. */
  readonly bytes: number;
}

/**
 * Writes one annotation file, complete or not at all. What can be wrong with the annotation is found before the
 * file is touched.
 *
 * @throws OptionError for bad use; LabelkitError `InvalidData` when the annotation cannot be written, or cannot
 *   join the file that is there; StorageError when the file cannot be read or written
 */
export async function writeVocFile(
  path: string,
  annotation: ImageAnnotation,
  options: VocFileWriteOptions = {},
): Promise<VocWritten> {
  const { mode = 'create', signal, storage: own, session, ...layout } = options;
  checkWriteMode(mode);
  throwIfAborted(signal);
  const storage = storageOf(path, { storage: own, session });
  if (mode === 'append') {
    const { size } = await storage.update(path, (before) => bytesOf(path, annotation, before, layout), {
      waitMs: appendWaitMs,
      signal,
    });
    return { path, bytes: size };
  }
  const bytes = bytesOf(path, annotation, undefined, layout);
  await storage.writeAtomic(path, bytes, { mode, signal });
  return { path, bytes: bytes.length };
}

/** How long an append waits for another one to the same file: it takes as long as reading and writing a small file. */
const appendWaitMs = 10_000;

/** The bytes of the file as it is to be; `existing` itself when it stays as it is. */
function bytesOf(
  path: string,
  annotation: ImageAnnotation,
  existing: Uint8Array | undefined,
  layout: VocWriteOptions,
): Uint8Array {
  try {
    return existing === undefined
      ? encodeVoc(annotation, layout)
      : appendVocObjects(existing, annotation, layout);
  } catch (error) {
    if (!(error instanceof LabelkitError) || error.code !== 'InvalidData') throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new LabelkitError('InvalidData', `${path}: ${error.message}`, { ...hint, path, cause: error });
  }
}
