import { loadRules } from '../dataset-io/all-rules.js';
import type { FormatId } from '../dataset-io/formats.js';
import { type OverviewOptions, overview } from '../dataset-io/overview.js';
import { baseName } from '../dataset-io/storage/index.js';
import { storageOf } from '../dataset-io/storages.js';
import { LabelkitError, OptionError } from '../model/index.js';
import { SamplePictures } from './sample-pictures.js';

/** What a report shows, and how large it may become. */
export interface ReportOptions extends Omit<OverviewOptions, 'flagged' | 'drawn'> {
  /** What happens when the output exists: `create` (default) is an error. */
  readonly outputMode?: 'create' | 'overwrite' | undefined;
  /** Heading of the page; default: the name of the input. */
  readonly title?: string | undefined;
  /** Samples shown at most: pictures, texts, recordings, tables. Default 24, of which half are for findings. */
  readonly samples?: number | undefined;
  /** Bytes of the page: pictures that would exceed it are left out. Default 5 MiB. */
  readonly maxSize?: number | undefined;
  /** What the page says it was made by; default `labelkit`. */
  readonly maker?: string | undefined;
}

/** What {@link report} wrote. */
export interface ReportResult {
  readonly input: string;
  readonly output: string;
  readonly format: FormatId;
  readonly samples: number;
  readonly annotations: number;
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  /** Lines, files and annotation files that could not be read. */
  readonly unreadable: number;
  /** Size of the page. */
  readonly bytes: number;
  readonly pictures: {
    readonly shown: number;
    /** Images that are missing, damaged or too large. */
    readonly failed: number;
    /** Left out for want of room. */
    readonly leftOut: number;
    /** Why there are none at all: the package sharp is not installed. */
    readonly problem?: string;
  };
}

const defaultMaxSize = 5 * 1024 * 1024;

/**
 * Writes a page about a data set: what is in it, what is wrong with it, samples to look at. One HTML file that needs no
 * other and runs no script. Bad data never throws: it is on the page.
 *
 * @param input a data set of any format; `-` for standard input
 * @param output path of the page; `-` for standard output
 * @throws OptionError for bad use, StorageError when the input cannot be read or the output not written, AbortedError
 *   when the signal fires
 */
export async function report(
  input: string,
  output: string,
  options: ReportOptions = {},
): Promise<ReportResult> {
  const {
    outputMode = 'create',
    samples = 24,
    maxSize = defaultMaxSize,
    maker = 'labelkit',
    signal,
  } = options;
  if (!['create', 'overwrite'].includes(outputMode)) {
    throw new OptionError(`outputMode is ${JSON.stringify(outputMode)}`, {
      hint: 'Modes: create, overwrite.',
    });
  }
  for (const [name, value] of Object.entries({ samples, maxSize })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new OptionError(`${name} must be a whole number from 0, not ${value}`);
  }
  const storage = storageOf(output, options);
  if (outputMode === 'create' && output !== '-' && (await storage.stat(output, { signal })) !== null) {
    // Said before a large input is read.
    throw new LabelkitError('AlreadyExists', `${output} exists`, {
      path: output,
      hint: 'Name another file, or say that it is to be replaced: overwrite.',
    });
  }
  const flagged = Math.ceil(samples / 2);
  // The libraries that draw plots load while the input is read.
  const loading = import('./page/page.js');
  const [seen, { page }] = await Promise.all([
    overview(input, { ...options, flagged, drawn: samples }),
    loading,
  ]);
  const shown = { ...seen, drawn: seen.drawn.slice(0, samples - seen.flagged.length) };
  const { validation, statistics } = shown;
  const rules = new Map((await loadRules([validation.format])).map((rule) => [rule.id, rule]));
  const pictures = new SamplePictures(options);
  const text = await page({
    overview: shown,
    title: options.title ?? (input === '-' ? 'Standard input' : baseName(input)),
    rules,
    pictures: (of, room) => pictures.make(of, room),
    maxSize,
    maker,
  });
  const bytes = Buffer.from(text);
  await storage.writeAtomic(output, once(bytes), { mode: outputMode, signal });
  return {
    input,
    output,
    format: validation.format,
    samples: statistics.samples,
    annotations: statistics.annotations,
    objects: statistics.objects,
    errors: validation.errors,
    warnings: validation.warnings,
    unreadable: statistics.unreadable + statistics.unjoined,
    bytes: bytes.length,
    pictures: pictures.counts,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
