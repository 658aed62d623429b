import { ClassLists } from './class-lists.js';
import { type ImageSets, listedWithoutFile, readImageSets } from './image-sets.js';
import type { ShardProgress } from './jobs/shard.js';
import { type EarlyThreads, jobsOf, runInThreads, threadsFromFiles } from './jobs/threads.js';
import { checkVocFiles, runVocShard, type VocPiece, type VocWork, vocShard } from './jobs/voc-shard.js';
import type { Storage } from './storage/index.js';
import { Turns } from './turns.js';
import type { Survey, ValidateOptions } from './validate-options.js';
import { isUnread, VocFiles } from './voc-files.js';
import { findVocTree, pairingKey, type VocTree } from './voc-tree.js';
import {
  mergeVocSummaries,
  type VocSummary,
  VocValidator,
  type VocValidatorOptions,
} from './voc-validator.js';

/** Checks a VOC tree, in threads when it is large and on the local disk. */
export async function surveyVoc(
  storage: Storage,
  input: string,
  options: ValidateOptions,
  xmlNames?: readonly string[],
  early?: EarlyThreads,
): Promise<Survey> {
  const { signal } = options;
  const tree = await findVocTree(storage, input, signal, xmlNames, early?.onFound);
  const maxDiagnostics = options.maxDiagnostics ?? 1000;
  const own: VocValidatorOptions = {
    mode: options.mode ?? 'strict',
    profile: options.profile ?? 'generic',
    maxDiagnostics,
    minSeverity: options.minSeverity ?? 'warning',
  };
  const totals = { totalItems: tree.names.length };
  const onProgress = (progress: ShardProgress) => options.onProgress?.({ ...progress, ...totals });
  const work: VocWork = { folder: tree.annotations, names: tree.names, options: own };
  const parts: VocSummary[] = [];
  const jobs = jobsOf(options.jobs);
  const sets = await readImageSets(storage, tree, signal);
  const classLists = await ClassLists.read(storage, tree, sets.lists, signal);
  if (options.checkFiles === true || !classLists.isEmpty) {
    const images = options.checkFiles === true;
    parts.push(await surveyVocClosely(storage, tree, own, { classLists, sets, images }, onProgress, signal));
  } else if (jobs > 1 && storage.scheme === 'file' && tree.names.length >= threadsFromFiles) {
    parts.push(...(await checkInThreads(storage, work, jobs, onProgress, signal, early)));
  } else {
    parts.push(await checkVocFiles(storage, work, onProgress, signal));
  }
  const ofFolders = [...tree.diagnostics, ...sets.diagnostics];
  if (ofFolders.length > 0) {
    const folder = new VocValidator(new VocFiles(storage, tree.annotations, own), own);
    for (const diagnostic of ofFolders) folder.report(diagnostic);
    parts.push(folder.summary());
  }
  const summary = mergeVocSummaries(parts, maxDiagnostics);
  return { kind: 'voc', format: 'voc', summary, diagnostics: summary.diagnostics, tree };
}

/** Shares the files between this thread and others, and gives the results in the order of the files. */
async function checkInThreads(
  storage: Storage,
  work: VocWork,
  jobs: number,
  onProgress: (progress: ShardProgress) => void,
  signal: AbortSignal | undefined,
  early: EarlyThreads | undefined,
): Promise<VocSummary[]> {
  const shard = vocShard(work, jobs);
  const others = Array.from({ length: jobs - 1 }, () => shard);
  const results = await runInThreads<VocPiece[]>(
    others,
    onProgress,
    signal,
    (onOwn, over) => runVocShard(storage, shard, onOwn, over),
    undefined,
    early,
  );
  const pieces = results.flat().sort((a, b) => a.index - b.index);
  return pieces.map(({ summary }) => summary);
}

/** What the files of the tree are held against. Reading image headers is loaded only where it is wanted. */
async function folderOf(
  storage: Storage,
  tree: VocTree,
  validator: VocValidator,
  { profile }: VocValidatorOptions,
  signal: AbortSignal | undefined,
) {
  const { checkVocFolder } = await import('./voc-folder.js');
  return await checkVocFolder(storage, tree, validator, profile, signal);
}

/** As the plain run, with each file held against its image and against the class lists. */
async function surveyVocClosely(
  storage: Storage,
  tree: VocTree,
  own: VocValidatorOptions,
  {
    classLists,
    sets,
    images,
  }: { readonly classLists: ClassLists; readonly sets: ImageSets; readonly images: boolean },
  onProgress: (progress: ShardProgress) => void,
  signal: AbortSignal | undefined,
): Promise<VocSummary> {
  const files = new VocFiles(storage, tree.annotations, { ...own, signal });
  const validator = new VocValidator(files, own);
  const folder = images ? await folderOf(storage, tree, validator, own, signal) : undefined;
  const turns = new Turns();
  let bytes = 0;
  files.expect(tree.names);
  try {
    for (const [at, name] of tree.names.entries()) {
      const file = files.readSync(name) ?? (await files.read(name));
      validator.check(file, folder?.factsOf(name, await folder.look(name)));
      if (!isUnread(file)) {
        bytes += file.size;
        if (file.document !== undefined) classLists.compare(pairingKey(name), file.document, validator);
      }
      if (!turns.isDue) continue;
      onProgress({ items: at + 1, bytes, findings: validator.findings });
      await turns.take(signal);
    }
    const labelled = new Set(folder === undefined ? [] : tree.names.map(pairingKey));
    for (const id of sets.ids())
      if (folder?.hasImage(id) === false && !labelled.has(id)) validator.report(listedWithoutFile(id, tree));
  } finally {
    files.close();
    folder?.close();
  }
  return validator.summary();
}
