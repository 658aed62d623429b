import type { Job } from '../jobs.js';
import type { Json } from '../json.js';
import type { Program } from './program.js';

/** A job of new training. */
export interface TrainingJob {
  readonly id: string;
  readonly name: string;
  description: string;
  readonly workspace: string;
  readonly created: number;
  started: number | undefined;
  ended: number | undefined;
  /** `algorithm` and `spec` as they came. */
  readonly algorithm: Json;
  readonly spec: Json;
  readonly program: Program;
  job: Job;
}

/** A version of a job of old training. */
export interface LegacyVersion {
  /** An integer on the wire. */
  readonly id: number;
  readonly name: string;
  readonly created: number;
  started: number | undefined;
  ended: number | undefined;
  /** The version it was made from; 0 for the first. */
  readonly before: number;
  readonly config: Json;
  readonly program: Program;
  job: Job;
  /** Under way once it is to be deleted. */
  deletion: Job | undefined;
}

export interface LegacyJob {
  readonly id: number;
  readonly name: string;
  description: string;
  readonly created: number;
  versions: LegacyVersion[];
}

/** What the training part remembers. */
export class Training {
  readonly jobs = new Map<string, TrainingJob>();
  readonly legacyJobs = new Map<number, LegacyJob>();
  /** Configurations by name: what was sent, and `create_time`. */
  readonly configs = new Map<string, Json>();
  /** So much of a log is shown at most, in bytes. */
  previewBytes = 5 * 1024 * 1024;
  #made = 0;

  /** The next integer id. */
  nextId(): number {
    this.#made += 1;
    return 10_000 + this.#made;
  }

  *all(): Generator<Job> {
    for (const { job } of this.jobs.values()) yield job;
    for (const { versions } of this.legacyJobs.values())
      for (const { job, deletion } of versions) {
        yield job;
        if (deletion !== undefined) yield deletion;
      }
  }
}
