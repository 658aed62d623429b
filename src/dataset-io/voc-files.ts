import type { Diagnostic, Finding, LabelkitError, Mode, Profile } from '../model/index.js';
import { locateVoc, type ParsedVoc, VocParser } from '../voc/index.js';
import { Ahead } from './ahead.js';
import { isAboutTheFile } from './file-errors.js';
import { readBytes } from './read-bytes.js';
import { datasetDiagnostic } from './rules.js';
import { joinerOf, type ReadBuffer, type Storage } from './storage/index.js';

/** One annotation file as read; the parser's buffer holds its bytes until the next one. */
export interface VocFile extends ParsedVoc {
  readonly path: string;
  /** Relative to the tree's annotation folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A file that could not be fetched. */
export interface UnreadFile {
  readonly path: string;
  readonly name: string;
  readonly cause: LabelkitError;
}

export interface VocFilesOptions {
  readonly mode: Mode;
  readonly profile?: Profile | undefined;
  /** Keep a copy of each file's bytes in its document. */
  readonly keepSource?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads annotation files one after the other through one buffer. */
export class VocFiles {
  private readonly parser: VocParser;
  private readonly buffer: ReadBuffer;
  private readonly pathOf: (name: string) => string;
  private readonly ahead: Ahead<string, Buffer>;
  private length = 0;

  constructor(
    private readonly storage: Storage,
    folder: string,
    options: VocFilesOptions,
  ) {
    this.parser = new VocParser({
      mode: options.mode,
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      keepSource: options.keepSource ?? false,
    });
    this.buffer = { bytes: this.parser.buffer };
    this.pathOf = joinerOf(folder);
    this.ahead = new Ahead((name, signal) => readBytes(storage, this.pathOf(name), signal), options.signal);
  }

  /** Says which files will be read, in order: those of a storage that takes a request for each are fetched ahead. */
  expect(names: readonly string[], from = 0, to = names.length): void {
    this.ahead.expect(names, from, to);
  }

  /** Gives up what was fetched ahead. */
  close(): void {
    this.ahead.close();
  }

  /** Reads one file without waiting, where the storage can; undefined where it cannot. */
  readSync(name: string): VocFile | UnreadFile | undefined {
    const { storage } = this;
    if (storage.readSync === undefined) return undefined;
    const path = this.pathOf(name);
    try {
      this.length = storage.readSync(path, this.buffer);
    } catch (error) {
      return unread(error, path, name);
    }
    if (this.buffer.bytes !== this.parser.buffer) {
      const grown = this.buffer.bytes;
      this.parser.reserve(grown.length);
      grown.copy(this.parser.buffer, 0, 0, this.length);
      this.buffer.bytes = this.parser.buffer;
    }
    return this.parsed(path, name);
  }

  /** Reads one file from any storage. */
  async read(name: string): Promise<VocFile | UnreadFile> {
    const now = this.readSync(name);
    if (now !== undefined) return now;
    const path = this.pathOf(name);
    this.length = 0;
    try {
      const bytes = await this.ahead.get(name);
      this.parser.reserve(bytes.length);
      this.length = bytes.copy(this.parser.buffer);
    } catch (error) {
      return unread(error, path, name);
    }
    return this.parsed(path, name);
  }

  private parsed(path: string, name: string): VocFile {
    const size = this.length;
    const { document, findings } = this.parser.parse(size);
    return { path, name, size, document, findings };
  }

  /** The bytes of the file read last; they change with the next one. */
  get bytes(): Buffer {
    return this.parser.buffer.subarray(0, this.length);
  }

  /** A finding about the file read last, with the line, column and byte offset of its place. */
  locate(finding: Finding, path: string): Diagnostic {
    return vocDiagnostic(finding, path, this.bytes);
  }
}

/** A finding about a VOC file with its place. */
export function vocDiagnostic(finding: Finding, path: string, bytes: Uint8Array | string): Diagnostic {
  const { rule, severity, message, hint, pointer } = finding;
  return {
    rule,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file: path,
    ...locateVoc(bytes, pointer),
    ...(pointer === undefined ? {} : { pointer }),
  };
}

function unread(error: unknown, path: string, name: string): UnreadFile {
  if (isAboutTheFile(error)) return { path, name, cause: error };
  throw error;
}

/** True for a file that could not be fetched. */
export function isUnread(file: VocFile | UnreadFile): file is UnreadFile {
  return 'cause' in file;
}

/** The finding for a file that could not be fetched. */
export function unreadDiagnostic({ path, cause }: UnreadFile): Diagnostic {
  return datasetDiagnostic('D053', cause.message, {
    file: path,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
  });
}
