import { isVocTask } from '../model/index.js';
import type { VocDocument } from '../voc/index.js';
import type { JoinedFile } from './resolve.js';
import type { Row } from './rows.js';

/** True for a row that is there and has annotation files. */
export function hasDocuments(row: Row | undefined): boolean {
  return row?.sample.annotations.some(({ task }) => isVocTask(task)) === true;
}

/** What an annotation file says, with the file itself as its source, so that a change leaves the rest as it is. */
export function documentOf({ document, bytes }: JoinedFile): VocDocument {
  document.source ??= bytes;
  return document;
}
