import { type FormatOptions, ManifestSample, type SampleInit } from '../../manifest/index.js';
import { type Diagnostic, type Mode, OptionError } from '../../model/index.js';
import { type ManifestWritten, readManifest, writeManifest } from '../manifest-io.js';
import { type SaveMode, type SdkOptions, writeModeOf } from './session.js';

/** What a new manifest is made of. */
export interface ManifestInit {
  readonly samples: Iterable<ManifestSample | SampleInit>;
  /** How many samples there are; need not be given. */
  readonly size?: number | undefined;
}

/** How {@link Manifest.parseManifest} reads. */
export interface ParseManifestOptions extends SdkOptions {
  /** Default `utf-8`. */
  readonly encoding?: string | undefined;
  /** `strict` throws at the first fault; `lenient` (default) skips lines that hold no sample and says so. */
  readonly mode?: Mode | undefined;
  /** Keep only samples of this usage, in any letter case; default `all`. */
  readonly usage?: string | undefined;
  /** Read the VOC files that annotations name, as `annotation.image`. Default false. */
  readonly parsePascalVoc?: boolean | undefined;
  /** Takes every diagnostic as it is made; {@link Manifest.diagnostics} has them all. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
}

/** How {@link Manifest.save} writes. */
export interface SaveOptions extends SdkOptions, FormatOptions {
  /** `w` (default) replaces the file; `a` adds lines to it. */
  readonly saveMode?: SaveMode | undefined;
}

/**
 * A whole manifest in memory, under the names of the Python SDK. `readManifest` and `writeManifest` do the same
 * for files of any length.
 */
export class Manifest {
  /** In file order. The list may be changed: what is saved is what is in it then. */
  readonly samples: ManifestSample[];
  /** What reading found: lines without a sample, and whatever else did not prevent it. */
  readonly diagnostics: readonly Diagnostic[];

  /** @throws OptionError when `size` is not the number of samples, or a value is none that JSON can say */
  constructor({ samples, size }: ManifestInit, diagnostics: readonly Diagnostic[] = []) {
    this.samples = Array.from(samples, (sample) =>
      sample instanceof ManifestSample ? sample : new ManifestSample(sample),
    );
    this.diagnostics = diagnostics;
    if (size !== undefined && size !== null && size !== this.samples.length) {
      throw new OptionError(`size is ${size}, but there are ${this.samples.length} samples`, {
        hint: 'leave size out',
      });
    }
  }

  /** The number of samples. */
  get size(): number {
    return this.samples.length;
  }

  /**
   * Reads a whole manifest.
   *
   * @throws StorageError when it cannot be opened; OptionError for an unknown encoding; DataError in strict mode
   */
  static async parseManifest(path: string, options: ParseManifestOptions = {}): Promise<Manifest> {
    const { session, parsePascalVoc, onDiagnostic, ...rest } = options;
    const diagnostics: Diagnostic[] = [];
    const samples: ManifestSample[] = [];
    const found = readManifest(path, {
      mode: rest.mode ?? 'lenient',
      usage: rest.usage ?? 'all',
      encoding: rest.encoding,
      signal: rest.signal,
      session,
      join: parsePascalVoc,
      onDiagnostic: (diagnostic) => {
        diagnostics.push(diagnostic);
        onDiagnostic?.(diagnostic);
      },
    });
    for await (const sample of found) samples.push(sample);
    return new Manifest({ samples }, diagnostics);
  }

  /**
   * Writes all samples, complete or not at all. The path alone decides where to.
   *
   * @throws OptionError for another save mode, or a sample without source; StorageError when the file cannot be
   *   written, for `obs://` paths without a session that can open them among others
   */
  async save(path: string, options: SaveOptions = {}): Promise<ManifestWritten> {
    const { session, saveMode, ...rest } = options;
    const mode = writeModeOf(saveMode);
    return await writeManifest(path, this.samples, { ...rest, mode, session });
  }
}
