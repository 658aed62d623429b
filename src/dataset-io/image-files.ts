import { type Diagnostic, LabelkitError, OptionError, StorageError } from '../model/index.js';
import { Ahead } from './ahead.js';
import { openable } from './references.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { type Location, type Place, resolveReference, type TreeWriter } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

const mediaLocations: ReadonlySet<Location['kind']> = new Set(['local', 'obs', 'memory']);

/** Puts the images of rows into an output folder. */
export class ImagePlacer {
  private readonly tree: TreeWriter;
  /** What is wrong with a remote image, if anything: asked for before its row comes up. */
  private readonly faults: Ahead<Row, LabelkitError | undefined>;

  constructor(
    tree: TreeWriter,
    private readonly how: 'copy' | 'link',
    private readonly places: Places,
    signal: AbortSignal | undefined,
  ) {
    this.tree = tree;
    this.faults = new Ahead((row, over) => this.look(row, over), signal);
  }

  /** Says which rows {@link place} will be asked for, in order. */
  expect(rows: readonly Row[]): void {
    this.faults.expect(rows.filter((row) => this.isRemote(row)));
  }

  /**
   * Puts the image of a row into the folder under a name of its own.
   *
   * @returns the finding that says why it could not be done, or undefined
   * @throws OptionError when an image is to be linked that is not on the local disk; StorageError when the
   *   trouble is not about this image
   */
  async place(row: Row, name: string): Promise<Diagnostic | undefined> {
    const place = {
      file: row.file,
      ...(row.line === undefined ? {} : { line: row.line }),
      source: row.sample.source,
    };
    try {
      const location = resolveReference(row.sample.source, row.base);
      if (!mediaLocations.has(location.kind)) {
        return datasetDiagnostic(
          'D053',
          `the image ${row.sample.source} is not in a place that can be read`,
          {
            ...place,
            hint: 'Leave the images where they are with --images reference.',
          },
        );
      }
      const from = this.placeOf(location);
      if (from.storage.scheme !== 'file') {
        const fault = await this.faults.get(row);
        if (fault !== undefined) throw fault;
      }
      this.tree.addFile(name, from, this.how);
      return undefined;
    } catch (error) {
      if (!(error instanceof LabelkitError) || !isAboutTheImage(error)) throw error;
      return datasetDiagnostic('D053', error.message, {
        ...place,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  }

  close(): void {
    this.faults.close();
  }

  private placeOf(location: Location): Place {
    const path = openable(location);
    const storage = storageOf(path, this.places);
    if (this.how === 'link' && storage.scheme !== 'file') {
      throw new OptionError(`${path} cannot be linked, because it is not on the local disk`, {
        path,
        hint: 'Copy the images: --images copy (option images).',
      });
    }
    return { storage, path };
  }

  private isRemote(row: Row): boolean {
    try {
      const { kind } = resolveReference(row.sample.source, row.base);
      return kind === 'obs' || kind === 'memory';
    } catch (error) {
      // Said when its turn comes.
      if (error instanceof LabelkitError) return false;
      throw error;
    }
  }

  /** What keeps a remote image from being copied: it is not there, or is no file. */
  private async look(row: Row, signal: AbortSignal): Promise<LabelkitError | undefined> {
    const { storage, path } = this.placeOf(resolveReference(row.sample.source, row.base));
    const stat = await storage.stat(path, { signal });
    if (stat?.kind === 'file') return undefined;
    return stat === null
      ? new StorageError('NotFound', `cannot copy ${path}: it does not exist`, {
          path,
          hint: 'Check the path.',
        })
      : new StorageError('IsADirectory', `cannot copy ${path}: it is a directory`, {
          path,
          hint: 'Name a file.',
        });
  }
}

/** Faults of one image. A full disk or a lost right to write is the whole run's. */
function isAboutTheImage(error: LabelkitError): boolean {
  return ['NotFound', 'IsADirectory', 'UnsafePath', 'AlreadyExists', 'NotADirectory', 'BadAddress'].includes(
    error.code,
  );
}
