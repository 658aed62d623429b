import { formatSample, ManifestSample } from '../manifest/index.js';
import { LabelkitError, type Sample } from '../model/index.js';
import { isInlineXml, openable } from './references.js';
import type { Row } from './rows.js';
import type { StageBatch } from './stage.js';
import { parseLocation, relativeReference, resolveReference, stemOf } from './storage/index.js';

/**
 * What makes two samples the same one: `source`, the place of the image or the text; `id`; `name`, the file name of the
 * image without extension, which is what a VOC tree knows a sample by; `line`, everything.
 */
export type MergeKey = 'source' | 'id' | 'name' | 'line';

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

  /** A row as a line of a manifest: itself, changed in place, when it is one. */
  line({ sample }: Row): ManifestSample {
    if (!(sample instanceof ManifestSample)) return new ManifestSample(this.unread(sample));
    if (this.isIdle) return sample;
    const source = this.reference(sample.source);
    if (source !== sample.source) sample.source = source;
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

/**
 * The key of a sample; undefined when it has none, and is like no other one.
 *
 * @param from the folder that its relative references are taken from
 */
export function keyOf(
  batch: StageBatch,
  row: number,
  key: MergeKey,
  from: string,
  rebase: Rebase,
): string | undefined {
  switch (key) {
    case 'source':
      return placeOf(batch.source(row)!, from);
    case 'name':
      return nameOf(batch, row);
    case 'id':
      return batch.row(row)!.sample.id;
    case 'line':
      return formatSample(rebase.line(batch.row(row)!));
  }
}

function nameOf(batch: StageBatch, row: number): string {
  const source = batch.source(row)!;
  return parseLocation(source).kind === 'content' ? source : stemOf(source);
}

/** One text for each place, however it is written. */
function placeOf(source: string, from: string): string {
  let location = parseLocation(source);
  try {
    location = resolveReference(source, from);
  } catch (error) {
    if (!(error instanceof LabelkitError)) throw error;
  }
  if (location.kind === 'obs') return `obs://${location.bucket}/${location.key}`;
  return location.kind === 'local' ? relativeReference('/', openable(location)) : location.text;
}
