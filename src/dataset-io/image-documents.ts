import { type Diagnostic, type ImageAnnotation, LabelkitError } from '../model/index.js';
import { encodeVoc } from '../voc/index.js';
import { isAboutTheFile } from './file-errors.js';
import { openable } from './references.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { baseName, resolveReference } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

/**
 * A VOC file for what an annotation of a row says of its image. The size is looked up in the image where the data does
 * not give it.
 *
 * @returns the file, or C011 that says why there can be none
 */
export async function vocFileOf(
  row: Row,
  index: number,
  { signal, ...places }: Places & { readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array | Diagnostic> {
  const image = row.sample.annotations[index].image!;
  const fault = (message: string, hint?: string): Diagnostic =>
    datasetDiagnostic('C011', message, {
      file: row.file,
      ...(row.line === undefined ? {} : { line: row.line }),
      pointer: `/annotation/${index}`,
      source: row.sample.source,
      ...(hint === undefined ? {} : { hint }),
    });
  const size = await sizeOf(row, image, places, signal);
  if (typeof size === 'string') {
    return fault(`the size of the image is not known: ${size}`, 'Put the image where the data says it is.');
  }
  try {
    const source = row.sample.source;
    const fileName = image.fileName ?? baseName(source.replaceAll('\\', '/'));
    return Buffer.from(encodeVoc({ ...image, fileName, ...size }, { rgb: true }));
  } catch (error) {
    if (error instanceof LabelkitError && error.code === 'InvalidData')
      return fault(error.message, error.hint);
    throw error;
  }
}

/** Width and height, or why they are not known. */
async function sizeOf(
  { sample, base }: Row,
  { width, height }: ImageAnnotation,
  places: Places,
  signal: AbortSignal | undefined,
): Promise<{ readonly width: number; readonly height: number } | string> {
  if (width !== undefined && height !== undefined) return { width, height };
  const { lookAtImage, lookAtStoredImage } = await import('./image-facts.js');
  try {
    const path = openable(resolveReference(sample.source, base));
    const storage = storageOf(path, places);
    const look =
      storage.scheme === 'file' ? lookAtImage(path) : await lookAtStoredImage(storage, path, signal);
    switch (look.kind) {
      case 'image':
        return { width: look.facts.width, height: look.facts.height };
      case 'empty':
        return `${sample.source} is empty`;
      case 'unknown':
        return `${sample.source} does not begin as an image does`;
      case 'unreadable':
        return look.error.message;
    }
  } catch (error) {
    if (isAboutTheFile(error)) return error.message;
    throw error;
  }
}
