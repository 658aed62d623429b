import type { LossName } from '../shared/losses.js';

export const title = 'Free-form files';

/** What a folder of files keeps of samples: the files. */
export const freeFormCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'audio-sample',
  'table-sample',
  'file-sample',
  'unlabelled-image',
]);

/** How manifests mark a sample of a free-form data set. */
export const freeFormType = 9;
