import type { Stage } from '../jobs.js';
import type { Json } from '../json.js';
import { filesBelow, folderOf, type ObjectStore, type Place, placeOf, uriOf } from '../objects.js';
import { busy } from '../refusal.js';
import type { World } from '../state.js';
import { versionOf } from '../versions.js';

/** Parameters of the made-up program, by the names that training scripts commonly use. */
const epochNames = /^(train_|num_|max_)?epochs?(_num)?$/;

interface ProgramOptions {
  readonly parameters: ReadonlyMap<string, string>;
  readonly workers: number;
  /** What it trains on, in words. Called when it begins. */
  readonly readData: () => string;
}

/**
 * What a job runs here: a made-up program that counts epochs and says so in its log. It takes four parameters:
 * `epochs` (also `epoch_num`, `max_epochs`, …; default 3), `fail_at`, the epoch in which it ends with an error,
 * `exit_code` of that error (default 1), and `forever`: it does not end by itself.
 */
export class Program {
  readonly epochs: number;
  readonly failsAt: number | undefined;
  readonly exitCode: number;
  /** Lines of the log by worker. */
  readonly logs: readonly string[][];
  /** Epochs that are over. */
  done = 0;
  readonly #isEndless: boolean;
  readonly #readData: () => string;

  constructor({ parameters, workers, readData }: ProgramOptions) {
    const number = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : undefined);
    const said = [...parameters].find(([name]) => epochNames.test(name))?.[1];
    this.epochs = Math.min(Math.max(number(said) ?? 3, 1), 1_000);
    this.failsAt = number(parameters.get('fail_at'));
    this.exitCode = number(parameters.get('exit_code')) ?? 1;
    this.logs = Array.from({ length: workers }, () => []);
    this.#isEndless = parameters.has('forever');
    this.#readData = readData;
  }

  /** The stages of running, all called `name`. `onFailure` is called where it fails. */
  stages(name: string, onFailure: () => void): Stage[] {
    const begin: Stage = {
      name,
      enter: () => this.#say(`training on ${this.#readData()}`),
    };
    const epochs = Array.from({ length: this.epochs }, (_, index): Stage => {
      const epoch = index + 1;
      return {
        name,
        enter: () => {
          if (epoch === this.failsAt) {
            this.#say(`error: the program ends with exit code ${this.exitCode}`);
            onFailure();
            return;
          }
          this.done = epoch;
          this.#say(`epoch ${epoch}/${this.epochs}: loss ${(1 / epoch).toFixed(4)}`);
        },
      };
    });
    return [begin, ...epochs, ...(this.#isEndless ? [{ name, lasts: true }] : [])];
  }

  /** What a worker has written so far. */
  logOf(worker: number): string {
    return (this.logs[worker] ?? []).map((line) => `${line}\n`).join('');
  }

  #say(text: string): void {
    this.logs.forEach((lines, worker) => {
      lines.push(`[worker-${worker}] ${text}`);
    });
  }
}

/** `3 files below obs://data/in/` */
export function dataAt(objects: ObjectStore, place: Place): string {
  const folder = folderOf(place);
  const count = filesBelow(objects, folder).length;
  return `${count} ${count === 1 ? 'file' : 'files'} below ${uriOf(folder)}`;
}

/** `3 samples of version V001 of animals`. @throws Refusal when it is not there, or not written yet */
export function dataOfVersion(world: World, datasetId: string, versionId: string): string {
  const dataset = world.dataset(datasetId);
  const { job, name, samples, rows } = versionOf(dataset, versionId);
  if (!job.isDone) throw busy('publishing');
  const count = samples.length || rows;
  return `${count} ${count === 1 ? 'sample' : 'samples'} of version ${name} of ${dataset.name}`;
}

/** A folder in object storage that a body names; undefined where the bucket does not exist. */
export function writableFolder(objects: ObjectStore, text: unknown): Place | undefined {
  const place = typeof text === 'string' ? placeOf(text) : undefined;
  return place === undefined || !objects.hasBucket(place.bucket) ? undefined : folderOf(place);
}

/** Writes a text below a folder. */
export function putBelow(objects: ObjectStore, folder: Place | undefined, name: string, text: string): void {
  if (folder !== undefined) objects.put(folder.bucket, folder.key + name, text);
}

/** `[{ name | label, value }]` as a map. */
export function parametersOf(list: readonly Json[]): Map<string, string> {
  return new Map(list.map(({ name, label, value }) => [String(name ?? label), String(value ?? '')]));
}
