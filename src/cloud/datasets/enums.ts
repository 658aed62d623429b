/** What a data set is labelled for: its type, the kind of its data, and what the service can do with it. */
export interface DatasetTypeFacts {
  readonly name: string;
  readonly dataType: DataType;
  /** Files of a folder can be imported, labels and all. */
  readonly importsFolders: boolean;
  readonly importsManifests: boolean;
  readonly exports: boolean;
}

/** The kind of data a data set holds. */
export type DataType = 'IMAGE' | 'TEXT' | 'AUDIO' | 'TABLE' | 'VIDEO' | 'PLAIN';

export const dataTypes: readonly DataType[] = ['IMAGE', 'TEXT', 'AUDIO', 'TABLE', 'VIDEO', 'PLAIN'];

const facts = (
  name: string,
  dataType: DataType,
  importsFolders: boolean,
  importsManifests: boolean,
  exports: boolean,
): DatasetTypeFacts => ({ name, dataType, importsFolders, importsManifests, exports });

/** Types of data sets and of label tasks, by number. */
export const datasetTypes: ReadonlyMap<number, DatasetTypeFacts> = new Map([
  [0, facts('image classification', 'IMAGE', true, true, true)],
  [1, facts('object detection', 'IMAGE', true, true, true)],
  [3, facts('image segmentation', 'IMAGE', true, true, true)],
  [100, facts('text classification', 'TEXT', true, true, false)],
  [101, facts('named entities', 'TEXT', false, true, false)],
  [102, facts('text triplets', 'TEXT', false, true, false)],
  [200, facts('sound classification', 'AUDIO', true, true, false)],
  [201, facts('speech content', 'AUDIO', false, true, false)],
  [202, facts('speech segmentation', 'AUDIO', false, true, false)],
  [400, facts('table', 'TABLE', true, false, false)],
  [600, facts('video labelling', 'VIDEO', false, true, false)],
  [900, facts('free format', 'PLAIN', false, false, true)],
]);

/** Types of labels, by number. */
export const labelTypes: ReadonlyMap<number, string> = new Map([
  [0, 'image classification'],
  [1, 'object detection'],
  [3, 'image segmentation'],
  [100, 'text classification'],
  [101, 'entity'],
  [102, 'relation of a triplet'],
  [103, 'entity of a triplet'],
  [200, 'sound classification'],
  [201, 'speech content'],
  [202, 'speech segmentation'],
  [600, 'video'],
]);

export type SchemaType =
  | 'STRING'
  | 'SHORT'
  | 'INT'
  | 'LONG'
  | 'DOUBLE'
  | 'FLOAT'
  | 'BYTE'
  | 'DATE'
  | 'TIMESTAMP'
  | 'BOOLEAN';

export const schemaTypes: readonly SchemaType[] = [
  'STRING',
  'SHORT',
  'INT',
  'LONG',
  'DOUBLE',
  'FLOAT',
  'BYTE',
  'DATE',
  'TIMESTAMP',
  'BOOLEAN',
];

/** `status` of a data set. Numbers that are not here are passed on as they come. */
export const datasetStatus = {
  creating: 0,
  normal: 1,
  deleting: 2,
  deleted: 3,
  abnormal: 4,
  synchronising: 5,
  publishing: 6,
  switchingVersion: 7,
  importing: 8,
} as const;

/** `status` of a version. */
export const versionStatus = { creating: 0, running: 1, deleting: 2, deleted: 3, error: 4 } as const;

/** `status` of smart tasks (ASSUMED), of processor tasks and of their versions. */
export const taskStatus = { init: 0, running: 1, done: 2, failed: 3, stopped: 4 } as const;

/** What annotations are about, in `annotationConfig`. */
export type AnnotationScene =
  | 'image_classification'
  | 'object_detection'
  | 'text_classification'
  | 'audio_classification';

interface SceneFacts {
  /** As they are sent. */
  readonly formats: readonly string[];
  /** Types of data sets it goes with. */
  readonly datasetTypes: readonly number[];
}

export const scenes: ReadonlyMap<string, SceneFacts> = new Map<AnnotationScene, SceneFacts>([
  [
    'image_classification',
    { formats: ['ModelArts imageNet 1.0', 'ModelArts image classification 1.0'], datasetTypes: [0] },
  ],
  [
    'object_detection',
    {
      formats: ['ModelArts PASCAL VOC 1.0', 'YOLO', 'ModelArts image segmentation 1.0'],
      datasetTypes: [1, 3],
    },
  ],
  [
    'text_classification',
    {
      formats: ['ModelArts text classification 1.0', 'ModelArts text classification combine 1.0'],
      datasetTypes: [100],
    },
  ],
  ['audio_classification', { formats: ['ModelArts audio classification dir 1.0'], datasetTypes: [200] }],
]);
