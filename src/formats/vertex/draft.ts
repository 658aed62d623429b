import type { Annotation, Diagnostic, JsonObject, Sample } from '../../model/index.js';
import type { FormatSource, ImageSize } from '../contract.js';
import { type BatchBuilder, batchSize } from '../shared/batches.js';
import type { Findings } from '../shared/findings.js';
import { baseNameOf } from '../shared/names.js';
import { isAbsolute, nameOfReference } from '../shared/references.js';

/** Pixels of an image. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** A record of which all is known but the size of its image. */
export interface Draft {
  readonly source: string;
  readonly usage?: string | undefined;
  readonly property?: JsonObject | undefined;
  readonly line: number;
  readonly offset: number;
  readonly found: readonly Diagnostic[];
  readonly raw: () => Uint8Array;
  /** `needed`: coordinates are relative to the image. `wanted`: labels of the image say its size where it is known. */
  readonly size: 'needed' | 'wanted' | 'none';
  /** @param pixels the size of the image; undefined where it is not known and not needed */
  annotations(pixels: Pixels | undefined): Annotation[];
}

/** Gathers drafts, looks up the sizes of their images together, and makes records of them. */
export class Drafts {
  readonly #source: FormatSource;
  readonly #file: string;
  readonly #findings: Findings;
  /** Where copies of the images are. */
  readonly #folder: string | undefined;
  #waiting: Draft[] = [];

  constructor(source: FormatSource, file: string, findings: Findings) {
    const { images } = source.options;
    this.#source = source;
    this.#file = file;
    this.#findings = findings;
    if (typeof images === 'string') this.#folder = images.replace(/[\\/]+$/, '');
  }

  add(draft: Draft): void {
    this.#waiting.push(draft);
  }

  get isFull(): boolean {
    return this.#waiting.length >= batchSize;
  }

  async flush(batch: BatchBuilder): Promise<void> {
    const drafts = this.#waiting;
    this.#waiting = [];
    const wanted = new Map<string, ImageSize>();
    const names = new Set<string>();
    for (const { size, source } of drafts) if (size !== 'none') names.add(this.#imageOf(source));
    for await (const [name, size] of this.#source.imageSizes(names)) wanted.set(name, size);
    for (const draft of drafts) this.#finish(draft, wanted, batch);
  }

  #imageOf(source: string): string {
    if (this.#folder === undefined) return source;
    const copy = `${this.#folder}/${baseNameOf(source)}`;
    return isAbsolute(copy) ? copy : nameOfReference('', copy);
  }

  #finish(draft: Draft, sizes: ReadonlyMap<string, ImageSize>, batch: BatchBuilder): void {
    const { source, usage, property, line, offset } = draft;
    const found = [...draft.found];
    const size = draft.size === 'none' ? undefined : sizes.get(this.#imageOf(source))!;
    const pixels = size === undefined || 'problem' in size ? undefined : size;
    if (size !== undefined && 'problem' in size && draft.size === 'needed') {
      const message = `the size of ${source} is not known: ${size.message}`;
      const hint = 'name the folder that copies of the images are in: --from-option images=folder';
      found.push(this.#findings.of('N031', message, { file: this.#file, line, offset, source, hint })!);
    }
    if (found.some(({ severity }) => severity === 'error')) {
      batch.fault({ diagnostics: found, raw: draft.raw() });
      return;
    }
    for (const diagnostic of found) batch.finding(diagnostic);
    const sample: Sample = {
      source,
      ...(usage === undefined ? {} : { usage }),
      ...(property === undefined || Object.keys(property).length === 0 ? {} : { property }),
      annotations: draft.annotations(pixels),
    };
    batch.record({ sample, file: this.#file, line });
  }
}
