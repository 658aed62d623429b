import {
  checkImageMagic,
  checkXmlFileName,
  type FileCheck,
  reportFaultyXml,
  reportUnreadableXml,
  resolveAlias,
  taskOf,
} from '../manifest/index.js';
import {
  type Diagnostic,
  type Finding,
  isJsonObject,
  isVocTask,
  LabelkitError,
  type Mode,
  OptionError,
  type Profile,
} from '../model/index.js';
import { checkVoc, parseVoc } from '../voc/index.js';
import { lookAtImage } from './image-facts.js';
import { isInlineXml, openable } from './resolve.js';
import { createReadBuffer, type ReadBuffer, resolveReference, type Storage } from './storage/index.js';
import { vocDiagnostic } from './voc-files.js';

/**
 * The check of the files that manifest lines refer to: annotation files are read and checked by every V rule
 * (M082–M084), local images are opened (D053, D054 as M-findings' hints; M154).
 *
 * @param base the directory that relative references are taken from
 * @throws OptionError where files cannot be read without waiting
 */
export function manifestFileCheck(
  storage: Storage,
  base: string,
  own: { readonly mode: Mode; readonly profile: Profile },
): FileCheck {
  if (storage.readSync === undefined) {
    throw new OptionError('the files of this storage cannot be checked', {
      hint: 'Leave out --check-files (option checkFiles).',
    });
  }
  const { mode, profile } = own;
  const buffer = createReadBuffer();
  return (sample, out) => {
    const source = typeof sample['source'] === 'string' ? sample['source'] : '';
    const annotations = resolveAlias(sample, 'annotation', 'annotations');
    if (Array.isArray(annotations)) {
      for (const [index, annotation] of annotations.entries()) {
        if (!isJsonObject(annotation)) continue;
        const type = annotation['type'];
        if (typeof type !== 'string' || !isVocTask(taskOf(type).task)) continue;
        const loc = resolveAlias(annotation, 'annotation-loc', 'annotation_loc');
        if (typeof loc !== 'string' || loc === '') continue;
        const pointer = `/annotation/${index}/annotation-loc`;
        const read = isInlineXml(loc) ? loc.trimStart() : readReference(storage, loc, base, buffer);
        if (read instanceof LabelkitError) {
          reportUnreadableXml(loc, read.message, pointer, out);
          continue;
        }
        const { document, findings } = parseVoc(read, { mode, profile });
        const all: Finding[] = [...findings];
        if (document !== undefined) {
          checkVoc(document, { mode, profile }, (finding) => all.push(finding));
          checkXmlFileName(document.fileName, source, pointer, out);
        }
        const errors = all
          .filter((finding) => finding.severity === 'error')
          .map((finding) => located(finding, loc, read));
        reportFaultyXml(loc, errors, pointer, out);
      }
    }
    checkImage(source, base, out);
  };
}

function located(finding: Finding, loc: string, read: Uint8Array | string): Diagnostic {
  return vocDiagnostic(finding, typeof read === 'string' ? '<annotation-loc>' : loc, read);
}

function readReference(
  storage: Storage,
  loc: string,
  base: string,
  buffer: ReadBuffer,
): Uint8Array | LabelkitError {
  try {
    const location = resolveReference(loc, base);
    const length = storage.readSync?.(openable(location), buffer) ?? 0;
    return buffer.bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
}

/** Local images only: what is in a bucket is not fetched for this. */
function checkImage(source: string, base: string, out: Parameters<FileCheck>[1]): void {
  if (!/\.(?:jpe?g|png|bmp|gif)$/i.test(source)) return;
  const location = resolveReference(source, base);
  if (location.kind !== 'local') return;
  const look = lookAtImage(location.path);
  if (look.kind === 'image' || look.kind === 'unknown') checkImageMagic(look.head, source, out);
}
