import { baseName, dirOf, type Storage } from '../storage/index.js';
import { nextTurn, Turns } from '../turns.js';
import { VocFiles } from '../voc-files.js';
import { type VocSummary, VocValidator, type VocValidatorOptions } from '../voc-validator.js';
import type { ShardProgress, VocShard } from './shard.js';

/** Files that a thread takes at a time: enough that taking costs nothing … */
const mostFilesPerPiece = 1024;
/** … and towards the end so few that all threads end together: less than 2 ms of work. */
const fewestFilesPerPiece = 64;
/** No piece is larger than this part of what is left for each thread. */
const piecesAhead = 4;

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

/**
 * The part of each of `threads` threads: it takes piece after piece of the files until the threads together have
 * taken all.
 */
export function vocShard({ folder, names, options }: VocWork, threads: number): VocShard {
  const pieces: string[] = [];
  for (let start = 0; start < names.length; ) {
    const share = Math.ceil((names.length - start) / threads / piecesAhead);
    const end = start + Math.max(fewestFilesPerPiece, Math.min(share, mostFilesPerPiece));
    // A few long texts are copied to a thread at once, a hundred thousand short ones are not. No name holds a NUL.
    pieces.push(names.slice(start, end).join('\0'));
    start = end;
  }
  return { kind: 'voc', folder, pieces, taken: new SharedArrayBuffer(4), options };
}

/** Checks all files in this thread. */
export async function checkVocFiles(
  storage: Storage,
  work: VocWork,
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
): Promise<VocSummary> {
  const checker = new VocChecker(storage, work, onProgress, signal);
  return await checker.check(work.names, work.options.maxDiagnostics);
}

/** Checks what this thread gets of a shard. */
export async function runVocShard(
  storage: Storage,
  { folder, pieces, taken, options }: VocShard,
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
): Promise<VocPiece[]> {
  const counter = new Int32Array(taken);
  const checker = new VocChecker(storage, { folder, options }, onProgress, signal);
  const done: VocPiece[] = [];
  let wanted = options.maxDiagnostics;
  for (;;) {
    const index = Atomics.add(counter, 0, 1);
    const names = pieces[index];
    if (names === undefined) return done;
    const summary = await checker.check(names.split('\0'), wanted);
    // Later pieces of this thread come after this one, so what is listed here takes their room.
    wanted -= summary.diagnostics.length;
    done.push({ index, summary });
  }
}

/** Longest practice, in ms: by then the code is compiled as well as it gets. */
const longestPractice = 250;

/**
 * Checks files, again and again, without noting what comes out, until `isOver` or for a quarter of a second: a thread
 * that waits for its part has compiled the code for it then.
 *
 * @param paths of files in one folder; only XML files are read, and one that cannot be is a finding like others
 */
export async function practise(
  storage: Storage,
  paths: readonly string[],
  isOver: () => boolean,
  longestMs = longestPractice,
): Promise<void> {
  const options = { mode: 'strict', profile: 'generic', maxDiagnostics: 0, minSeverity: 'error' } as const;
  const names = paths.map(baseName).filter((name) => /\.xml$/i.test(name));
  if (names.length === 0) return;
  const checker = new VocChecker(storage, { folder: dirOf(paths[0]!), options }, () => {}, undefined);
  const start = performance.now();
  while (!isOver() && performance.now() - start < longestMs) {
    await checker.check(names, 0);
    await nextTurn();
  }
}

/** Reads and checks files by their names, letting the event loop turn now and then. */
class VocChecker {
  private readonly files: VocFiles;
  private readonly turns = new Turns();
  private items = 0;
  private bytes = 0;
  private findings = 0;

  constructor(
    storage: Storage,
    private readonly work: Pick<VocWork, 'folder' | 'options'>,
    private readonly onProgress: (progress: ShardProgress) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.files = new VocFiles(storage, work.folder, { ...work.options, signal });
  }

  async check(names: readonly string[], maxDiagnostics: number): Promise<VocSummary> {
    const { files, turns } = this;
    const validator = new VocValidator(files, { ...this.work.options, maxDiagnostics });
    files.expect(names);
    for (const name of names) {
      const file = files.readSync(name) ?? (await files.read(name));
      validator.check(file);
      this.items++;
      if ('size' in file) this.bytes += file.size;
      if (!turns.isDue) continue;
      this.tell(validator);
      await turns.take(this.signal);
    }
    this.tell(validator);
    this.findings += validator.findings;
    return validator.summary();
  }

  private tell(validator: VocValidator): void {
    const { items, bytes, findings } = this;
    this.onProgress({ items, bytes, findings: findings + validator.findings });
  }
}
