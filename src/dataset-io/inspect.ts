import type { Diagnostic } from '../model/index.js';
import { type CoordinateGuess, guessCoordinates } from '../transforms/index.js';
import type { Detection } from './detect.js';
import type { FormatId } from './formats.js';
import { survey } from './validate.js';
import type { Survey, ValidateOptions } from './validate-options.js';

/** What is in a data set, at a glance. */
export interface Inspection {
  readonly input: string;
  readonly format: FormatId;
  /** What made us think that it is this format, where it was detected. */
  readonly reason?: string;
  /** Formats that it nearly has, and why it does not have them. */
  readonly near?: readonly Detection[];
  readonly samples: number;
  /** Labels given: annotations of a manifest, objects of VOC files. */
  readonly annotations: number;
  /** Samples per task; empty for VOC files, which say nothing of tasks. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Samples per usage. */
  readonly usages: Readonly<Record<string, number>>;
  /** Annotations per label, most frequent first; at most 50. */
  readonly labels: Readonly<Record<string, number>>;
  /** Different labels, listed or not. */
  readonly labelCount: number;
  /** Objects per shape. */
  readonly shapes: Readonly<Record<string, number>>;
  /** Images per size, `width×height×depth`, most frequent first; at most 10. */
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

/** VOC files always say something of their coordinates; of other formats those that have objects do. */
function hasBoxes(found: Survey): found is Exclude<Survey, { readonly kind: 'manifest' }> {
  return found.kind === 'voc' || (found.kind === 'other' && found.summary.shapes.size > 0);
}

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
  const { summary, reason, near = [] } = found;
  return {
    input,
    format: found.format,
    ...(reason === undefined ? {} : { reason }),
    ...(near.length === 0 ? {} : { near }),
    samples: summary.samples,
    annotations: summary.annotations,
    tasks: Object.fromEntries(found.kind === 'voc' ? none : found.summary.tasks),
    usages: Object.fromEntries(found.kind === 'voc' ? none : found.summary.usages),
    labels: mostFrequent(summary.labels, labelsListed),
    labelCount: summary.labels.size,
    shapes: Object.fromEntries(found.kind === 'manifest' ? none : found.summary.shapes),
    sizes: mostFrequent(found.kind === 'manifest' ? none : found.summary.sizes, sizesListed),
    ...(hasBoxes(found) ? { coordinates: guessCoordinates(found.summary.coordinates) } : {}),
    errors: summary.errors,
    warnings: summary.warnings,
    firstFindings: found.diagnostics,
  };
}
