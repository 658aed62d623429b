import type {
  Diagnostic,
  ImageAnnotation,
  LabelkitError,
  Mode,
  Profile,
  Rule,
  Sample,
} from '../model/index.js';

/**
 * What a format is to the rest of the package. A format reads and writes through the {@link FormatSource} and
 * {@link FormatSink} that it is handed, and does no input or output of its own.
 */
export interface Format {
  readonly info: FormatInfo;
  /**
   * What makes a path look like this format. Called for every path whose format is to be detected, with what is known
   * of it; loads nothing.
   */
  recognise(look: Look): Recognition | undefined;
  /** What reads and writes it, loaded when it is needed. */
  load(): Promise<FormatCode>;
}

/** What a format is, for people and for the generic parts of the package. */
export interface FormatInfo {
  /** Stable name on the command line and in results. */
  readonly id: string;
  readonly title: string;
  /** `file`: one file holds all samples. `tree`: a folder with files for samples. */
  readonly layout: 'file' | 'tree';
  /** Of a `file` format: what the names of its files usually end in, without the dot; default its id. */
  readonly extension?: string;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Of a `file` format with a record on each line: more may be added at its end. What is written then ends with a line feed. */
  readonly appends?: boolean;
  /** What it can hold, in a few words each. */
  readonly carries: readonly string[];
  /** What is lost when data that has it is written in this format: the names used in a result's `losses`. */
  readonly cannotCarry: readonly string[];
  readonly note?: string;
  /** What can be said beside the options that all formats have. */
  readonly options?: readonly FormatOption[];
}

/** An option of one format: `--from-option name=value` when it is read, `--to-option name=value` when it is written. */
export interface FormatOption {
  /** camelCase in the library, the same in kebab-case on the command line. */
  readonly name: string;
  readonly for: 'read' | 'write' | 'both';
  readonly type: 'flag' | 'text' | 'number' | 'list';
  /** The values of a text that may be one of a few. */
  readonly values?: readonly string[];
  /** What it does, and its default: one sentence. */
  readonly summary: string;
}

/** Values by option name, checked against the format's list: flags are booleans, lists arrays of texts. */
export type FormatValues = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** What is known of a path whose format is to be detected. */
export interface Look {
  readonly isFolder: boolean;
  /** The base name of the path. */
  readonly name: string;
  /** Of a file: its first 64 KiB as text, byte order mark removed. Of a folder: empty. */
  readonly head: string;
  /** Of a folder: up to 2,000 files in it, relative and `/`-separated, in code-point order. Of a file: empty. */
  readonly names: readonly string[];
  /** First bytes of a file of the folder as text; undefined when it is none of a few small ones that were looked at. */
  headOf(name: string): string | undefined;
}

export interface Recognition {
  /** `near`: not this format, but so like it that people should hear why not. */
  readonly certainty: 'sure' | 'likely' | 'near';
  /** One sentence for people. */
  readonly reason: string;
  /** More general formats that the same files are taken for, where this one is meant, or with `near` something else: `voc`. */
  readonly insteadOf?: string | readonly string[];
}

export interface FormatCode {
  /** Rules of this format alone; those of folders in general are in dataset-io. */
  readonly rules: readonly Rule[];
  /** Absent: it is only written. Batches of a few hundred records; memory does not grow with the data. */
  read?(source: FormatSource): AsyncIterable<FormatBatch>;
  /** Absent: it is only read. */
  write?(sink: FormatSink): FormatWriter;
}

/** One record that was read. */
export interface FormatRecord {
  /**
   * Objects of images are `image` of one annotation of type `modelarts/object_detection` or
   * `modelarts/image_segmentation` without `loc`. Sources of images are paths from {@link FormatSource.pathOf}, or
   * URIs as stored.
   */
  readonly sample: Sample;
  /** The file it was read from, as {@link FormatSource.pathOf} names it. */
  readonly file: string;
  /** 1-based, for formats with a record on each line. */
  readonly line?: number;
  /** Its name in folder formats: `/`-separated, without extension. Absent: derived from the source. */
  readonly key?: string;
}

