import type { Diagnostic, Finding } from '../model/index.js';
import type { VocDocument } from '../voc/index.js';
import { vocDiagnostic } from './voc-files.js';

/** One annotation file and what was found in it. */
export class VocEntry {
  readonly path: string;
  /** Relative to the folder of the annotation files, separated by `/`. */
  readonly name: string;
  /** Undefined when nothing can be made of the file; a finding says why. */
  readonly document: VocDocument | undefined;
  readonly findings: readonly Finding[];
  readonly #input: Uint8Array | string | undefined;
  #diagnostics: readonly Diagnostic[] | undefined;

  /** @internal `input`: what was parsed, for the places of findings; undefined when nothing could be fetched. */
  constructor(
    file: Pick<VocEntry, 'path' | 'name' | 'document' | 'findings'>,
    input: Uint8Array | string | undefined,
  ) {
    this.path = file.path;
    this.name = file.name;
    this.document = file.document;
    this.findings = file.findings;
    this.#input = input;
  }

  /** The findings with line, column and byte offset, which are worked out when this is asked for. */
  get diagnostics(): readonly Diagnostic[] {
    this.#diagnostics ??= this.findings.map((finding) => this.locate(finding));
    return this.#diagnostics;
  }

  /** One of the findings with its place. */
  locate(finding: Finding): Diagnostic {
    if (this.#input !== undefined) return vocDiagnostic(finding, this.path, this.#input);
    const { rule, severity, message, hint } = finding;
    return { rule, severity, message, ...(hint === undefined ? {} : { hint }), file: this.path };
  }
}
