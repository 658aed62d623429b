import type { ManifestBatch } from '../manifest/index.js';
import { noPart } from '../transforms/index.js';
import {
  failAfter,
  GatheredWrites,
  joinLocation,
  type Loan,
  openTree,
  type Storage,
  type StorageWriter,
  type TreeMode,
  type TreeWriter,
} from './storage/index.js';

/** Bytes of a part that are gathered before they are written. */
const bufferBytes = 1 << 20;
/** What the buffers of all parts take at most; each has two. */
const mostBufferBytes = 64 << 20;
const lineFeed = 0x0a;
const lineFeedBytes = Uint8Array.of(lineFeed);

/** Where the bytes of several files go that appear together or not at all. */
interface Sink {
  /** Of one part one at a time; the bytes stay unchanged until it resolves. */
  write(part: number, bytes: Uint8Array): Promise<void>;
  /** Where the file of each part lies meanwhile, empty, for others to write into; absent or undefined where they cannot. */
  fill?(): readonly string[] | undefined;
  commit(): Promise<void>;
  /** No write is under way. */
  abort(): Promise<void>;
}

/** Files in one folder, collected beside it. */
class TreeSink implements Sink {
  constructor(
    private readonly tree: TreeWriter,
    private readonly names: readonly string[],
  ) {}

  async write(part: number, bytes: Uint8Array): Promise<void> {
    await this.tree.stream(this.names[part]!, bytes);
  }

  fill(): readonly string[] | undefined {
    const { tree, names } = this;
    return tree.fill === undefined ? undefined : names.map((name) => tree.fill!(name));
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
    private readonly folder: string,
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
      if (this.mode !== 'create') throw error;
      await failAfter(error, this.folder, () => this.remove(done));
    }
  }

  async abort(): Promise<void> {
    for (const writer of this.writers) await writer.abort();
  }

  /** Removes what it can, and throws the first failure. */
  private async remove(paths: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    for (const path of paths) {
      try {
        await this.storage.delete(path);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
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
  return new WriterSink(storage, folder, writers, mode);
}

/** The files that a data set is split into: bytes are gathered, and written many at a time while more are gathered. */
export class PartFiles {
  private readonly parts: readonly GatheredWrites[];

  private constructor(
    private readonly sink: Sink,
    readonly paths: readonly string[],
  ) {
    const size = Math.min(bufferBytes, Math.floor(mostBufferBytes / (2 * paths.length)));
    this.parts = paths.map(
      (_, part) =>
        new GatheredWrites(async (bytes, then) => {
          await sink.write(part, bytes);
          if (then !== undefined) await sink.write(part, then);
        }, size),
    );
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

  /**
   * Adds lines as the bytes they are, each ended by LF. Neighbouring lines of one part are copied at once.
   *
   * @param parts of the lines, `noPart` for those that go nowhere
   */
  async addLines({ lines }: ManifestBatch, parts: Uint8Array): Promise<void> {
    const { bytes, starts, ends } = lines;
    const { length } = parts;
    for (let row = 0; row < length; ) {
      const part = parts[row]!;
      const start = starts[row]!;
      let end = ends[row]!;
      for (
        row++;
        row < length && parts[row] === part && starts[row] === end + 1 && bytes[end] === lineFeed;
        row++
      )
        end = ends[row]!;
      if (part === noPart) continue;
      const writes = this.parts[part]!;
      const stop = bytes[end] === lineFeed ? end + 1 : end;
      if (!writes.take(bytes, start, stop)) await writes.add(bytes.subarray(start, stop));
      if (stop === end) await writes.add(lineFeedBytes);
    }
  }

  async addLine(part: number, text: string): Promise<void> {
    await this.parts[part]!.add(Buffer.from(`${text}\n`));
  }

  /** Adds bytes as they are, without copying them where they are many: they stay unchanged while the loan lasts. */
  async lend(part: number, bytes: Uint8Array, loan: Loan): Promise<void> {
    await this.parts[part]!.lend(bytes);
    loan.extend(this.settled());
  }

  /**
   * Empties the files, and says where they lie until {@link commit}: others may write into them there. Undefined where they
   * do not lie on the local disk.
   */
  fill(): readonly { readonly path: string; readonly meant: string }[] | undefined {
    return this.sink.fill?.()?.map((path, part) => ({ path, meant: this.paths[part]! }));
  }

  async commit(): Promise<void> {
    const flushed = await Promise.allSettled(this.parts.map((writes) => writes.flush()));
    for (const flush of flushed) if (flush.status === 'rejected') throw flush.reason;
    await this.sink.commit();
  }

  async abort(): Promise<void> {
    await Promise.all(this.parts.map((writes) => writes.stop()));
    await this.sink.abort();
  }

  /** Resolves when no write is under way that has begun by now. */
  private async settled(): Promise<void> {
    await Promise.all(this.parts.map((writes) => writes.pending));
  }
}
