import type { Places } from './storages.js';

/** How the bytes of a data set become records: what every call that reads one takes. */
export interface TextOptions extends Places {
  /** Encoding of a manifest; default `utf-8`. VOC files say their own, and other formats have an option where one is needed. */
  readonly encoding?: string | undefined;
  /** Longest manifest line in bytes, longer ones are faults; default 64 MiB. */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a data set of any format is read. */
export interface DatasetOptions extends TextOptions {
  /** Format; default: detected. */
  readonly from?: string | undefined;
  /** Where relative references of a manifest are taken from; default: its own directory. */
  readonly baseDir?: string | undefined;
  /** Options of the input's own format, by name: what `formats` lists under `options`. */
  readonly fromOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Class names by their numbers, for data that has numbers and no names. */
  readonly classes?: readonly string[] | undefined;
}

/** How a data set is read together with the files that it names. */
export interface JoinedDatasetOptions extends DatasetOptions {
  /** A directory that the references of a manifest may not leave; default: none. */
  readonly root?: string | undefined;
}
