import type { Json } from '../json.js';
import { extensionOf } from '../objects.js';
import type { Annotation, Found, SampleLabel } from '../state.js';

/** What an import found at a place. */
export interface Reading {
  readonly samples: readonly Found[];
  /** Lines, files or pairs that were to be samples: those that could not be read count too. */
  readonly total: number;
  /** What is wrong with those that could not be read. */
  readonly problems: readonly string[];
}

/** How labels in folders and text files are written. */
export interface TextFormat {
  /** Between a text and its labels. */
  readonly sampleSeparator: string;
  /** Between two labels. */
  readonly labelSeparator: string;
}

/** Kinds of samples, by what their names end in. */
const media: readonly (readonly [type: number, extensions: readonly string[]])[] = [
  [0, ['.jpg', '.jpeg', '.png', '.bmp']],
  [1, ['.txt', '.csv']],
  [2, ['.wav']],
  [6, ['.mp4']],
];

/** Type of the samples of a data set of this type: 0 image, 1 text, 2 audio, 4 table, 6 video, 9 anything. */
export function sampleTypeOf(datasetType: number): number {
  if (datasetType < 100) return 0;
  if (datasetType < 200) return 1;
  if (datasetType < 300) return 2;
  return datasetType === 400 ? 4 : datasetType === 600 ? 6 : 9;
}

export const isMedium = (path: string, sampleType: number) =>
  sampleType === 9 || (media.find(([type]) => type === sampleType)?.[1].includes(extensionOf(path)) ?? false);

/** The name of a task as a manifest writes it, and the type of its labels. */
export const tasks: Readonly<Record<string, number>> = {
  image_classification: 0,
  object_detection: 1,
  image_segmentation: 3,
  text_classification: 100,
  text_entity: 101,
  text_triplet: 102,
  audio_classification: 200,
  sound_classification: 200,
  audio_content: 201,
  audio_segmentation: 202,
};

const taskOf = (labelType: number) =>
  Object.keys(tasks).find((name) => tasks[name] === labelType) ?? 'image_classification';

/** A sample with labels that are names only. */
export function named(
  source: string,
  type: number,
  size: number,
  labelType: number,
  names: readonly string[],
): Found {
  const distinct = [...new Set(names)];
  return {
    source,
    type,
    size,
    members: {},
    labels: distinct.map((name) => ({ name, type: labelType, property: {}, annotated_by: 'human' })),
    annotations: distinct.map((name) => ({
      raw: { type: `modelarts/${taskOf(labelType)}`, name, 'annotated-by': 'human' },
    })),
  };
}

/** What a manifest says about labels that were made or changed by calls. */
export function annotationOf({ name, type, property, annotated_by, score }: SampleLabel): Annotation {
  const raw: Json = { type: `modelarts/${taskOf(type)}`, name };
  if (score !== undefined) raw['confidence'] = score;
  if (Object.keys(property).length > 0) raw['property'] = property;
  raw['annotated-by'] = annotated_by;
  return { raw };
}
