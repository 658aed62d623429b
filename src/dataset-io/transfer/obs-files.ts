import { basename } from 'node:path';
import { LabelkitError, OptionError, StorageError } from '../../model/index.js';
import { joinLocation, parseLocation } from '../storage/index.js';
import { type StorageHolder, storageOf } from '../storages.js';
import type { TransferOptions, TransferResult } from './transfer.js';

/** As {@link TransferOptions}, but what is at a target is replaced unless `mode` says `create`. */
export interface ObsFileOptions extends Omit<TransferOptions, 'keepLastDir' | 'storage' | 'session'> {
  /** Add a `/` that is missing at the end of a folder instead of refusing it. Default false. */
  readonly lenient?: boolean | undefined;
}

/** How files are copied to, from and inside object storage. */
export interface ObsCopyOptions extends Omit<ObsFileOptions, 'lenient'> {
  /** A folder is copied as a folder of its name inside the target; `false`: only what is in it. Default true. */
  readonly keepLastDir?: boolean | undefined;
}

/**
 * Files between the local disk and OBS, as the Python SDK's `session.obs` has them. Every call resolves to what was
 * copied, and rejects with `TransferError` when files of a folder failed after all others were copied.
 */
export class ObsFiles {
  readonly #session: StorageHolder;

  constructor(session: StorageHolder) {
    this.#session = session;
  }

  /**
   * Copies a file or a folder. One side, or both, must be `obs://` paths. The source is a folder when it ends with `/`
   * or there is no object of that very name. A target that ends with `/` takes a file under its own name.
   *
   * @throws OptionError for two local paths; StorageError `NotFound` before anything is copied
   */
  async copy(source: string, target: string, options: ObsCopyOptions = {}): Promise<TransferResult> {
    return await this.#run(source, target, options);
  }

  /** `/w/file1.txt` to `obs://b/dir1/` gives `obs://b/dir1/file1.txt`. @throws LabelkitError `TrailingSlashRequired` */
  async uploadFile(file: string, folder: string, options: ObsFileOptions = {}): Promise<TransferResult> {
    const target = needFolder(needObs(folder, 'the target'), options);
    await this.#need(file, 'file');
    return await this.#run(file, joinLocation(target, basename(file)), options);
  }

  /** `/w/data` to `obs://b/dir1/` gives `obs://b/dir1/data/…`. @throws LabelkitError `TrailingSlashRequired` */
  async uploadDir(directory: string, folder: string, options: ObsFileOptions = {}): Promise<TransferResult> {
    const target = needFolder(needObs(folder, 'the target'), options);
    await this.#need(directory, 'directory');
    return await this.#run(directory, target, options);
  }

  /** `obs://b/dir1/file1.txt` to `/w/` gives `/w/file1.txt`. @throws LabelkitError `TrailingSlashRequired` */
  async downloadFile(file: string, directory: string, options: ObsFileOptions = {}): Promise<TransferResult> {
    needObs(file, 'the source');
    const target = needFolder(directory, options);
    await this.#need(file, 'file');
    return await this.#run(file, target, options);
  }

  /** `obs://b/dir1/` to `/w/` gives `/w/dir1/…`. @throws LabelkitError `TrailingSlashRequired` */
  async downloadDir(
    folder: string,
    directory: string,
    options: ObsFileOptions = {},
  ): Promise<TransferResult> {
    const source = needFolder(needObs(folder, 'the source'), options);
    const target = needFolder(directory, options);
    return await this.#run(source, target, options);
  }

  async #run(
    source: string,
    target: string,
    options: ObsCopyOptions & ObsFileOptions,
  ): Promise<TransferResult> {
    const { lenient: _, ...rest } = options;
    // Loads object storage, which a session may never be asked for.
    const { transfer } = await import('./transfer.js');
    return await transfer(source, target, { mode: 'overwrite', ...rest, session: this.#session });
  }

  /** The calls for a file take no folder, and the other way round. */
  async #need(path: string, kind: 'file' | 'directory'): Promise<void> {
    const found = await storageOf(path, { session: this.#session }).stat(path);
    if (found === null || found.kind === kind) return;
    throw new StorageError(
      kind === 'file' ? 'IsADirectory' : 'NotADirectory',
      `${path} is ${kind === 'file' ? 'a folder' : 'a file'}`,
      {
        path,
        hint: kind === 'file' ? 'Copy folders with uploadDir or downloadDir.' : 'Copy files with uploadFile.',
      },
    );
  }
}

function needObs(path: string, what: string): string {
  if (parseLocation(path).kind === 'obs') return path;
  throw new OptionError(`${what} ${path} is no obs:// path`, { hint: 'Write it as obs://bucket/key.' });
}

function needFolder(path: string, { lenient }: ObsFileOptions): string {
  if (path.endsWith('/')) return path;
  if (lenient === true) return `${path}/`;
  throw new LabelkitError('TrailingSlashRequired', `${path} names a folder and does not end with /`, {
    path,
    hint: 'Add the /, or allow its absence with lenient: true.',
  });
}
