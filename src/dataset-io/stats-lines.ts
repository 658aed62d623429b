import {
  type LineCounter,
  ManifestCounter,
  type ManifestCounterSink,
  type ManifestSample,
  taskOf,
} from '../manifest/index.js';
import { type Diagnostic, type ImageAnnotation, isVocTask } from '../model/index.js';
import type { Encoding } from '../text/index.js';
import { StatsTally } from '../transforms/index.js';

export interface StatsLinesOptions {
  /** The manifest as findings name it. */
  readonly file: string;
  readonly encoding?: Encoding | undefined;
  readonly maxLineBytes?: number | undefined;
  /** Samples that name annotation files are handed over in place of being counted. */
  readonly onJoin?: ((sample: ManifestSample) => void) | undefined;
  /** Findings kept. */
  readonly maxDiagnostics: number;
}

/** What a line of a manifest is counted into. */
class TallyCounter implements LineCounter {
  constructor(private readonly tally: StatsTally) {}

  get epoch(): number {
    return this.tally.epoch;
  }

  usageId(usage: string): number {
    return this.tally.usageId(usage);
  }

  labelId(name: string): number {
    return this.tally.labelId(name);
  }

  typeId(type: string): number {
    return this.tally.typeId(type, taskOf(type).task);
  }

  annotatorId(annotator: string): number {
    return this.tally.annotatorId(annotator);
  }

  begin(usage: number, hard: number): void {
    this.tally.begin(usage, hard);
  }

  annotation(label: number, type: number, annotator: number, hard: number): void {
    this.tally.annotation(label, type, annotator, hard);
  }

  end(): void {
    this.tally.end();
  }
}

/** Counts lines of a manifest, of one part after the other. */
export class StatsLines {
  readonly tally = new StatsTally();
  /** Why lines gave no sample: the first findings. Lines are numbered as {@link part} was told, else within their part. */
  readonly diagnostics: Diagnostic[] = [];
  private readonly sink: ManifestCounterSink;

  constructor(private readonly options: StatsLinesOptions) {
    const { tally, diagnostics } = this;
    const { onJoin, maxDiagnostics } = options;
    this.sink = {
      counter: new TallyCounter(tally),
      ...(onJoin === undefined ? {} : { wants: (type: string) => isVocTask(taskOf(type).task) }),
      sample: (sample) => {
        if (onJoin !== undefined && sample.annotations.some(({ task }) => isVocTask(task))) onJoin(sample);
        else tally.add(sample, noDocuments);
      },
      unreadable: (diagnostic) => {
        tally.addUnreadable();
        if (diagnostics.length < maxDiagnostics) diagnostics.push(diagnostic);
      },
    };
  }

  /** Begins a part: the whole file, or what follows `baseOffset` from the start of a line on, which is line `firstLine`. */
  part(baseOffset?: number, firstLine?: number): ManifestCounter {
    const { file, encoding, maxLineBytes } = this.options;
    return new ManifestCounter(
      {
        file,
        ...(encoding === undefined ? {} : { encoding }),
        ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
        ...(baseOffset === undefined ? {} : { baseOffset }),
        ...(firstLine === undefined ? {} : { firstLine }),
      },
      this.sink,
    );
  }
}

const noDocuments: readonly ImageAnnotation[] = [];
