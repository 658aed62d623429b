import { type BndBox, type ImageObject, isVocTask, OptionError, type Shape } from '../../model/index.js';
import type { FormatSink, WriteRow } from '../contract.js';
import { boundsOf, boxOf } from './geometry.js';
import { sampleKind } from './losses.js';

/** True for what is no image, which has been counted. */
export function isNoImage(row: WriteRow, sink: FormatSink): boolean {
  const kind = sampleKind(row.sample);
  if (kind === 'image-sample') return false;
  sink.lose(row, kind, '/source');
  return true;
}

/**
 * The folder of a row's usage.
 *
 * @param folders by usage in capitals
 * @param none for rows without a usage
 * @returns undefined when the usage has no folder, which has been counted
 */
export function folderOfUsage(
  row: WriteRow,
  sink: FormatSink,
  folders: Readonly<Record<string, string>>,
  none: string,
): string | undefined {
  const { usage } = row.sample;
  if (usage === undefined || usage === '') return none;
  const word = usage.toUpperCase();
  if (Object.hasOwn(folders, word)) return folders[word];
  sink.lose(row, 'usage', '/usage');
  return undefined;
}

/** An object of a row, and where it is in the sample. */
export interface RowObject {
  readonly object: ImageObject;
  readonly pointer: string;
}

/** All objects of an image; undefined when nobody looked for any. */
export function objectsOf(row: WriteRow): RowObject[] | undefined {
  if (!row.sample.annotations.some(({ task }) => isVocTask(task))) return undefined;
  return [...row.images].flatMap(([index, { objects }]) =>
    objects.map((object, at) => ({ object, pointer: `/annotation/${index}/image/objects/${at}` })),
  );
}

/** The rectangle around a shape; undefined when it has no area. */
export function rectangleOf(shape: Shape): BndBox | undefined {
  const box = shape.kind === 'polyline' ? boundsOf(shape.points) : boxOf(shape);
  return box !== undefined && box.xmax > box.xmin && box.ymax > box.ymin ? box : undefined;
}

/** @throws OptionError for a tree whose files say nothing of what was in them before */
export function refuseAppend(sink: FormatSink, title: string): void {
  if (sink.mode !== 'append') return;
  throw new OptionError(`${title} cannot be appended to`, {
    code: 'Unsupported',
    hint: 'Merge the data sets first with labelkit merge, and write a new tree.',
  });
}
