/** Labelling tasks, by the name that follows the provider in an annotation's `type`. */
export const tasks = [
  'image_classification',
  'object_detection',
  'image_segmentation',
  'text_classification',
  'text_entity',
  'text_triplet',
  'audio_classification',
  'audio_content',
  'audio_segmentation',
] as const;
/** What a label is for: `object_detection`, `text_entity` and so on. */
export type Task = (typeof tasks)[number];

/** What kind of file a task labels. */
export type Medium = 'image' | 'text' | 'audio';

/** The medium of a task: the word before its first underscore, and images for detection. */
export function mediumOf(task: Task): Medium {
  if (task.startsWith('text')) return 'text';
  if (task.startsWith('audio')) return 'audio';
  return 'image';
}

/** Tasks whose labels are in a Pascal VOC file named by `annotation-loc`. */
export function isVocTask(task: Task | undefined): boolean {
  return task === 'object_detection' || task === 'image_segmentation';
}
