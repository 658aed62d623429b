import type { Diagnostic } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { unmappedLabel } from './classes.js';
import { countLosses, type Loss, type LossName } from './losses.js';
import { extensionOf, keyOf, NameTable } from './names.js';
import { folderOfUsage, isNoImage, objectsOf, type RowObject, refuseAppend } from './tree-rows.js';

/** A tree of images and label files that is written, see {@link PairedTreeWriter}. */
export interface PairedOutput {
  /** For messages: "a KITTI tree". */
  readonly title: string;
  /** By usage in capitals: what comes before the folders of images and labels, with `/` at its end or empty. */
  readonly folders: Readonly<Record<string, string>>;
  /** The same for rows without a usage. */
  readonly withoutUsage: string;
  readonly imageFolder: string;
  readonly labelFolder: string;
  readonly carries: ReadonlySet<LossName>;
  /** What a label file says before its objects. */
  readonly header?: (row: WriteRow, losses: Loss[]) => string;
  /** Counts what only a label file could hold, for an image that gets none. */
  readonly bare?: (row: WriteRow, losses: Loss[]) => void;
  /** A line without its end; undefined: the object is left out, and its loss counted. */
  readonly line: (entry: RowObject, row: WriteRow, losses: Loss[]) => string | undefined | Diagnostic;
}

/** Writes images into one folder and a label file for each into another one beside it, for each usage. */
export class PairedTreeWriter implements FormatWriter {
  private readonly names: NameTable;

  constructor(
    private readonly sink: FormatSink,
    private readonly output: PairedOutput,
  ) {
    refuseAppend(sink, output.title);
    this.names = new NameTable(sink);
  }

  async add(row: WriteRow): Promise<Written> {
    const { output, sink } = this;
    if (isNoImage(row, sink)) return 'skipped';
    const folder = folderOfUsage(row, sink, output.folders, output.withoutUsage);
    if (folder === undefined) return 'skipped';
    const objects = objectsOf(row);
    if (objects === undefined && sink.images === 'reference') {
      // Neither an image nor a label file would say that it is there.
      sink.lose(row, 'unlabelled-image');
      return 'skipped';
    }
    const losses: Loss[] = [];
    const lines: string[] = [];
    const refusals: Diagnostic[] = [];
    for (const entry of objects ?? []) {
      const { name } = entry.object;
      if (name !== undefined && name !== '' && sink.classes?.includes(name) === false) {
        refusals.push(unmappedLabel(name, sink.classes, row, entry.pointer));
        continue;
      }
      const line = output.line(entry, row, losses);
      if (typeof line === 'string') lines.push(`${line}\n`);
      else if (line !== undefined) refusals.push(line);
    }
    if (refusals.length > 0) return refusals;
    const label = this.names.take(row, `${folder}${output.labelFolder}/${keyOf(row)}`, '.txt');
    if (typeof label !== 'string') return [label];
    if (sink.images !== 'reference') {
      const stem = label.slice(folder.length + output.labelFolder.length + 1, -'.txt'.length);
      const finding = await sink.image(
        row,
        `${folder}${output.imageFolder}/${stem}${extensionOf(row.sample.source)}`,
      );
      if (finding !== undefined) return [finding];
    }
    if (objects === undefined) output.bare?.(row, losses);
    else sink.add(label, (output.header?.(row, losses) ?? '') + lines.join(''));
    countLosses(sink, row, output.carries);
    for (const { feature, pointer } of losses) sink.lose(row, feature, pointer);
    return 'written';
  }

  end(): void {}
}
