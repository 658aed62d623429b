import { type Annotation, type Diagnostic, isVocTask, StorageError } from '../model/index.js';
import { parseVoc, type VocDocument } from '../voc/index.js';
import { isAboutTheFile } from './file-errors.js';
import { vocFileOf } from './image-documents.js';
import { readSmall } from './read-bytes.js';
import { isInlineXml, lacksFile, openable } from './references.js';
import type { Row } from './rows.js';
import { resolveReference } from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import { vocDiagnostic } from './voc-files.js';

/** An annotation of a row together with the annotation file it names. */
export interface JoinedFile {
  readonly annotation: Annotation;
  /** Index of the annotation in its sample. */
  readonly index: number;
  /** The file's path; for XML that stands in the manifest itself, the manifest's. */
  readonly path: string;
  readonly document: VocDocument;
  /** The file as stored. */
  readonly bytes: Uint8Array | string;
  /** What lenient reading found that is no error. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface JoinOptions extends Places {
  /** A directory that references may not leave. Default: none. */
  readonly root?: string | undefined;
  /** The folder that files which are made for annotations without one will be in; default: they go nowhere. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link joinVoc} made of a row: its files, or what stands in the way. */
export type Joined =
  | { readonly files: readonly JoinedFile[]; readonly faults?: undefined }
  | { readonly files?: undefined; readonly faults: readonly Diagnostic[] };

/** A file made for an annotation that has none. */
class MadeFile implements JoinedFile {
  readonly diagnostics: readonly Diagnostic[] = [];
  private read: VocDocument | undefined;

  constructor(
    readonly annotation: Annotation,
    readonly index: number,
    readonly path: string,
    readonly bytes: Uint8Array,
  ) {}

  /** Read when it is asked for: who writes the file needs only its bytes. */
  get document(): VocDocument {
    this.read ??= parseVoc(this.bytes, { mode: 'lenient', keepSource: true }).document!;
    return this.read;
  }
}

function place(row: Row, pointer: string) {
  return {
    file: row.file,
    ...(row.line === undefined ? {} : { line: row.line }),
    pointer,
    source: row.sample.source,
  };
}

/**
 * Reads the VOC files that a row's detection and segmentation annotations name. References are taken from
 * the row's base directory. A file that is missing (M082) or that cannot be accepted whole (M083, with the
 * faults of the file) makes the row faulty; bad data never throws.
 *
 * @throws StorageError when nothing can be read at all: no network, wrong keys
 */
export async function joinVoc(row: Row, options: JoinOptions = {}): Promise<Joined> {
  const files: JoinedFile[] = [];
  for (const [index, annotation] of row.sample.annotations.entries()) {
    if (!isVocTask(annotation.task)) continue;
    const pointer = `/annotation/${index}/annotation-loc`;
    if (lacksFile(annotation)) {
      const made = await vocFileOf(row, index, options);
      if (!(made instanceof Uint8Array)) return { faults: [made] };
      files.push(new MadeFile(annotation, index, row.file, made));
      continue;
    }
    const known = annotation.image as VocDocument | undefined;
    if (known?.source !== undefined) {
      files.push({
        annotation,
        index,
        path: annotation.loc ?? row.file,
        document: known,
        bytes: known.source,
        diagnostics: [],
      });
      continue;
    }
    if (annotation.loc === undefined || annotation.loc === '') {
      const message = `a ${annotation.task} annotation names no annotation file`;
      return {
        faults: [{ rule: 'M080', severity: 'error', message, ...place(row, `/annotation/${index}`) }],
      };
    }
    let path = row.file;
    let bytes: Uint8Array | string = annotation.loc.trimStart();
    if (!isInlineXml(annotation.loc)) {
      try {
        const location = resolveReference(annotation.loc, row.base, { root: options.root });
        path = openable(location);
        if (location.kind === 'stdio') throw new StorageError('Unsupported', `${path} is no file`, { path });
        bytes = await readSmall(storageOf(path, options), path, options.signal);
      } catch (error) {
        if (!isAboutTheFile(error)) throw error;
        return {
          faults: [
            {
              rule: 'M082',
              severity: 'error',
              message: `the annotation file cannot be read: ${error.message}`,
              ...(error.hint === undefined ? {} : { hint: error.hint }),
              ...place(row, pointer),
            },
          ],
        };
      }
    }
    const { document, findings } = parseVoc(bytes, { mode: 'lenient' });
    const diagnostics = findings.map((finding) => vocDiagnostic(finding, path, bytes));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (document === undefined || errors.length > 0) {
      const [first] = errors;
      const message = `the annotation file ${path} has errors, the first ${first.rule}: ${first.message}`;
      return {
        faults: [{ rule: 'M083', severity: 'error', message, ...place(row, pointer) }, ...diagnostics],
      };
    }
    files.push({ annotation, index, path, document, bytes, diagnostics });
  }
  return { files };
}
