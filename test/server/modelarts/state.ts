import { Ids } from './ids.js';
import { Job, type Pace, type Stage } from './jobs.js';
import type { Json } from './json.js';
import type { ObjectStore, Place } from './objects.js';
import { notFound } from './refusal.js';
import { Training } from './training/state.js';

export interface Label {
  name: string;
  readonly type: number;
  property: Json;
  readonly attributes: readonly Json[];
}

/** What is said about a sample, as the service says it. */
export interface SampleLabel {
  readonly id: string;
  name: string;
  readonly type: number;
  readonly property: Json;
  readonly annotated_by: string;
  readonly score?: number;
}

/** What is said about a sample, as a manifest says it. */
export interface Annotation {
  readonly raw: Json;
  /** The annotation file it points at. */
  readonly xml?: Buffer;
}

/** A sample as an import finds it. */
export interface Found {
  readonly source: string;
  readonly type: number;
  readonly size: number;
  readonly labels: readonly Omit<SampleLabel, 'id'>[];
  readonly annotations: readonly Annotation[];
  /** Members of a manifest line beside `source` and `annotation`. */
  readonly members: Json;
  /** Width, height and depth, where something says them. */
  readonly imageSize?: readonly number[];
  /** It is one of the hard ones, by a label or as a whole. */
  readonly hard?: boolean;
}

export interface Sample extends Omit<Found, 'labels'> {
  readonly id: string;
  labels: SampleLabel[];
  annotations: readonly Annotation[];
  /** Labels were changed since they were imported: what a manifest says is made from them. */
  changed: boolean;
  usage: string | undefined;
  readonly time: number;
}

export interface Version {
  readonly id: string;
  readonly name: string;
  readonly facts: Json;
  readonly created: number;
  updated: number;
  readonly job: Job;
  samples: readonly Sample[];
  rows: number;
  result: Json;
}

export interface ImportTask {
  readonly id: string;
  readonly created: number;
  readonly job: Job;
  readonly facts: Json;
  result: Json;
}

export interface ExportTask extends ImportTask {
  progress: number;
}

export interface LabelTask {
  readonly id: string;
  readonly name: string;
  readonly type: number;
  readonly created: number;
  readonly facts: Json;
}

export interface Dataset {
  readonly id: string;
  name: string;
  description: string;
  readonly kind: string | undefined;
  /** Said, or found with the first labels of a data set by kind. */
  type: number;
  readonly isTypeSaid: boolean;
  readonly source: Place | undefined;
  readonly sources: readonly Json[];
  readonly workPath: Place;
  readonly created: number;
  updated: number;
  job: Job;
  labels: Label[];
  readonly schema: readonly Json[];
  readonly hasHeader: boolean;
  samples: Sample[];
  /** Rows of a table. */
  rows: number;
  tables: string[];
  deletedSamples: number;
  readonly versions: Version[];
  madeVersions: number;
  currentVersion: string | undefined;
  lastVersionAt: number | undefined;
  readonly imports: ImportTask[];
  readonly exports: ExportTask[];
  readonly labelTasks: LabelTask[];
  switching: Job | undefined;
  synchronising: ImportTask | undefined;
  /** Of the creation. */
  importTask: string | undefined;
  readonly workspace: string;
  /** Smart tasks and team tasks, whose progress is made up. */
  readonly smartTasks: Map<string, Json & { job: Job }>;
  readonly teamTasks: Map<string, Json>;
}

export interface ThrottleOptions {
  /** So many creations of data sets and label tasks in `windowMs`; the next is answered 429 ModelArts.4395. */
  readonly creations?: number;
  /** So many requests in `windowMs`; the next is answered 429 ModelArts.6101. */
  readonly requests?: number;
  readonly windowMs: number;
}

/** Everything the service remembers. */
export class World {
  readonly ids = new Ids();
  readonly datasets = new Map<string, Dataset>();
  readonly processorTasks = new Map<string, Json & { job: Job }>();
  readonly training = new Training();
  readonly teams = new Map<string, Json & { workers: Map<string, Json> }>();
  pace: Pace = { polls: 1 };
  /** Least time between two versions of a data set, in ms. */
  versionEveryMs = 60_000;
  now: () => number = Date.now;
  /** A link under which an object can be fetched for a while. */
  signedLink: (place: Place) => string = ({ bucket, key }) => `https://${bucket}.obs.test/${encodeURI(key)}`;

  constructor(readonly objects: ObjectStore) {}

  dataset(id: string): Dataset {
    const dataset = this.datasets.get(id);
    if (dataset === undefined) throw notFound('dataset', id);
    return dataset;
  }

  job(...stages: readonly Stage[]): Job {
    return new Job(
      stages,
      () => this.pace,
      () => this.now(),
    );
  }

  /** All work that is under way. */
  *jobs(): Generator<Job> {
    for (const dataset of this.datasets.values()) yield* jobsOf(dataset);
    for (const { job } of this.processorTasks.values()) yield job;
    yield* this.training.all();
  }

  /** What the clock has ended is over. */
  catchUp(): void {
    for (const job of this.jobs()) job.catchUp();
  }

  /** All work is over at once. */
  settle(): void {
    for (const job of this.jobs()) job.finish();
  }
}

export function* jobsOf(dataset: Dataset): Generator<Job> {
  yield dataset.job;
  for (const { job } of dataset.imports) yield job;
  for (const { job } of dataset.exports) yield job;
  for (const { job } of dataset.versions) yield job;
  for (const { job } of dataset.smartTasks.values()) yield job;
  if (dataset.switching !== undefined) yield dataset.switching;
  if (dataset.synchronising !== undefined) yield dataset.synchronising.job;
}
