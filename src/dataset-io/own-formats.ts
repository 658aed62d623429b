import type { FormatInfo } from '../formats/index.js';
import { difficultOption, isVocTask, pruneOption, selectionOptions, tasks } from '../model/index.js';

/** The formats that have readers and writers of their own; those in `src/formats` are not loaded to handle them. */
export type OwnFormatId = 'manifest' | 'voc';

export const ownFormats: Readonly<Record<OwnFormatId, FormatInfo>> = {
  manifest: {
    id: 'manifest',
    title: 'ModelArts Manifest (JSON Lines)',
    layout: 'file',
    reads: true,
    writes: true,
    carries: [
      'image, text, audio, video-frame, table and free-form samples',
      'all nine labelling tasks; detection and segmentation by reference to Pascal VOC files',
      'usage, confidence, hard examples, properties, unknown members',
    ],
    cannotCarry: ['image-set'],
    note: 'Pascal VOC files are referred to (annotation-loc), never copied into the lines.',
  },
  voc: {
    id: 'voc',
    title: 'Pascal VOC XML, with the ModelArts extensions',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with points, lines, dashed lines, boxes, polygons, polylines and circles',
      'properties, parts, actions, flags, confidence, mask fields, unknown elements',
      'usage TRAIN, EVAL and TEST as ImageSets lists',
    ],
    cannotCarry: [
      'text-sample',
      'audio-sample',
      'table-sample',
      'file-sample',
      ...tasks.filter((task) => !isVocTask(task)),
      'unknown-task',
      'usage',
      'sample-id',
      'sample-property',
      'sample-hard',
      'inference-loc',
      'annotation-name',
      'annotation-property',
      'annotation-confidence',
      'annotation-hard',
      'creation-time',
      'annotated-by',
      'unknown-member',
    ],
    note: 'Reads the devkit tree (Annotations, JPEGImages, ImageSets), a folder of XML files, and one XML file. validate and inspect look at all of it, whatever its options.',
    options: [...selectionOptions, difficultOption, pruneOption],
  },
};

/** True for the formats that have readers and writers of their own. */
export function isOwnFormat(id: string): id is OwnFormatId {
  return Object.hasOwn(ownFormats, id);
}
