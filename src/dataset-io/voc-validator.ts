import {
  type Diagnostic,
  type Finding,
  type Mode,
  type Profile,
  type Severity,
  severityOf,
} from '../model/index.js';
import {
  addCoordinateEvidence,
  type CoordinateEvidence,
  mergeCoordinateEvidence,
  noCoordinateEvidence,
} from '../transforms/index.js';
import { checkVoc, type VocCheckContext } from '../voc/index.js';
import { datasetDiagnostic, datasetRule } from './rules.js';
import { isUnread, type UnreadFile, unreadDiagnostic, type VocFile, type VocFiles } from './voc-files.js';
import { pairingKey } from './voc-tree.js';

export interface VocValidatorOptions {
  readonly mode: Mode;
  readonly profile: Profile;
  /** Diagnostics kept; all are counted. */
  readonly maxDiagnostics: number;
  /** The least severity that is kept; all are counted. */
  readonly minSeverity: Severity;
}

/** The result of some VOC files: plain data that can be posted to another thread. */
export interface VocSummary {
  readonly samples: number;
  /** Labelled objects, parts not counted. */
  readonly annotations: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly bytes: number;
  readonly rules: ReadonlyMap<string, number>;
  /** Objects per label; at most 100,000 labels. */
  readonly labels: ReadonlyMap<string, number>;
  /** Objects per shape; `none` for those without one. */
  readonly shapes: ReadonlyMap<string, number>;
  /** Images per `width×height×depth`; at most 1,000 sizes. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Where boxes touch the edges of their images. */
  readonly coordinates: CoordinateEvidence;
  readonly diagnostics: readonly Diagnostic[];
}

const ranks: Record<Severity, number> = { info: 0, warning: 1, error: 2 };
const mostLabels = 100_000;
const mostSizes = 1000;

function count(map: Map<string, number>, key: string, most = Number.POSITIVE_INFINITY, by = 1): void {
  const before = map.get(key);
  if (before !== undefined || map.size < most) map.set(key, (before ?? 0) + by);
}

/** Counts by key, at most `most` keys: one look-up for what was counted before, which is nearly everything. */
class Tally {
  private readonly places = new Map<string, number>();
  private readonly counts: number[] = [];

  constructor(private readonly most = Number.POSITIVE_INFINITY) {}

  add(key: string): void {
    const place = this.places.get(key);
    if (place !== undefined) this.counts[place]++;
    else if (this.counts.length < this.most) {
      this.places.set(key, this.counts.length);
      this.counts.push(1);
    }
  }

  entries(): Map<string, number> {
    const entries = new Map<string, number>();
    for (const [key, place] of this.places) entries.set(key, this.counts[place]);
    return entries;
  }
}

/** Checks VOC files one by one and keeps the books. */
export class VocValidator {
  private samples = 0;
  private annotations = 0;
  private bytes = 0;
  private readonly severities: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  private readonly rules = new Map<string, number>();
  private readonly labels = new Tally(mostLabels);
  private readonly shapes = new Tally();
  private readonly sizes = new Tally(mostSizes);
  private readonly coordinates = { ...noCoordinateEvidence };
  private readonly diagnostics: Diagnostic[] = [];
  private path = '';
  private readonly take = (finding: Finding): void => {
    this.tally(finding.rule, finding.severity);
    if (this.wants(finding.severity)) this.diagnostics.push(this.files.locate(finding, this.path));
  };

  constructor(
    private readonly files: VocFiles,
    private readonly options: VocValidatorOptions,
  ) {}

  /** Checks the file that was read last. */
  check(file: VocFile | UnreadFile, facts: Pick<VocCheckContext, 'image' | 'imageName'> = {}): void {
    this.samples++;
    if (isUnread(file)) {
      this.report(unreadDiagnostic(file));
      return;
    }
    this.path = file.path;
    this.bytes += file.size;
    for (const finding of file.findings) this.take(finding);
    const { document } = file;
    if (document === undefined) return;
    const { mode, profile } = this.options;
    const key = pairingKey(file.name);
    checkVoc(document, { mode, profile, stem: key.slice(key.lastIndexOf('/') + 1), ...facts }, this.take);
    this.annotations += document.objects.length;
    addCoordinateEvidence(this.coordinates, document);
    for (const object of document.objects) {
      if (object.name !== undefined) this.labels.add(object.name);
      this.shapes.add(object.shape === undefined ? 'none' : object.shape.kind);
    }
    if (document.width !== undefined && document.height !== undefined) {
      this.sizes.add(`${document.width}×${document.height}×${document.depth ?? '?'}`);
    }
  }

  /** Errors and warnings so far. */
  get findings(): number {
    return this.severities.error + this.severities.warning;
  }

  /** Takes a finding from elsewhere: about the folder, not about one file's text. */
  report(diagnostic: Diagnostic): void {
    this.tally(diagnostic.rule, diagnostic.severity);
    if (this.wants(diagnostic.severity)) this.diagnostics.push(diagnostic);
  }

  /** {@link report} for one of the D rules, with the severity of this run's mode and profile. */
  reportFolder(rule: string, message: string, place: Parameters<typeof datasetDiagnostic>[2]): void {
    const severity = severityOf(datasetRule(rule), this.options.mode, this.options.profile);
    if (severity !== 'off') this.report(datasetDiagnostic(rule, message, { ...place, severity }));
  }

  summary(): VocSummary {
    const { error, warning, info } = this.severities;
    const { samples, annotations, bytes, rules, diagnostics } = this;
    return {
      samples,
      annotations,
      bytes,
      errors: error,
      warnings: warning,
      infos: info,
      rules,
      labels: this.labels.entries(),
      shapes: this.shapes.entries(),
      sizes: this.sizes.entries(),
      coordinates: this.coordinates,
      diagnostics,
    };
  }

  private tally(rule: string, severity: Severity): void {
    this.severities[severity]++;
    count(this.rules, rule);
  }

  private wants(severity: Severity): boolean {
    return (
      this.diagnostics.length < this.options.maxDiagnostics &&
      ranks[severity] >= ranks[this.options.minSeverity]
    );
  }
}

/** Joins the results of parts of a tree, which must be in the order of the files. */
export function mergeVocSummaries(parts: readonly VocSummary[], maxDiagnostics: number): VocSummary {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  const rules = new Map<string, number>();
  const labels = new Map<string, number>();
  const shapes = new Map<string, number>();
  const sizes = new Map<string, number>();
  const coordinates = { ...noCoordinateEvidence };
  const diagnostics: Diagnostic[] = [];
  const sums = { samples: 0, annotations: 0, errors: 0, warnings: 0, infos: 0, bytes: 0 };
  for (const part of parts) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += part[key];
    for (const [rule, number] of part.rules) count(rules, rule, undefined, number);
    for (const [label, number] of part.labels) count(labels, label, mostLabels, number);
    for (const [shape, number] of part.shapes) count(shapes, shape, undefined, number);
    for (const [size, number] of part.sizes) count(sizes, size, mostSizes, number);
    mergeCoordinateEvidence(coordinates, part.coordinates);
    diagnostics.push(...part.diagnostics.slice(0, maxDiagnostics - diagnostics.length));
  }
  return { ...sums, rules, labels, shapes, sizes, coordinates, diagnostics };
}
