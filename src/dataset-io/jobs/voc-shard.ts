import type { Storage } from '../storage/index.js';
import { Turns } from '../turns.js';
import { VocFiles } from '../voc-files.js';
import { type VocSummary, VocValidator, type VocValidatorOptions } from '../voc-validator.js';
import type { ShardProgress, VocShard } from './shard.js';

/** Files that a thread takes at a time: enough that taking costs nothing, so few that all threads end together. */
const filesPerPiece = 1024;

/** The files to check, and how. */
export interface VocWork {
  /** The directory that the names are relative to. */
  readonly folder: string;
  readonly names: readonly string[];
  readonly options: VocValidatorOptions;
}

/** The result of files that follow each other. */
export interface VocPiece {
  /** Pieces in the order of their indexes are in the order of the files. */
  readonly index: number;
  readonly summary: VocSummary;
}

/** The part of one thread: it takes piece after piece of the files until the threads together have taken all. */
export function vocShard({ folder, names, options }: VocWork): VocShard {
  // One long text is copied to a thread at once, a hundred thousand short ones are not. No file name holds a NUL.
  return { kind: 'voc', folder, names: names.join('\0'), taken: new SharedArrayBuffer(4), options };
}

/** Checks all files in this thread. */
export async function checkVocFiles(
  storage: Storage,
  work: VocWork,
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
): Promise<VocSummary> {
  const checker = new VocChecker(storage, work, onProgress, signal);
  return await checker.check(0, work.names.length, work.options.maxDiagnostics);
}

/** Checks what this thread gets of a shard. */
export async function runVocShard(
  storage: Storage,
  { folder, names: joined, taken, options }: VocShard,
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
): Promise<VocPiece[]> {
  const names = joined.split('\0');
  const counter = new Int32Array(taken);
  const checker = new VocChecker(storage, { folder, names, options }, onProgress, signal);
  const pieces: VocPiece[] = [];
  let wanted = options.maxDiagnostics;
  for (;;) {
    const index = Atomics.add(counter, 0, 1);
    const start = index * filesPerPiece;
    if (start >= names.length) return pieces;
    const summary = await checker.check(start, Math.min(start + filesPerPiece, names.length), wanted);
    // Later pieces of this thread come after this one, so what is listed here takes their room.
    wanted -= summary.diagnostics.length;
    pieces.push({ index, summary });
  }
}

/** Reads and checks files by their numbers, letting the event loop turn now and then. */
class VocChecker {
  private readonly files: VocFiles;
  private readonly turns = new Turns();
  private items = 0;
  private bytes = 0;

  constructor(
    storage: Storage,
    private readonly work: VocWork,
    private readonly onProgress: (progress: ShardProgress) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.files = new VocFiles(storage, work.folder, { ...work.options, signal });
  }

  async check(start: number, end: number, maxDiagnostics: number): Promise<VocSummary> {
    const { files, turns } = this;
    const { names, options } = this.work;
    const validator = new VocValidator(files, { ...options, maxDiagnostics });
    files.expect(names, start, end);
    for (let at = start; at < end; at++) {
      const name = names[at];
      const file = files.readSync(name) ?? (await files.read(name));
      validator.check(file);
      this.items++;
      if ('size' in file) this.bytes += file.size;
      if (!turns.isDue) continue;
      this.onProgress({ items: this.items, bytes: this.bytes });
      await turns.take(this.signal);
    }
    this.onProgress({ items: this.items, bytes: this.bytes });
    return validator.summary();
  }
}
