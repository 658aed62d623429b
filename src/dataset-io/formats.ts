import { isVocTask, OptionError, tasks } from '../model/index.js';

/** What a format is, for people and for the generic parts of the package. */
export interface FormatInfo {
  /** Stable name on the command line and in results. */
  readonly id: FormatId;
  readonly title: string;
  /** `file`: one file holds all samples. `tree`: a folder with a file for each sample. */
  readonly layout: 'file' | 'tree';
  readonly reads: boolean;
  readonly writes: boolean;
  /** What it can hold, in a few words each. */
  readonly carries: readonly string[];
  /** What is lost when data that has it is written in this format: the names used in a result's `losses`. */
  readonly cannotCarry: readonly string[];
  readonly note?: string;
}

export type FormatId = 'manifest' | 'voc';

const info: Record<FormatId, FormatInfo> = {
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
    note: 'Reads the devkit tree (Annotations, JPEGImages, ImageSets), a folder of XML files, and one XML file.',
  },
};

/** Every format this version knows, in the order `formats` lists them. */
export const formats: readonly FormatInfo[] = Object.values(info);

/** True for the id of a known format. */
export function isFormatId(id: string): id is FormatId {
  return Object.hasOwn(info, id);
}

/**
 * The description of a format.
 *
 * @throws OptionError `UnknownFormat` that names the known ones
 */
export function formatInfo(id: string): FormatInfo {
  if (isFormatId(id)) return info[id];
  throw new OptionError(`there is no format "${id}"`, {
    code: 'UnknownFormat',
    hint: `Known formats: ${formats.map((format) => format.id).join(', ')}.`,
  });
}
