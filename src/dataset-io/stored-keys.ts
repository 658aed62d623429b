import { manifestBatches } from '../manifest/index.js';
import { Checkpoints } from './checkpoints.js';
import type { StageBatch } from './stage.js';
import { type Piece, Spool, type Storage, type SyncFile } from './storage/index.js';

const byteOrderMark = Buffer.from('\ufeff');

/** Samples from one checkpoint to the next, at most. */
const stride = 16;
/** Bytes from one checkpoint to the next, unless one sample has more. */
const strideBytes = 64 * 1024;
/** Bytes read at once where what is wanted lies side by side. */
const readBytes = 1024 * 1024;
/** Bytes of lines that are parsed at once. */
const parsedBytes = 128 * 1024;

/** What is taken of a line of a manifest to compare samples by it; `line` is all of it. */
export type LineKey = 'line' | 'source' | 'id';

/** Keys of samples that have gone by, by the number of the sample. */
export interface StoredKeys {
  /** False: nothing has to be {@link keep}t. */
  readonly needsKeys: boolean;
  /** A sample goes by; numbers ascend. Called for each one, also where nothing is kept of it. */
  pass(number: number, batch: StageBatch, row: number): void;
  /** The key of a sample that has gone by will be asked for. Numbers ascend. */
  keep(number: number, key: string): void;
  /** The keys of samples; one that cannot be had any more is missing. @param numbers ascending */
  read(numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
  close(): void;
}

/** Some samples whose checkpoints lie side by side, to be read at once. */
interface Stretch {
  readonly numbers: readonly number[];
  /** Their first checkpoint, and the last. */
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts what is wanted into stretches. @param end where everything ends */
function* stretches(
  checkpoints: Checkpoints,
  numbers: readonly number[],
  end: number,
): Generator<Stretch, void, undefined> {
  const endOf = (at: number) => (at + 1 < checkpoints.length ? checkpoints.place(at + 1) : end);
  for (let i = 0; i < numbers.length; ) {
    const from = checkpoints.before(numbers[i]!);
    const start = checkpoints.place(from);
    const some: number[] = [];
    let to = from;
    for (; i < numbers.length; i++) {
      const at = checkpoints.before(numbers[i]!, to);
      if (at > to + 1 || (at > from && endOf(at) - start > readBytes)) break;
      to = at;
      some.push(numbers[i]!);
    }
    yield { numbers: some, from, to, start, end: endOf(to) };
  }
}

/** A key that lines are compared by as a whole: each byte as one character. */
export function keyOfBytes(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/**
 * Keys out of the file that they came from: nothing is kept but where some lines begin, under one byte for each sample.
 * For UTF-8 files that can be read at any place.
 */
export class KeysInFile implements StoredKeys {
  readonly needsKeys = false;
  private readonly checkpoints = new Checkpoints();
  private file: SyncFile | undefined;
  private buffer = Buffer.alloc(0);
  private batch: StageBatch | undefined;
  private row = -1;
  private number = 0;

  constructor(
    private readonly storage: Storage,
    private readonly path: string,
    private readonly by: LineKey,
  ) {}

  pass(number: number, batch: StageBatch, row: number): void {
    const { checkpoints } = this;
    const last = checkpoints.length - 1;
    // Lines that are no samples may lie between samples of one checkpoint as little as the end of a batch.
    const follows = batch === this.batch && row === this.row + 1 && number === this.number + 1;
    this.batch = batch;
    this.row = row;
    this.number = number;
    const offset = batch.offset(row)!;
    if (
      !follows ||
      number - checkpoints.number(last) >= stride ||
      offset - checkpoints.place(last) >= strideBytes
    )
      checkpoints.push(number, offset);
  }

  keep(): void {
    // Whatever is asked for is in the file.
  }

  async read(numbers: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const keys = new Map<number, string>();
    // The line that went by last may end the file, or CR LF may end it.
    const end = this.batch!.offset(this.row)! + this.batch!.bytes(this.row)!.length + 2;
    let waiting: [number, Buffer][] = [];
    let bytes = 0;
    for (const stretch of stretches(this.checkpoints, numbers, end)) {
      for (const [number, line] of this.linesOf(stretch)) {
        if (this.by === 'line') {
          keys.set(number, keyOfBytes(line));
          continue;
        }
        waiting.push([number, Buffer.from(line)]);
        bytes += line.length;
      }
      // Parsing costs least for many lines at once.
      if (bytes < parsedBytes) continue;
      await this.parse(waiting, keys);
      waiting = [];
      bytes = 0;
    }
    if (waiting.length > 0) await this.parse(waiting, keys);
    return keys;
  }

  close(): void {
    this.file?.close();
    this.file = undefined;
  }

  /** Lines of the file, as long as nothing else is read. */
  private linesOf({ numbers, from, start, end }: Stretch): [number, Buffer][] {
    this.file ??= this.storage.openSync!(this.path);
    if (this.buffer.length < end - start) this.buffer = Buffer.allocUnsafe(Math.max(end - start, readBytes));
    const bytes = this.buffer.subarray(0, this.file.read(this.buffer.subarray(0, end - start), start));
    const { checkpoints } = this;
    const lines: [number, Buffer][] = [];
    let at = from;
    let line = checkpoints.number(from);
    let begin = 0;
    for (const number of numbers) {
      while (at + 1 < checkpoints.length && checkpoints.number(at + 1) <= number) {
        at++;
        line = checkpoints.number(at);
        begin = checkpoints.place(at) - start;
      }
      for (; line < number && begin <= bytes.length; line++) begin = lineEnd(bytes, begin) + 1;
      if (begin <= bytes.length) lines.push([number, lineAt(bytes, begin, start === 0)]);
    }
    return lines;
  }

  private async parse(lines: readonly [number, Buffer][], keys: Map<number, string>): Promise<void> {
    const feed = Buffer.from('\n');
    const chunk = Buffer.concat(lines.flatMap(([, line]) => [line, feed]));
    const isById = this.by === 'id';
    const batches = manifestBatches([chunk], {
      lazy: 'checked',
      noted: !isById,
      maxLineBytes: Number.MAX_SAFE_INTEGER,
    });
    let next = 0;
    for await (const batch of batches) {
      for (let row = 0; row < batch.rowCount; row++) {
        const key = isById ? batch.sample(row)?.id : batch.source(row);
        if (key !== undefined) keys.set(lines[next]![0], key);
        next++;
      }
    }
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(0x0a, from);
  return feed < 0 ? bytes.length : feed;
}

/** The line that begins at a byte. @param isStart byte 0 is the first of the file, where a byte order mark may be */
function lineAt(bytes: Buffer, begin: number, isStart: boolean): Buffer {
  const feed = lineEnd(bytes, begin);
  const end = feed > begin && feed < bytes.length && bytes[feed - 1] === 0x0d ? feed - 1 : feed;
  const hasMark = isStart && begin === 0 && bytes.subarray(0, 3).equals(byteOrderMark);
  return bytes.subarray(hasMark ? byteOrderMark.length : begin, end);
}

/** Before each key in the spool: the number of its sample, and how many bytes it has. */
const headBytes = 8;

/** Keys put aside: for what cannot be read at any place. Under one byte is kept for each. */
export class KeysAside implements StoredKeys {
  readonly needsKeys = true;
  private readonly spool = new Spool();
  private readonly checkpoints = new Checkpoints();
  private kept = 0;

  pass(): void {
    // What is asked for is kept.
  }

  keep(number: number, key: string): void {
    const { spool, checkpoints } = this;
    const last = checkpoints.length - 1;
    if (this.kept++ % stride === 0 || spool.size - checkpoints.place(last) >= strideBytes)
      checkpoints.push(number, spool.size);
    const bytes = Buffer.from(key);
    const record = Buffer.allocUnsafe(headBytes + bytes.length);
    record.writeUInt32LE(number, 0);
    record.writeUInt32LE(bytes.length, 4);
    record.set(bytes, headBytes);
    spool.add(record);
  }

  async read(numbers: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const keys = new Map<number, string>();
    for (const { numbers: some, start, end } of stretches(this.checkpoints, numbers, this.spool.size)) {
      const piece: Piece = { offset: start, length: end - start };
      const wanted = new Set(some);
      const bytes = this.spool.read(piece);
      for (let at = 0; at < bytes.length; ) {
        const number = bytes.readUInt32LE(at);
        const from = at + headBytes;
        at = from + bytes.readUInt32LE(at + 4);
        if (wanted.has(number)) keys.set(number, bytes.toString('utf8', from, at));
      }
    }
    return keys;
  }

  close(): void {
    this.spool.close();
  }
}
