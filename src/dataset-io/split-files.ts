import {
  joinLocation,
  openTree,
  type Storage,
  type StorageWriter,
  type TreeMode,
  type TreeWriter,
} from './storage/index.js';

/** Bytes of a part that are gathered before they are written. */
const bufferBytes = 1 << 20;
const lineFeed = 0x0a;

/** Where the bytes of several files go that appear together or not at all. */
interface Sink {
  write(part: number, bytes: Uint8Array): Promise<void> | void;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Files in one folder, collected beside it. */
class TreeSink implements Sink {
  constructor(
    private readonly tree: TreeWriter,
    private readonly names: readonly string[],
  ) {}

  write(part: number, bytes: Uint8Array): void {
    this.tree.lengthen(this.names[part]!, bytes);
  }

  async commit(): Promise<void> {
    // Parts without a sample are files without a line.
    for (const name of this.names) if (!this.tree.has(name)) this.tree.lengthen(name, new Uint8Array(0));
    await this.tree.commit();
  }

  async abort(): Promise<void> {
    await this.tree.abort();
  }
}

/** Files in object storage, each sent while it is made; when one cannot be finished, new ones are removed again. */
class WriterSink implements Sink {
  constructor(
    private readonly storage: Storage,
    private readonly writers: readonly StorageWriter[],
    private readonly mode: 'create' | 'overwrite',
  ) {}

  async write(part: number, bytes: Uint8Array): Promise<void> {
    await this.writers[part]!.write(bytes);
  }

  async commit(): Promise<void> {
    const done: string[] = [];
    try {
      for (const writer of this.writers) {
        await writer.commit();
        done.push(writer.path);
      }
    } catch (error) {
      if (this.mode === 'create') for (const path of done) await this.storage.delete(path);
      throw error;
    }
  }

  async abort(): Promise<void> {
    for (const writer of this.writers) await writer.abort();
  }
}

async function openSink(
  storage: Storage,
  folder: string,
  names: readonly string[],
  mode: TreeMode,
  signal: AbortSignal | undefined,
): Promise<Sink> {
  if (storage.scheme === 'file' || mode === 'append')
    return new TreeSink(await openTree(storage, folder, mode, { signal }), names);
  await storage.makeDir(folder, { signal });
  const writers: StorageWriter[] = [];
  try {
    for (const name of names)
      writers.push(await storage.openWrite(joinLocation(folder, name), { mode, signal }));
  } catch (error) {
    for (const writer of writers) await writer.abort();
    throw error;
  }
  return new WriterSink(storage, writers, mode);
}

/** The files that a data set is split into: bytes are gathered, and written many at a time. */
export class PartFiles {
  private readonly buffers: Buffer[];
  private readonly used: number[];

  private constructor(
    private readonly sink: Sink,
    readonly paths: readonly string[],
  ) {
    this.buffers = paths.map(() => Buffer.allocUnsafeSlow(bufferBytes));
    this.used = paths.map(() => 0);
  }

  /**
   * @param names of the files, by part
   * @throws StorageError `AlreadyExists` in mode `create` when there is something already
   */
  static async open(
    storage: Storage,
    folder: string,
    names: readonly string[],
    mode: TreeMode,
    signal?: AbortSignal,
  ): Promise<PartFiles> {
    const sink = await openSink(storage, folder, names, mode, signal);
    return new PartFiles(
      sink,
      names.map((name) => joinLocation(folder, name)),
    );
  }

  /** Adds `bytes[start]` up to `bytes[end]` and a line feed, where they fit; false where there is no room: flush first. */
  addLines(part: number, bytes: Buffer, start: number, end: number): boolean {
    const buffer = this.buffers[part]!;
    const used = this.used[part]!;
    if (end - start + 1 > buffer.length - used) return false;
    const next = used + bytes.copy(buffer, used, start, end);
    buffer[next] = lineFeed;
    this.used[part] = next + 1;
    return true;
  }

  /** As {@link addLines}, whatever the size. */
  async addLinesAtOnce(part: number, bytes: Buffer, start: number, end: number): Promise<void> {
    await this.flush(part);
    if (this.addLines(part, bytes, start, end)) return;
    await this.addBytes(part, bytes.subarray(start, end));
    await this.addBytes(part, Buffer.of(lineFeed));
  }

  async addLine(part: number, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (!this.addLines(part, bytes, 0, bytes.length)) await this.addLinesAtOnce(part, bytes, 0, bytes.length);
  }

  /** Adds bytes as they are. */
  async addBytes(part: number, bytes: Uint8Array): Promise<void> {
    await this.flush(part);
    await this.sink.write(part, bytes);
  }

  async commit(): Promise<void> {
    for (let part = 0; part < this.buffers.length; part++) await this.flush(part);
    await this.sink.commit();
  }

  async abort(): Promise<void> {
    await this.sink.abort();
  }

  private async flush(part: number): Promise<void> {
    const used = this.used[part]!;
    if (used === 0) return;
    this.used[part] = 0;
    await this.sink.write(part, this.buffers[part]!.subarray(0, used));
  }
}
