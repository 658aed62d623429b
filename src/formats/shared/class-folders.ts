import {
  type Annotation,
  type Diagnostic,
  nameProblem,
  OptionError,
  type Task,
  throwIfAborted,
} from '../../model/index.js';
import type {
  FormatBatch,
  FormatOption,
  FormatSink,
  FormatSource,
  FormatWriter,
  WriteRow,
  Written,
} from '../contract.js';
import { BatchBuilder } from './batches.js';
import { directoryRules } from './directory-rules.js';
import { Findings } from './findings.js';
import { countLosses, type LossName, sampleKind } from './losses.js';
import { isFaulty, type MediaKind, mediaFiles, mediaFindings } from './media-files.js';
import { baseNameOf, extensionOf, keyOf, NameTable, stemOfName } from './names.js';
import { placeOf } from './place.js';

/** Files in folders whose names are their labels. */
export interface ClassFolders {
  readonly kind: MediaKind;
  readonly sample: 'image-sample' | 'audio-sample';
  readonly task: Task;
}

/** What a format of class folders keeps. */
export function classFoldersCarry({ sample, task }: ClassFolders): ReadonlySet<LossName> {
  return new Set<LossName>([sample, task, 'unlabelled-image']);
}

export const classFolderOptions: readonly FormatOption[] = [
  {
    name: 'rootAsLabel',
    for: 'read',
    type: 'flag',
    summary: 'Files in the root have its name as their label. Default: they are unlabelled.',
  },
  {
    name: 'onMultiLabel',
    for: 'write',
    type: 'text',
    values: ['first', 'skip', 'copy'],
    summary:
      'What becomes of a sample with several labels: its first is taken, it is left out, or it comes into the folder of each. Default: it is an error.',
  },
];

/** The label of a folder is the name of the last folder that a file is in. */
export async function* readClassFolders(
  source: FormatSource,
  { kind, task }: ClassFolders,
): AsyncGenerator<FormatBatch, void, undefined> {
  const findings = new Findings(directoryRules, source);
  const batch = new BatchBuilder();
  const { media } = await mediaFiles(source, kind, undefined, findings, batch);
  const root =
    source.options['rootAsLabel'] === true ? baseNameOf(source.path.replace(/[\\/]+$/, '')) : undefined;
  for (const file of media) {
    const { name } = file;
    const path = source.pathOf(name);
    const found = mediaFindings(file, source, findings);
    const label = name.includes('/') ? name.split('/').at(-2) : root;
    if (label === undefined) {
      const finding = findings.of('D021', `${name} is in no folder of a label`, {
        file: path,
        hint: 'Put it into the folder of its label.',
      });
      if (finding !== undefined) found.push(finding);
    }
    if (isFaulty(found)) {
      batch.fault({ diagnostics: found, name });
    } else {
      for (const finding of found) batch.finding(finding);
      const annotations: Annotation[] =
        label === undefined ? [] : [{ type: `modelarts/${task}`, task, name: label }];
      batch.record({ sample: { source: path, annotations }, file: path, key: stemOfName(name) });
    }
    if (batch.isFull) {
      throwIfAborted(source.signal);
      yield batch.take();
    }
  }
  if (!batch.isEmpty) yield batch.take();
}

/** Puts each sample into the folder of its label, and unlabelled ones into the root. */
export class ClassFolderWriter implements FormatWriter {
  private readonly names = new NameTable({ renameClashes: true });
  private readonly carries: ReadonlySet<LossName>;

