import { type Diagnostic, OptionError, profiles, throwIfAborted } from '../model/index.js';
import { withAnnotationConfig } from './annotation-config.js';
import { resolveInput } from './detect.js';
import type { FormatId } from './formats.js';
import { checkNoOptions } from './input-rows.js';
import { EarlyThreads, earlyFromFiles, jobsOf, threadsFromBytes } from './jobs/threads.js';
import type { ManifestWatch } from './manifest-watch.js';
import type { RowWatch } from './row-watch.js';
import { shardRange } from './shard-range.js';
import { storageOf } from './storages.js';
import type { Survey, ValidateOptions } from './validate-options.js';

/** Who looks at samples while they are checked: at those of a manifest, of formats in `src/formats`. Of VOC trees, nobody. */
export interface SurveyWatch {
  readonly lines: ManifestWatch;
  readonly rows: RowWatch;
}

/** What a validation says. Counts are of all findings, listed or not. */
export interface ValidationResult {
  readonly input: string;
  readonly format: FormatId;
  readonly samples: number;
  readonly annotations: number;
  readonly errors: number;
  readonly warnings: number;
  /** Findings per rule id, infos included. */
  readonly rules: Readonly<Record<string, number>>;
  /** In file order, as far as they are listed. */
  readonly diagnostics: readonly Diagnostic[];
  /** More findings of the listed severities were made than are listed. */
  readonly truncated: boolean;
}

/**
 * Checks a data set and counts what is in it.
 *
 * @param watch  looks at samples meanwhile
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function survey(
  input: string,
  given: ValidateOptions = {},
  watch?: SurveyWatch,
): Promise<Survey> {
  throwIfAborted(given.signal);
  const options = await withAnnotationConfig(input, given);
  if (options.profile !== undefined && !profiles.includes(options.profile)) {
    throw new OptionError(`there is no profile "${options.profile}"`, {
      hint: `Profiles: ${profiles.join(', ')}.`,
    });
  }
  const storage = storageOf(input, options);
  const { from, signal } = options;
  const threads = storage.scheme === 'file' && options.checkFiles !== true ? jobsOf(options.jobs) : 1;
  const early = new EarlyThreads(threads - 1, earlyFromFiles);
  const loadVoc = () => import('./survey-voc.js');
  const onFound = (entries: number, some: readonly string[]): void => {
    early.onFound(entries, some);
    // So many files are hardly anything else, and reading code from the disk takes no time from the listing.
    void loadVoc();
  };
  try {
    const resolved = await resolveInput(storage, input, from, signal, onFound);
    const { format, xmlNames, reason, near } = resolved;
    if (format === 'manifest' || format === 'voc') await checkNoOptions(format, options);
    // The rules of one format are not loaded to check the other.
    if (format === 'manifest') {
      const size = threads > 1 ? (await storage.stat(input, { signal }))?.size : undefined;
      if (options.shard === undefined && size !== undefined && size >= threadsFromBytes)
        early.start('manifest');
      const { surveyManifest } = await import('./survey-manifest.js');
      return { ...(await surveyManifest(storage, input, options, early, watch?.lines)), reason, near };
    }
    if (options.shard !== undefined) await shardRange(storage, input, options.shard, { format, signal });
    if (format === 'voc') {
      const { surveyVoc } = await loadVoc();
      return { ...(await surveyVoc(storage, input, options, xmlNames, early)), reason, near };
    }
    const { surveyOther } = await import('./survey-other.js');
    return { ...(await surveyOther(storage, input, format, options, watch?.rows)), reason, near };
  } finally {
    await early.stop();
  }
}

/**
 * Checks a data set by every rule. Bad data never throws: it is in the result.
 *
 * @param input a data set of any format; `-` for a manifest on standard input
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function validate(input: string, options: ValidateOptions = {}): Promise<ValidationResult> {
  return resultOf(input, await survey(input, options), options);
}

/** What of a survey is a validation. */
export function resultOf(
  input: string,
  { format, summary, diagnostics }: Survey,
  options: ValidateOptions,
): ValidationResult {
  const least = options.minSeverity ?? 'warning';
  const listable =
    summary.errors + (least === 'error' ? 0 : summary.warnings) + (least === 'info' ? summary.infos : 0);
  return {
    input,
    format,
    samples: summary.samples,
    annotations: summary.annotations,
    errors: summary.errors,
    warnings: summary.warnings,
    rules: sortedRules(summary.rules),
    diagnostics,
    truncated: listable > diagnostics.length,
  };
}

function sortedRules(
  rules: Readonly<Record<string, number>> | ReadonlyMap<string, number>,
): Record<string, number> {
  const entries = rules instanceof Map ? [...rules] : Object.entries(rules);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
