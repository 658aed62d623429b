import { type DataType, datasetTypes } from '../../cloud/datasets/index.js';
import { mediumOf, OptionError, type Sample, type Task, tasks } from '../../model/index.js';

/** What a new data set is, in one of the two ways the service has. */
export interface DatasetKind {
  readonly datasetType?: number | undefined;
  readonly dataType?: DataType | undefined;
}

const typeOfTask: Readonly<Record<Task, number>> = {
  image_classification: 0,
  object_detection: 1,
  image_segmentation: 3,
  text_classification: 100,
  text_entity: 101,
  text_triplet: 102,
  audio_classification: 200,
  audio_content: 201,
  audio_segmentation: 202,
};
const kindOfMedium = { image: 'IMAGE', text: 'TEXT', audio: 'AUDIO' } as const;

/** The kind of data that a sample is, by its source; undefined for what is not known. */
export function dataTypeOf({ source, sampleType }: Sample): DataType | undefined {
  const kinds: Readonly<Record<number, DataType>> = {
    0: 'IMAGE',
    1: 'TEXT',
    2: 'AUDIO',
    4: 'TABLE',
    6: 'VIDEO',
  };
  if (sampleType !== undefined) return kinds[sampleType];
  if (/^content:\/\//i.test(source) || /\.txt$/i.test(source)) return 'TEXT';
  if (/\.(?:jpe?g|png|bmp|gif|tiff?|webp)$/i.test(source)) return 'IMAGE';
  if (/\.wav$/i.test(source)) return 'AUDIO';
  return /\.mp4$/i.test(source) ? 'VIDEO' : undefined;
}

/**
 * What a data set with these samples is: the type of its one task, the kind of data of several tasks, and that of the
 * files where nothing is labelled. Triplets have entities with them.
 *
 * @param seen  samples per task
 * @param dataTypes  kinds of data that were seen
 * @throws OptionError when there is no one answer
 */
export function kindOf(
  seen: ReadonlyMap<string, number>,
  dataTypes: ReadonlySet<DataType | undefined>,
): DatasetKind {
  const known = tasks.filter((task) => seen.has(task));
  const own = known.includes('text_triplet') ? known.filter((task) => task !== 'text_entity') : known;
  if (own.length === 1) return { datasetType: typeOfTask[own[0]!] };
  const media = new Set(own.map(mediumOf));
  if (media.size === 1) return { dataType: kindOfMedium[[...media][0]!] };
  const [first] = dataTypes;
  if (media.size === 0 && dataTypes.size === 1 && first !== undefined) return { dataType: first };
  const types = [...datasetTypes].map(([number, { name }]) => `${number} ${name}`).join(', ');
  throw new OptionError(
    media.size > 1
      ? `the samples are of several kinds: ${own.join(', ')}`
      : 'nothing is labelled, and the files do not tell what kind of data they are',
    {
      hint:
        media.size > 1
          ? 'A data set has one kind of data: split it with labelkit filter --task.'
          : `Say it with --type (option datasetType): ${types}.`,
    },
  );
}

/** True when samples of one kind may go into a data set of another, as far as that is known. */
export function fitsInto(kind: DatasetKind, { datasetType, dataType }: DatasetKind): boolean {
  const dataOf = (one: DatasetKind) =>
    one.dataType ?? (one.datasetType === undefined ? undefined : datasetTypes.get(one.datasetType)?.dataType);
  const [own, other] = [dataOf(kind), dataOf({ datasetType, dataType })];
  if (own !== undefined && other !== undefined && own !== other) return false;
  // One that was made by the kind of its data takes labels of every type that this data has.
  const isBound = dataType === undefined && datasetType !== undefined && kind.datasetType !== undefined;
  return !isBound || kind.datasetType === datasetType;
}
