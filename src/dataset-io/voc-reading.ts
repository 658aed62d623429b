import type { VocReading } from '../formats/index.js';
import type { Finding, Mode, Profile } from '../model/index.js';
import { checkVoc, locateVoc, parseVoc } from '../voc/index.js';
import { stemOf } from './storage/index.js';
import { vocDiagnostic } from './voc-files.js';

/** A Pascal VOC file that lies among the files of another format, for that format's reader. */
export function vocReading(
  bytes: Uint8Array,
  path: string,
  { mode, profile }: { readonly mode: Mode; readonly profile: Profile },
): VocReading {
  const { document, findings } = parseVoc(bytes, { mode, profile, keepSource: true });
  const located = (list: readonly Finding[]) => list.map((finding) => vocDiagnostic(finding, path, bytes));
  return {
    bytes,
    image: document,
    diagnostics: located(findings),
    check(mask) {
      if (document === undefined) return [];
      const found: Finding[] = [];
      checkVoc(
        document,
        { mode, profile, stem: stemOf(path), segmentation: true, ...(mask === undefined ? {} : { mask }) },
        (finding) => found.push(finding),
      );
      return located(found);
    },
    placeOf: (pointer) => ({ file: path, ...locateVoc(bytes, pointer), pointer }),
  };
}
