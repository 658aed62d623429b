import { loadRules } from '../dataset-io/all-rules.js';
import { isImageSample } from '../dataset-io/image-samples.js';
import { type DatasetRow, openDataset } from '../dataset-io/open.js';
import { validate } from '../dataset-io/validate.js';
import { type Diagnostic, type ImageObject, OptionError, throwIfAborted } from '../model/index.js';
import { labelMatcher, type Matcher, SeededRandom } from '../transforms/index.js';
import type { PreviewOptions } from './preview-options.js';

/** A sample that is to be shown. */
export interface Chosen {
  readonly row: DatasetRow;
  /** Ids of the rules that it breaks, of those asked for. */
  readonly rules: readonly string[];
}

export interface Choice {
  /** In the order of the input. */
  readonly chosen: readonly Chosen[];
  readonly format: string;
  /** Samples read. */
  readonly read: number;
  /** Samples that are images and have what was asked for. */
  readonly fitting: number;
  /** Samples that are no images. */
  readonly others: number;
  /** Findings asked for that name no sample that was read. */
  readonly unplaced: number;
}

/** Findings that are kept to look their samples up. */
const mostFindings = 100_000;
const severities = ['error', 'warning', 'info'];

/**
 * Draws samples at random from those that fit, so that each has the same chance; the same for the same seed.
 *
 * @throws OptionError for a rule that does not exist; as `openDataset`
 */
export async function choose(input: string, options: PreviewOptions, count: number): Promise<Choice> {
  const { labels, findings, seed, signal, onProgress } = options;
  const found = findings === undefined ? undefined : await findSamples(input, findings, options);
  const wanted = labels === undefined ? undefined : labelMatcher(labels);
  const random = new SeededRandom(seed);
  const reservoir: (Chosen & { readonly at: number })[] = [];
  let [read, fitting, others, placed] = [0, 0, 0, 0];
  const dataset = await openDataset(input, { ...options, mode: 'lenient', join: wanted !== undefined });
  for await (const rows of dataset.batches()) {
    for (const row of rows) {
      const at = read++;
      const own = found?.of(row) ?? [];
      if (own.length > 0) placed += own.length;
      if (!isImageSample(row.sample)) {
        others++;
        continue;
      }
      if (found !== undefined && own.length === 0) continue;
      if (wanted !== undefined && !hasLabel(row, wanted)) continue;
      fitting++;
      const place = reservoir.length < count ? reservoir.length : random.below(fitting);
      if (place < count) reservoir[place] = { at, row, rules: [...new Set(own.map(({ rule }) => rule))] };
    }
    onProgress?.({ items: read, bytes: 0 });
    throwIfAborted(signal);
  }
  reservoir.sort((a, b) => a.at - b.at);
  const unplaced = found === undefined ? 0 : Math.max(0, found.count - placed);
  return { chosen: reservoir, format: dataset.format, read, fitting, others, unplaced };
}

function hasLabel({ sample, images }: DatasetRow, matches: Matcher): boolean {
  const inObjects = (objects: readonly ImageObject[]): boolean =>
    objects.some(({ name, parts }) => (name !== undefined && matches(name)) || inObjects(parts));
  for (const { name } of sample.annotations) if (name !== undefined && matches(name)) return true;
  for (const { objects } of images.values()) if (inObjects(objects)) return true;
  return false;
}

/** Looks findings up by the sample that they are about. */
class FoundSamples {
  private readonly byLine = new Map<string, Diagnostic[]>();
  private readonly bySource = new Map<string, Diagnostic[]>();
  private readonly byFile = new Map<string, Diagnostic[]>();

  constructor(
    findings: readonly Diagnostic[],
    private readonly input: string,
  ) {
    for (const finding of findings) {
      if (finding.line !== undefined) add(this.byLine, `${finding.file}:${finding.line}`, finding);
      if (finding.source !== undefined) add(this.bySource, finding.source, finding);
      add(this.byFile, finding.file, finding);
    }
  }

  of({ file, line, sample }: DatasetRow): readonly Diagnostic[] {
    // A file with a record on each line; a file of its own; or the image's name in the finding.
    if (line !== undefined)
      return this.byLine.get(`${file}:${line}`) ?? this.bySource.get(sample.source) ?? [];
    return (
      (file === this.input ? undefined : this.byFile.get(file)) ?? this.bySource.get(sample.source) ?? []
    );
  }
}

function add(map: Map<string, Diagnostic[]>, key: string, finding: Diagnostic): void {
  const others = map.get(key);
  if (others === undefined) map.set(key, [finding]);
  else others.push(finding);
}

async function findSamples(input: string, names: readonly string[], options: PreviewOptions) {
  const matches = await findingMatcher(names);
  const { diagnostics } = await validate(input, {
    ...options,
    minSeverity: 'info',
    maxDiagnostics: mostFindings,
    mode: 'strict',
  });
  const wanted = diagnostics.filter(matches);
  const found = new FoundSamples(wanted, input);
  return { count: wanted.length, of: (row: DatasetRow) => found.of(row) };
}

/** @throws OptionError for a name that is neither a rule's nor a severity */
async function findingMatcher(names: readonly string[]): Promise<(finding: Diagnostic) => boolean> {
  const rules = await loadRules();
  const ids = new Set<string>();
  const levels = new Set<string>();
  for (const name of names) {
    const rule = rules.find((one) => one.id === name.toUpperCase() || one.name === name.toLowerCase());
    if (rule !== undefined) ids.add(rule.id);
    else if (severities.includes(name)) levels.add(name);
    else {
      throw new OptionError(`there is no rule "${name}"`, {
        hint: 'Say the id or name of a rule (labelkit explain --all lists them), or error, warning or info.',
      });
    }
  }
  return ({ rule, severity }) => ids.has(rule) || levels.has(severity);
}