/** A record that could not be read as a sample. */
export interface FormatFault {
  /** What is wrong with it; at least one is an error. */
  readonly diagnostics: readonly Diagnostic[];
  /** Its bytes, so that it can be put aside. */
  readonly raw?: Uint8Array;
  /** For folder formats: the file's name relative to the input. */
  readonly name?: string;
  readonly cause?: LabelkitError;
}

export interface FormatBatch {
  readonly records: readonly FormatRecord[];
  readonly faults: readonly FormatFault[];
  /** Findings that do not keep a record from being read. */
  readonly diagnostics: readonly Diagnostic[];
  /** Bytes of input that this batch stands for. */
  readonly bytes: number;
}

/** What a reader is handed. Names are relative to the input and `/`-separated; those that lead out of it are refused. */
export interface FormatSource {
  /** The input as the caller named it. */
  readonly path: string;
  readonly options: FormatValues;
  /** Classes in their order, where the caller named them: for data that has numbers and no names. */
  readonly classes: readonly string[] | undefined;
  readonly mode: Mode;
  readonly profile: Profile;
  readonly signal: AbortSignal | undefined;
  /** Every file below the input in code-point order of the names; links are not followed. For a file: that file alone. */
  list(): Promise<readonly SourceFile[]>;
  /** True when {@link list} has it, without listing where it was not listed yet. */
  has(name: string): Promise<boolean>;
  /** A file's bytes. @throws StorageError when it cannot be read */
  read(name: string): Promise<Buffer>;
  /**
   * Reads files ahead, so that over a network 16 are under way at a time. One that cannot be read comes as the error; what
   * would meet every file is thrown.
   */
  readAll(names: Iterable<string>): AsyncIterable<readonly [string, Buffer | LabelkitError]>;
  /**
   * Reads Pascal VOC files, as {@link readAll} does in all else. For formats that have them beside other files: the
   * grammar and the rules of these files stay with VOC.
   */
  readVoc(names: Iterable<string>): AsyncIterable<readonly [string, VocReading | LabelkitError]>;
  /**
   * The samples of a ModelArts manifest among the files; their grammar stays with manifests. References lead from the working
   * directory, not from the folder of the manifest.
   *
   * @param fileOf a file of the input that a reference to an annotation file means; where it names one, that one is read
   */
  readManifest(name: string, fileOf: (reference: string) => string | undefined): AsyncIterable<FormatBatch>;
  /** A file's bytes as chunks of about 1 MiB, whose memory is used again: they hold until the next is asked for. */
  chunks(name: string, range?: { readonly start: number; readonly end?: number }): AsyncIterable<Uint8Array>;
  /** The size of a file in bytes. */
  size(name: string): Promise<number>;
  /** The file as findings and sources name it. */
  pathOf(name: string): string;
  /**
   * Size and orientation of images from their headers, asked for ahead as with {@link readAll}, each file once.
   *
   * @param images names relative to the input, or paths and URIs as a sample's source has them
   */
  imageSizes(images: Iterable<string>): AsyncIterable<readonly [string, ImageSize]>;
}

export interface SourceFile {
  readonly name: string;
  readonly size: number;
}

/** A Pascal VOC file as it was read. */
export interface VocReading {
  readonly bytes: Uint8Array;
  /**
   * What it says; undefined when it cannot be read as an annotation. A copy of the same prototype that differs in some
   * members is written by {@link FormatSink.voc} as the file with these changed.
   */
  readonly image: ImageAnnotation | undefined;
  /** What its text shows, with places. With an error among them the file is not to be taken. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Findings about its values, with places: it is taken for a segmentation.
   *
   * @param mask the mask that it names, where that was looked at
   */
  check(mask?: MaskFacts): readonly Diagnostic[];
  /** Where an element is: `/annotation/object[2]/mask_color`. */
  placeOf(pointer: string): Pick<Diagnostic, 'file' | 'line' | 'column' | 'offset' | 'pointer'>;
}

/** What was found in a segmentation mask. */
export interface MaskFacts {
  /** Why it could not be read; the other members then mean nothing. */
  readonly problem?: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The colours that occur, each as red × 65536 + green × 256 + blue. */
  readonly colors: ReadonlySet<number>;
}

