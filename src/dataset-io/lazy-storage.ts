import type {
  AppendOptions,
  AppendResult,
  FileChange,
  LinkKind,
  LinkOptions,
  ListOptions,
  ReadOptions,
  Storage,
  StorageEntry,
  StorageOptions,
  StorageStat,
  StorageWriter,
  UpdateOptions,
  WriteOptions,
} from './storage/index.js';

/** A storage that is made when it is first used, once for all users; a failure to make it is everybody's. */
export class LazyStorage<S extends Storage = Storage> implements Storage {
  private made: Promise<S> | undefined;

  constructor(
    readonly scheme: Storage['scheme'],
    private readonly make: () => Promise<S>,
  ) {}

  /** The storage itself. What could not be made is tried again with the next use. */
  get(): Promise<S> {
    this.made ??= this.make().catch((error: unknown) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }

  /** True when {@link get} has been asked for. */
  get isUsed(): boolean {
    return this.made !== undefined;
  }

  async stat(path: string, options?: StorageOptions): Promise<StorageStat | null> {
    return await (await this.get()).stat(path, options);
  }

  async *openRead(path: string, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    yield* (await this.get()).openRead(path, options);
  }

  async *list(directory: string, options?: ListOptions): AsyncGenerator<StorageEntry, void, undefined> {
    yield* (await this.get()).list(directory, options);
  }

  async writeAtomic(
    path: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<StorageStat> {
    return await (await this.get()).writeAtomic(path, data, options);
  }

  async openWrite(path: string, options?: WriteOptions): Promise<StorageWriter> {
    return await (await this.get()).openWrite(path, options);
  }

  async append(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options?: AppendOptions,
  ): Promise<AppendResult> {
    return await (await this.get()).append(path, chunks, options);
  }

  async update(path: string, change: FileChange, options?: UpdateOptions): Promise<StorageStat> {
    return await (await this.get()).update(path, change, options);
  }

  async copy(from: string, to: string, options?: WriteOptions): Promise<StorageStat> {
    return await (await this.get()).copy(from, to, options);
  }

  async link(from: string, to: string, options?: LinkOptions): Promise<LinkKind> {
    return await (await this.get()).link(from, to, options);
  }

  async delete(path: string, options?: StorageOptions): Promise<void> {
    await (await this.get()).delete(path, options);
  }

  async makeDir(path: string, options?: StorageOptions): Promise<void> {
    await (await this.get()).makeDir(path, options);
  }
}
