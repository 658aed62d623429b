import type { Diagnostic } from '../model/index.js';
import { type CoordinateGuess, guessCoordinates } from '../transforms/index.js';
import type { FormatId } from './formats.js';
import { survey } from './validate.js';
import type { ValidateOptions } from './validate-options.js';

/** What is in a data set, at a glance. */
export interface Inspection {
  readonly input: string;
  readonly format: FormatId;
  readonly samples: number;
  /** Labels given: annotations of a manifest, objects of VOC files. */
  readonly annotations: number;
  /** Samples per task; empty for VOC files, which say nothing of tasks. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Samples per usage. */
  readonly usages: Readonly<Record<string, number>>;
  /** Annotations per label, most frequent first; at most {@link labelsListed}. */
  readonly labels: Readonly<Record<string, number>>;
  /** Different labels, listed or not. */
  readonly labelCount: number;
  /** Objects per shape. */
  readonly shapes: Readonly<Record<string, number>>;
  /** Images per size, `width×height×depth`, most frequent first; at most {@link sizesListed}. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * The coordinate convention that boxes look like. Absent for manifests, whose annotation files are not opened:
   * `detectCoordinates` opens them.
   */
  readonly coordinates?: CoordinateGuess;
  readonly errors: number;
  readonly warnings: number;
  /** The first errors and warnings. */
  readonly firstFindings: readonly Diagnostic[];
}

const labelsListed = 50;
const sizesListed = 10;

function mostFrequent(counts: ReadonlyMap<string, number>, most: number): Record<string, number> {
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return Object.fromEntries(sorted.slice(0, most));
}

/**
 * Reads a data set once and says what is in it. Takes the options of `validate`; severities are those of
 * lenient reading unless said otherwise, and ten findings are listed.
 *
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function inspect(input: string, options: ValidateOptions = {}): Promise<Inspection> {
  const found = await survey(input, { mode: 'lenient', crossSample: false, maxDiagnostics: 10, ...options });
  const none = new Map<string, number>();
  const { summary } = found;
  const isManifest = found.format === 'manifest';
  return {
    input,
    format: found.format,
    samples: summary.samples,
    annotations: summary.annotations,
    tasks: Object.fromEntries(isManifest ? found.summary.tasks : none),
    usages: Object.fromEntries(isManifest ? found.summary.usages : none),
    labels: mostFrequent(summary.labels, labelsListed),
    labelCount: summary.labels.size,
    shapes: Object.fromEntries(isManifest ? none : found.summary.shapes),
    sizes: mostFrequent(isManifest ? none : found.summary.sizes, sizesListed),
    ...(isManifest ? {} : { coordinates: guessCoordinates(found.summary.coordinates) }),
    errors: summary.errors,
    warnings: summary.warnings,
    firstFindings: found.diagnostics,
  };
}