/** What an image's header says. */
export type ImageSize =
  /** Pixels as stored: an EXIF `orientation` other than 1 is not applied. */
  | { readonly width: number; readonly height: number; readonly orientation?: number }
  /** Why there is no size: `missing`, `empty`, `unknown` type, or cannot be read. */
  | { readonly problem: 'missing' | 'empty' | 'unknown' | 'unreadable'; readonly message: string };

/** What a writer is handed. */
export interface FormatSink {
  /** The output as the caller named it. */
  readonly path: string;
  readonly options: FormatValues;
  /** Classes in the order of their ids, where the caller named them; a label that is none of them is a fault. */
  readonly classes: readonly string[] | undefined;
  /**
   * What images become: with `reference` a format that needs them beside its labels gets a finding, with `copy` and `link`
   * the writer calls {@link image} for each.
   */
  readonly images: 'reference' | 'copy' | 'link';
  readonly mode: 'create' | 'overwrite' | 'append';
  /** Number the later of two samples with one output name instead of refusing them. */
  readonly renameClashes: boolean;
  readonly signal: AbortSignal | undefined;
  /** Adds a file, whole. Names are checked before. */
  add(name: string, bytes: Uint8Array | string): void;
  /** Adds to a file that grows; the same name again lengthens it. Many small pieces are fine. */
  lengthen(name: string, bytes: Uint8Array | string): void;
  /** Adds to the one file of a `file` format; the bytes are not needed any more once it resolves. */
  write(bytes: Uint8Array | string): Promise<void>;
  has(name: string): boolean;
  /** A place for bytes that come later in the output than what is still to be written: on the disk, not in memory. */
  spool(): FormatSpool;
  /** Puts the image of a row beside the output under a name. @returns what stands in the way */
  image(row: WriteRow, name: string): Promise<Diagnostic | undefined>;
  /** The bytes of a row's file as chunks, each valid until the next is asked for; or the finding that says that it is not there. */
  content(row: WriteRow): Promise<AsyncIterable<Uint8Array> | Diagnostic>;
  /** What leads from the output to an image that {@link image} has placed, before its name: `<stem>-images/` beside a file. */
  readonly imagePrefix: string;
  /** The way from the output to the image of the row that is being written, where it stays; URIs stay as they are. */
  referenceTo(source: string): string;
  /**
   * The way from the output to a mask that an annotation of the row names: a relative one leads from the annotation file,
   * where there is one.
   *
   * @param index of the annotation
   */
  maskReferenceTo(row: WriteRow, index: number, mask: string): string;
  /** The size of a row's image from its header; needed where the sample does not say it. Each image is looked at once. */
  imageSize(row: WriteRow): Promise<ImageSize>;
  /** What a row's image is said to be as a Pascal VOC file, or the finding that says why there can be none. */
  voc(row: WriteRow, image: ImageAnnotation): Uint8Array | Diagnostic;
  /** Counts something that this format has no place for; one of the names in `cannotCarry`. */
  lose(row: WriteRow, feature: string, pointer?: string): void;
  report(diagnostic: Diagnostic): void;
}

/** Removed with the run, whatever becomes of it. */
export interface FormatSpool {
  /** Takes a copy. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** What was written, from the start; a chunk holds until the next is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** A sample on its way into a format. */
export interface WriteRow extends FormatRecord {
  /** What its annotations say of the image, by index: references to VOC files have been followed. */
  readonly images: ReadonlyMap<number, ImageAnnotation>;
  /** The directory that relative references of the sample are taken from. */
  readonly base: string;
}

/** What became of a row. */
export type Written =
  | 'written'
  /** The format cannot hold this kind of sample at all; it has been counted with {@link FormatSink.lose}. */
  | 'skipped'
  | readonly Diagnostic[];

export interface FormatWriter {
  /** Writes one row, or says why it cannot be: findings of which one is an error. */
  add(row: WriteRow): Promise<Written> | Written;
  /** Writes what needs all of them. */
  end(): Promise<void> | void;
}
