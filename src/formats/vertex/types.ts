/** The resource label of an item that names its part of the data. */
export const useLabel = 'aiplatform.googleapis.com/ml_use';

/** Usage by the words for it, in lower case; undefined for words that leave it open. */
export const usageOfWord: ReadonlyMap<string, string | undefined> = new Map([
  ['training', 'TRAIN'],
  ['train', 'TRAIN'],
  ['validation', 'EVAL'],
  ['validate', 'EVAL'],
  ['test', 'TEST'],
  ['unassigned', undefined],
]);

/** Words by usage, as they are written. */
export const wordOfUsage: ReadonlyMap<string, string> = new Map([
  ['TRAIN', 'training'],
  ['EVAL', 'validation'],
  ['TEST', 'test'],
]);

/** Members of an item that say what it is. */
export const itemMembers = ['imageGcsUri', 'textContent', 'textGcsUri'] as const;
export type ItemMember = (typeof itemMembers)[number];

/** What a sentiment's greatest value is called among the properties of its annotation. */
export const sentimentProperty = 'sentimentMax';

export const startIndex = '@modelarts:start_index';
export const endIndex = '@modelarts:end_index';