  /** @throws OptionError when files are to stay where they are: then there is nothing to write */
  constructor(
    private readonly sink: FormatSink,
    private readonly folders: ClassFolders,
    title: string,
  ) {
    this.carries = classFoldersCarry(folders);
    if (sink.images !== 'reference') return;
    throw new OptionError(`${title} is nothing but its files, and they are to stay where they are`, {
      hint: 'Say --images copy or --images link (option images).',
    });
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink, folders } = this;
    const kind = sampleKind(row.sample);
    if (kind !== folders.sample) {
      sink.lose(row, kind);
      return 'skipped';
    }
    const { labels, unnamed } = labelsOf(row, folders.task);
    const wanted = this.chosen(labels, row);
    if (wanted === 'skipped') return wanted;
    if (!('names' in wanted)) return [wanted];
    for (const label of wanted.names) {
      const finding = folderFinding(label, row);
      if (finding !== undefined) return [finding];
    }
    const extension = extensionOf(row.sample.source);
    const stem = baseNameOf(keyOf(row));
    for (const folder of wanted.names.length === 0 ? [''] : wanted.names.map((name) => `${name}/`)) {
      const name = this.names.take(row, `${folder}${stem}`, extension);
      if (typeof name !== 'string') return [name];
      const problem = await sink.image(row, name);
      if (problem !== undefined) return [problem];
    }
    for (const pointer of [...unnamed, ...wanted.lost]) sink.lose(row, folders.task, pointer);
    countLosses(sink, row, this.carries);
    return 'written';
  }

  end(): void {
    return;
  }

  /** The labels that are written, and where those are that are not. */
  private chosen(
    labels: ReadonlyMap<string, string>,
    row: WriteRow,
  ): { readonly names: readonly string[]; readonly lost: readonly string[] } | 'skipped' | Diagnostic {
    const names = [...labels.keys()];
    const pointers = [...labels.values()];
    if (names.length <= 1) return { names, lost: [] };
    switch (this.sink.options['onMultiLabel']) {
      case 'copy':
        return { names, lost: [] };
      case 'first':
        return { names: names.slice(0, 1), lost: pointers.slice(1) };
      case 'skip':
        for (const pointer of pointers) this.sink.lose(row, this.folders.task, pointer);
        return 'skipped';
      default:
        return {
          rule: 'D022',
          severity: 'error',
          message: `the sample has ${names.length} labels (${names.slice(0, 5).join(', ')}), and a file lies in one folder`,
          hint: 'Say what is to become of such samples: --to-option on-multi-label=first, skip or copy.',
          ...placeOf(row),
        };
    }
  }
}

/** Labels of one task, each once, with their places in the sample; and the places of those without a name. */
export function labelsOf(
  { sample }: WriteRow,
  wanted: Task,
): { readonly labels: ReadonlyMap<string, string>; readonly unnamed: readonly string[] } {
  const labels = new Map<string, string>();
  const unnamed: string[] = [];
  for (const [index, { task, name }] of sample.annotations.entries()) {
    if (task !== wanted) continue;
    if (name === undefined) unnamed.push(`/annotation/${index}`);
    else if (!labels.has(name)) labels.set(name, `/annotation/${index}/name`);
  }
  return { labels, unnamed };
}

/** D023: what keeps a label from being the name of a folder, on any system. */
function folderFinding(label: string, row: WriteRow): Diagnostic | undefined {
  const problem = nameProblem(label, { single: true });
  if (problem === undefined) return undefined;
  return {
    rule: 'D023',
    severity: 'error',
    message: `the label ${JSON.stringify(label)} cannot be the name of a folder: it ${problem.message}`,
    hint: 'Give the label another name: labelkit relabel --map.',
    ...placeOf(row),
  };
}

/**
 * What a folder looks like whose folders are labels.
 *
 * @param names files of the folder
 */
export function looksLikeClassFolders(names: readonly string[], { pattern }: MediaKind): boolean {
  const visible = names.filter((name) => !/(?:^|\/)(?:\.|__MACOSX\/)/.test(name));
  const media = visible.filter((name) => pattern.test(name));
  const others = visible.filter(
    (name) => !pattern.test(name) && !/(?:^|\/)(?:readme|licen[cs]e)[^/]*$/i.test(name),
  );
  const folders = new Set(
    media.flatMap((name) => (name.includes('/') ? [name.split('/').at(-2)!.toLowerCase()] : [])),
  );
  for (const folder of ['images', 'jpegimages', 'image_2', 'labels', 'annotations'])
    if (folders.has(folder)) return false;
  return folders.size > 0 && others.length === 0;
}
