import { ManifestSample } from '../manifest/index.js';
import { LabelkitError, type Sample } from '../model/index.js';
import { isInlineXml, openable } from './references.js';
import type { Row } from './rows.js';
import { parseLocation, relativeReference, resolveReference } from './storage/index.js';

/** References of a data set as seen from another folder. */
export class Rebase {
  /** Nothing changes. */
  readonly isIdle: boolean;

  constructor(
    private readonly from: string,
    private readonly to: string,
  ) {
    this.isIdle = this.reference('x') === 'x';
  }

  reference(text: string): string {
    if (text === '' || isInlineXml(text)) return text;
    const { kind } = parseLocation(text);
    if (kind !== 'local' && kind !== 'stdio') return text;
    try {
      const target = openable(resolveReference(text, this.from));
      return target === text ? text : relativeReference(this.to, target);
    } catch (error) {
      // It leads nowhere from there either, and is left as it is for whoever opens it.
      if (error instanceof LabelkitError) return text;
      throw error;
    }
  }

  /** True when a reference of the sample would change. */
  concerns({ source, inferenceLoc = '', annotations }: Sample): boolean {
    const isMoved = (text: string) => this.reference(text) !== text;
    return isMoved(source) || isMoved(inferenceLoc) || annotations.some(({ loc = '' }) => isMoved(loc));
  }

  /** A row as a line of a manifest: itself, changed in place, when it is one. */
  line({ sample }: Row): ManifestSample {
    if (!(sample instanceof ManifestSample)) return new ManifestSample(this.unread(sample));
    if (this.isIdle) return sample;
    const source = this.reference(sample.source);
    if (source !== sample.source) sample.source = source;
    const { inferenceLoc } = sample;
    if (inferenceLoc !== undefined) {
      const moved = this.reference(inferenceLoc);
      if (moved !== inferenceLoc) sample.inferenceLoc = moved;
    }
    for (const annotation of sample.annotations) {
      const { loc } = annotation;
      if (loc === undefined) continue;
      const moved = this.reference(loc);
      if (moved !== loc) annotation.loc = moved;
    }
    return sample;
  }

  /** A sample without what was read of its annotation files. */
  private unread(sample: Sample): Sample {
    const annotations = sample.annotations.map(({ image: _, ...annotation }) => ({
      ...annotation,
      ...(annotation.loc === undefined ? {} : { loc: this.path(annotation.loc) }),
    }));
    return { ...sample, source: this.path(sample.source), annotations };
  }

  /** A path as seen from there, an absolute one too. */
  private path(text: string): string {
    const { kind } = parseLocation(text);
    return kind === 'local' || kind === 'memory' ? relativeReference(this.to, text) : text;
  }
}
