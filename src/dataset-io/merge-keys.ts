import { formatSample } from '../manifest/index.js';
import { LabelkitError } from '../model/index.js';
import type { Rebase } from './rebase.js';
import { openable } from './references.js';
import type { StageBatch } from './stage.js';
import { parseLocation, relativeReference, resolveReference, stemOf } from './storage/index.js';

/**
 * What makes two samples the same one: `source`, the place of the image or the text; `id`; `name`, the file name of the
 * image without extension, which is what a VOC tree knows a sample by; `line`, everything.
 */
export type MergeKey = 'source' | 'id' | 'name' | 'line';

/**
 * The key of a sample; undefined when it has none, and is like no other one.
 *
 * @param from the folder that its relative references are taken from
 */
export function keyOf(
  batch: StageBatch,
  row: number,
  key: MergeKey,
  from: string,
  rebase: Rebase,
): string | undefined {
  switch (key) {
    case 'source':
      return placeOf(batch.source(row)!, from);
    case 'name':
      return nameOf(batch, row);
    case 'id':
      return batch.row(row)!.sample.id;
    case 'line':
      return formatSample(rebase.line(batch.row(row)!));
  }
}

function nameOf(batch: StageBatch, row: number): string {
  const source = batch.source(row)!;
  return parseLocation(source).kind === 'content' ? source : stemOf(source);
}

/** One text for each place, however it is written. */
function placeOf(source: string, from: string): string {
  let location = parseLocation(source);
  try {
    location = resolveReference(source, from);
  } catch (error) {
    if (!(error instanceof LabelkitError)) throw error;
  }
  if (location.kind === 'obs') return `obs://${location.bucket}/${location.key}`;
  return location.kind === 'local' ? relativeReference('/', openable(location)) : location.text;
}
