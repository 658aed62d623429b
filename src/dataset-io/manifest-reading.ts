import type { FormatBatch } from '../formats/index.js';
import { ManifestSample } from '../manifest/index.js';
import { LabelkitError, type Profile } from '../model/index.js';
import { manifestRows } from './manifest-rows.js';
import { isInlineXml, openable } from './references.js';
import { dirOf, parseLocation, resolveReference, type Storage } from './storage/index.js';

/**
 * The samples of a manifest that lies among the files of another format, for that format's reader. References lead from
 * the working directory, as those of samples of every other format do.
 *
 * @param fileOf the path of the annotation file that a reference means; undefined: the one it names
 */
export async function* manifestReading(
  storage: Storage,
  path: string,
  options: { readonly profile: Profile; readonly signal: AbortSignal | undefined },
  fileOf: (reference: string) => string | undefined,
): AsyncGenerator<FormatBatch, void, undefined> {
  const base = dirOf(path);
  for await (const { rows, faults, diagnostics, bytes } of manifestRows(storage, path, options)) {
    for (const { sample } of rows) if (sample instanceof ManifestSample) move(sample, base, fileOf);
    yield {
      records: rows.map(({ sample, file, line }) => ({
        sample,
        file,
        ...(line === undefined ? {} : { line }),
      })),
      faults,
      diagnostics,
      bytes,
    };
  }
}

/** Makes references lead from the working directory; what stays the same is not touched. */
function move(sample: ManifestSample, base: string, fileOf: (reference: string) => string | undefined): void {
  const source = fromHere(sample.source, base);
  if (source !== sample.source) sample.source = source;
  const { inferenceLoc } = sample;
  if (inferenceLoc !== undefined) {
    const moved = fromHere(inferenceLoc, base);
    if (moved !== inferenceLoc) sample.inferenceLoc = moved;
  }
  for (const annotation of sample.annotations) {
    const { loc } = annotation;
    if (loc === undefined) continue;
    const moved = fileOf(loc) ?? fromHere(loc, base);
    if (moved !== loc) annotation.loc = moved;
  }
}

function fromHere(reference: string, base: string): string {
  if (reference === '' || isInlineXml(reference)) return reference;
  if (parseLocation(reference).kind !== 'local') return reference;
  try {
    return openable(resolveReference(reference, base));
  } catch (error) {
    // It leads nowhere, and is left as it is for whoever opens it.
    if (error instanceof LabelkitError) return reference;
    throw error;
  }
}
