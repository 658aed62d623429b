import { type Diagnostic, type ImageAnnotation, LabelkitError } from '../model/index.js';
import { VocDocument, type VocDocumentInit, VocObject, VocWriter } from '../voc/index.js';
import { isAboutTheFile } from './file-errors.js';
import { References } from './output-references.js';
import { openable } from './references.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { baseName, resolveReference } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

/** Writes one file after the other through one buffer. */
const writer = new VocWriter({ rgb: true });

/** C011: an annotation of a row cannot be written as a VOC file. */
function vocFault({ file, line, sample }: Row, message: string, hint?: string, pointer?: string): Diagnostic {
  return datasetDiagnostic('C011', message, {
    file,
    ...(line === undefined ? {} : { line }),
    ...(pointer === undefined ? {} : { pointer }),
    source: sample.source,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * What is said of a row's image as a VOC file. One that was read from a file is that file with what differs changed.
 *
 * @returns the file, or C011 that says why there can be none
 */
export function encodeImage(row: Row, image: ImageAnnotation, pointer?: string): Uint8Array | Diagnostic {
  try {
    return Buffer.from(writer.write(image));
  } catch (error) {
    if (error instanceof LabelkitError && error.code === 'InvalidData')
      return vocFault(row, error.message, error.hint, pointer);
    throw error;
  }
}

export interface VocFileOptions extends Places {
  /** The folder that the file will be in, so that it can lead to its mask from there. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A VOC file for what an annotation of a row says of its image. The size is looked up in the image where the data does
 * not give it.
 *
 * @returns the file, or C011 that says why there can be none
 */
export async function vocFileOf(
  row: Row,
  index: number,
  { folder, signal, ...places }: VocFileOptions,
): Promise<Uint8Array | Diagnostic> {
  const image = row.sample.annotations[index].image!;
  const pointer = `/annotation/${index}`;
  const size = await sizeOf(row, image, places, signal);
  if (typeof size === 'string') {
    const hint = 'Put the image where the data says it is.';
    return vocFault(row, `the size of the image is not known: ${size}`, hint, pointer);
  }
  const fileName = image.fileName ?? baseName(row.sample.source.replaceAll('\\', '/'));
  const members = { fileName, ...size, ...(folder === undefined ? {} : masksFrom(folder, row, image)) };
  const whole =
    image instanceof VocDocument
      ? Object.assign(new VocDocument(), image, members)
      : { ...image, ...members };
  return encodeImage(row, whole, pointer);
}

/** The members that name masks, as the file of a row in a folder reaches them. */
function masksFrom(
  folder: string,
  row: Row,
  { maskSource, objects }: ImageAnnotation,
): Partial<Pick<VocDocumentInit, 'maskSource' | 'objects'>> {
  const hasOwn = objects.some((object) => object.maskSource !== undefined);
  if (maskSource === undefined && !hasOwn) return {};
  const depth = (row.key ?? '').split('/').length - 1;
  const references = new References(folder);
  const reached = (mask: string) => {
    const reference = references.to(mask);
    return /^(?:[A-Za-z][A-Za-z0-9+.-]*:|[\\/])/.test(reference)
      ? reference
      : '../'.repeat(depth) + reference;
  };
  return {
    ...(maskSource === undefined ? {} : { maskSource: reached(maskSource) }),
    ...(hasOwn
      ? {
          objects: objects.map((object) =>
            object.maskSource === undefined
              ? object
              : Object.assign(object instanceof VocObject ? new VocObject() : {}, object, {
                  maskSource: reached(object.maskSource),
                }),
          ),
        }
      : {}),
  };
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
