import { DataError, type Diagnostic, type Mode, OptionError } from '../../model/index.js';
import {
  parseVoc,
  VocDocument,
  type VocObject as VocObjectData,
  type VocWriteOptions,
} from '../../voc/index.js';
import { VocEntry } from '../voc-entry.js';
import { readVocFile, type VocWritten, writeVocFile } from '../voc-io.js';
import { type SaveMode, type SdkOptions, writeModeOf } from './session.js';
import { VocObject } from './voc-object.js';

/** Where an image comes from. */
export interface VocSource {
  readonly database?: string | undefined;
  readonly annotation?: string | undefined;
  readonly image?: string | undefined;
}

/** What a new annotation is made of. */
export interface PascalVocInit {
  /** Default when written: `Images`. */
  readonly folder?: string | undefined;
  /** The image's base name. */
  readonly fileName?: string | undefined;
  /** Default when written: the database `Unknown`. */
  readonly source?: VocSource | undefined;
  /** Pixels; needed to write a new file, as height and depth are. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Channels. */
  readonly depth?: number | undefined;
  /** Default when written: `0`. */
  readonly segmented?: string | undefined;
  readonly maskSource?: string | undefined;
  /** None, null and an empty list all make a file without objects. */
  readonly vocObjects?: Iterable<VocObject> | null | undefined;
}

/** How {@link PascalVoc.parseXml} reads. */
export interface ParseXmlOptions extends SdkOptions {
  /**
   * `strict` (default) refuses what the SDK refuses, first of all elements that are there but empty; `lenient` goes
   * on where the meaning is plain.
   */
  readonly mode?: Mode | undefined;
}

export interface SaveXmlOptions extends SdkOptions, VocWriteOptions {
  /** `w` (default) replaces the file; `a` adds the objects to the annotation that is there. */
  readonly saveMode?: SaveMode | undefined;
}

/** A Pascal VOC file under the names of the Python SDK. */
export class PascalVoc {
  /** The annotation itself, which can be changed, a `VocDocument` of `labelkit/voc`: what is saved is this. */
  readonly document: VocDocument;
  readonly #entry: VocEntry | undefined;
  #data: readonly VocObjectData[] | undefined;
  #objects: readonly VocObject[] = [];

  /**
   * @param init what to make it of, or an annotation that was read: a document, or an entry of `readVoc`
   * @throws DataError when an entry has an error: half an annotation is none
   */
  constructor(init: PascalVocInit | VocDocument | VocEntry = {}) {
    if (init instanceof VocEntry) {
      this.document = soundDocument(init);
      this.#entry = init;
    } else {
      this.document = init instanceof VocDocument ? init : documentOf(init);
      this.#entry = undefined;
    }
  }

  /** What reading found that did not prevent it. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#entry?.diagnostics ?? [];
  }

  /**
   * Reads an annotation file.
   *
   * @throws StorageError when there is none at the path or it cannot be opened; DataError at the first fault
   */
  static async parseXml(path: string, options: ParseXmlOptions = {}): Promise<PascalVoc> {
    const { session, signal, mode = 'strict' } = options;
    return new PascalVoc(await readVocFile(path, { mode, signal, session }));
  }

  /**
   * Reads an annotation from the text of a file, as `annotation-loc` may hold it.
   *
   * @throws DataError at the first fault
   */
  static parseXmlValue(text: string, options: Pick<ParseXmlOptions, 'mode'> = {}): PascalVoc {
    const { document, findings } = parseVoc(text, { mode: options.mode ?? 'strict' });
    return new PascalVoc(new VocEntry({ path: '<text>', name: '<text>', document, findings }, text));
  }

  get folder(): string | undefined {
    return this.document.folder;
  }
  get fileName(): string | undefined {
    return this.document.fileName;
  }
  /** Always there; its members are undefined where the file does not say. */
  get source(): VocSource {
    const { database, sourceAnnotation, sourceImage } = this.document;
    return { database, annotation: sourceAnnotation, image: sourceImage };
  }
  get width(): number | undefined {
    return this.document.width;
  }
  get height(): number | undefined {
    return this.document.height;
  }
  get depth(): number | undefined {
    return this.document.depth;
  }
  get segmented(): string | undefined {
    return this.document.segmented;
  }
  get maskSource(): string | undefined {
    return this.document.maskSource;
  }
  /** Empty when there are none. */
  get vocObjects(): readonly VocObject[] {
    const { objects } = this.document;
    if (objects !== this.#data) {
      this.#objects = objects.map((object) => new VocObject(object));
      this.#data = objects;
    }
    return this.#objects;
  }

  /** What `folder` says. */
  getFolder(): string | undefined {
    return this.folder;
  }
  /** The name of the image. */
  getFileName(): string | undefined {
    return this.fileName;
  }
  /** Where the image comes from. */
  getSource(): VocSource {
    return this.source;
  }
  /** Width of the image in pixels. */
  getWidth(): number | undefined {
    return this.width;
  }
  /** Height of the image in pixels. */
  getHeight(): number | undefined {
    return this.height;
  }
  /** Channels of the image. */
  getDepth(): number | undefined {
    return this.depth;
  }
  /** What `segmented` says. */
  getSegmented(): string | undefined {
    return this.segmented;
  }
  /** Where the mask of the image is. */
  getMaskSource(): string | undefined {
    return this.maskSource;
  }
  /** The objects, in the order of the file. */
  getVocObjects(): readonly VocObject[] {
    return this.vocObjects;
  }

  /**
   * Writes the annotation, complete or not at all. One that was read keeps every byte that was not changed.
   *
   * @throws OptionError for another save mode. LabelkitError `InvalidData` when the annotation cannot be written
   *   (no size, a character that XML cannot hold…), or with `a` cannot join what is there: another file name or
   *   size, not well-formed. StorageError when the file cannot be written. In all cases the file stays as it was.
   */
  async saveXml(path: string, options: SaveXmlOptions = {}): Promise<VocWritten> {
    const { session, saveMode, signal, ...layout } = options;
    const mode = writeModeOf(saveMode);
    return await writeVocFile(path, this.document, { ...layout, mode, signal, session });
  }
}

function documentOf(init: PascalVocInit): VocDocument {
  const document = new VocDocument();
  const { database, annotation, image } = init.source ?? {};
  return Object.assign(document, {
    folder: init.folder,
    fileName: init.fileName,
    database,
    sourceAnnotation: annotation,
    sourceImage: image,
    width: init.width,
    height: init.height,
    depth: init.depth,
    segmented: init.segmented,
    maskSource: init.maskSource,
    objects: [...(init.vocObjects ?? [])].map((object) => object.data),
  });
}

function soundDocument(entry: VocEntry): VocDocument {
  const { document, findings } = entry;
  const error = findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new DataError(entry.locate(error));
  if (document === undefined) throw new OptionError(`${entry.path} holds no annotation`);
  return document;
}
