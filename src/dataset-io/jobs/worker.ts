import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { LabelkitError } from '../../model/index.js';
import { LocalStorage } from '../storage/index.js';
import type { Shard, ShardProgress } from './shard.js';
import type { SplitBlock } from './split-blocks.js';

/** What a worker says to the thread that started it. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: ShardProgress }
  | { readonly kind: 'part'; readonly part: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | {
      readonly kind: 'failed';
      readonly code: string | undefined;
      readonly message: string;
      readonly hint: string | undefined;
      readonly path: string | undefined;
    };

/** What a thread is given at its start: its part, or the kind of part that is to be posted to it. */
export type WorkerStart =
  | { readonly shard: Shard }
  | {
      readonly expects: Shard['kind'];
      /** Paths of such files, to practise on until then. */
      readonly examples: readonly string[];
    };

const storage = new LocalStorage();
const progressEveryMs = 50;
/** What is found in blocks of a split is handed over together: a message takes as long as some lines. */
const blocksPerMessage = 16;
let told = 0;
/** The latest, where it has not been handed over. */
let untold: ShardProgress | undefined;

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function onProgress(progress: ShardProgress): void {
  const now = performance.now();
  untold = progress;
  if (now - told < progressEveryMs) return;
  told = now;
  tellRest();
}

function tellRest(): void {
  if (untold !== undefined) post({ kind: 'progress', progress: untold });
  untold = undefined;
}

/** What the parts of each kind need. */
const load = {
  manifest: () => import('./manifest-blocks.js'),
  split: () => import('./split-blocks.js'),
  stats: () => import('./stats-blocks.js'),
  voc: () => import('./voc-shard.js'),
};

async function ownShard(): Promise<Shard> {
  const start = workerData as WorkerStart;
  if ('shard' in start) return start.shard;
  let isHere = false;
  const posted = once(parentPort!, 'message').finally(() => {
    isHere = true;
  });
  if (start.expects !== 'voc') {
    await load[start.expects]();
  } else {
    const { practise } = await load.voc();
    await practise(storage, start.examples, () => isHere);
  }
  const [shard] = await posted;
  return shard;
}

/** Loads what the part needs, and no more: it is loaded again in every thread. */
async function run(shard: Shard): Promise<unknown> {
  if (shard.kind === 'manifest') {
    const { joinedBlocks, runManifestBlocks } = await load.manifest();
    const { progress } = shard;
    const waitFor = (least: number): undefined => {
      let joined = Atomics.load(progress, joinedBlocks);
      while (joined < least) {
        Atomics.wait(progress, joinedBlocks, joined);
        joined = Atomics.load(progress, joinedBlocks);
      }
    };
    const file = storage.openSync(shard.path);
    try {
      return await runManifestBlocks(file, shard, waitFor, (part) => post({ kind: 'part', part }));
    } finally {
      file.close();
    }
  }
  if (shard.kind === 'stats') {
    const { runStatsBlocks } = await load.stats();
    const file = storage.openSync(shard.path);
    try {
      return await runStatsBlocks(file, shard, () => undefined, onProgress);
    } finally {
      file.close();
    }
  }
  if (shard.kind === 'split') {
    const { runSplitBlocks } = await load.split();
    const { progress } = shard;
    let found: SplitBlock[] = [];
    const tell = () => {
      if (found.length > 0) post({ kind: 'part', part: found });
      found = [];
    };
    const file = storage.openSync(shard.path);
    try {
      await runSplitBlocks(file, shard, (path, meant) => storage.openTarget(path, meant), {
        turn: () => undefined,
        wait: (place, seen): undefined => {
          tell();
          Atomics.wait(progress, place, seen);
        },
        take: (block) => {
          found.push(block);
          if (found.length === blocksPerMessage) tell();
        },
      });
      tell();
      return undefined;
    } finally {
      file.close();
    }
  }
  const { runVocShard } = await load.voc();
  return await runVocShard(storage, shard, onProgress);
}

try {
  const result = await run(await ownShard());
  tellRest();
  post({ kind: 'done', result });
} catch (error) {
  const known = error instanceof LabelkitError ? error : undefined;
  post({
    kind: 'failed',
    code: known?.code,
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint,
    path: known?.path,
  });
}
