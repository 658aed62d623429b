import { type Diagnostic, differenceFinding, NearNames, sizeFinding } from '../../model/index.js';
import type { FormatSource, SourceFile } from '../contract.js';
import { stemOfName } from '../shared/names.js';

const imagePattern = /\.(?:jpe?g|png|bmp)$/i;
const xmlPattern = /\.xml$/i;
const ignoredPattern = /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)$|(?:^|\/)(?:__MACOSX|\.[^/]*)\//i;

/** Where the mask of an annotation file is. */
export type MaskPlace =
  /** In the input. */
  | { readonly kind: 'here'; readonly name: string }
  /** Within the input by its name, but not there. */
  | { readonly kind: 'missing'; readonly name: string }
  /** Outside the input, or in other storage. */
  | { readonly kind: 'elsewhere' };

/** The image of an annotation file, and what is wrong with the pairing. */
export interface Paired {
  /** Relative to the input; where it should be when there is none. */
  readonly image: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The files of a folder: annotation files, and images by the name they share with them. */
export class SegmentationTree {
  /** In code-point order. */
  readonly documents: readonly string[];
  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly images = new Map<string, string[]>();
  /** Stems of images that no annotation file has. */
  private readonly near: NearNames;
  private readonly paired = new Set<string>();
  private readonly masks = new Set<string>();
  private readonly strays: string[] = [];

  constructor(
    private readonly source: FormatSource,
    files: readonly SourceFile[],
  ) {
    this.files = new Map(files.map((file) => [file.name, file]));
    const documents: string[] = [];
    for (const { name } of files) {
      if (ignoredPattern.test(name)) continue;
      if (xmlPattern.test(name)) documents.push(name);
      else if (imagePattern.test(name)) {
        push(this.images, stemOfName(name), name);
      } else this.strays.push(name);
    }
    this.documents = documents;
    const labelled = new Set(documents.map(stemOfName));
    this.near = new NearNames([...this.images.keys()].filter((stem) => !labelled.has(stem)));
  }

  /** Where a `mask_source` of an annotation file leads. */
  maskPlace(text: string, document: string): MaskPlace {
    const name = this.nameOf(text, document);
    if (name !== undefined && this.files.has(name)) return this.found(name);
    // Masks that were exported keep the address that they had where they were published.
    const base = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
    const beside = document.slice(0, document.lastIndexOf('/') + 1) + base;
    const isOnlyImage = this.images.get(stemOfName(document))?.join() === beside;
    if (base !== '' && this.files.has(beside) && !isOnlyImage) return this.found(beside);
    return name === undefined ? { kind: 'elsewhere' } : { kind: 'missing', name };
  }

  private found(name: string): MaskPlace {
    this.masks.add(name);
    return { kind: 'here', name };
  }

  /** The name in the input that a reference means; undefined when it leads out of it. */
  private nameOf(text: string, document: string): string | undefined {
    const path = text.trim().replaceAll('\\', '/');
    const root = this.source.path.replaceAll('\\', '/').replace(/\/+$/, '');
    if (path.startsWith(`${root}/`)) return normalised(path.slice(root.length + 1));
    if (/^(?:[A-Za-z][A-Za-z0-9+.-]*:|\/)/.test(path)) return undefined;
    return normalised(document.slice(0, document.lastIndexOf('/') + 1) + path);
  }

  /**
   * The image of an annotation file.
   *
   * @param masks of the file: they are no images of it
   * @param fileName what the file says that its image is called
   */
  imageOf(document: string, masks: ReadonlySet<string>, fileName: string | undefined): Paired {
    const stem = stemOfName(document);
    const file = this.source.pathOf(document);
    const isImage = (name: string) => !masks.has(name);
    const exact = (this.images.get(stem) ?? []).filter(isImage);
    const like = exact.length > 0 ? undefined : this.near.find(stem);
    const candidates = like === undefined ? exact : this.images.get(like.name)!.filter(isImage);
    const [image, ...others] = candidates;
    if (image === undefined) {
      const folder = document.slice(0, document.lastIndexOf('/') + 1);
      const named = /[^/\\]+$/.exec(fileName ?? '')?.[0] ?? '';
      const expected = folder + (/^\.{0,2}$/.test(named) ? `${stem.slice(folder.length)}.jpg` : named);
      return {
        image: expected,
        diagnostics: [
          this.finding('D014', `there is no image for ${document}`, {
            file,
            hint: `The sample refers to ${expected}, where the image should be.`,
          }),
        ],
      };
    }
    for (const name of candidates) this.paired.add(name);
    const diagnostics: Diagnostic[] = [];
    if (like !== undefined)
      diagnostics.push({ ...differenceFinding(like.difference, image, document), file });
    if (others.length > 0) {
      diagnostics.push(
        this.finding('D012', `${candidates.join(' and ')} are all images of ${document}`, {
          file,
          hint: `${image} is taken.`,
        }),
      );
    }
    if (this.files.get(image)!.size === 0)
      diagnostics.push(this.finding('D015', `${image} has no bytes`, { file: this.source.pathOf(image) }));
    const tooLarge = this.sizeFinding(image);
    if (tooLarge !== undefined) diagnostics.push(tooLarge);
    return { image, diagnostics };
  }

  /** An annotation file that was refused: its images and masks are not taken for samples without one. */
  claim(document: string, bytes: Uint8Array | undefined): void {
    const stem = stemOfName(document);
    for (const name of this.images.get(this.images.has(stem) ? stem : (this.near.find(stem)?.name ?? '')) ??
      [])
      this.paired.add(name);
    const text = bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
    for (const [, reference] of text.matchAll(/<mask_source>([^<]+)</g)) this.maskPlace(reference!, document);
  }

  /** Once every annotation file has been asked about: the images that are neither masks nor images of one. */
  *others(): Generator<string> {
    for (const names of this.images.values())
      for (const name of names) if (!this.paired.has(name) && !this.masks.has(name)) yield name;
  }

  /** Findings about files that are nothing of a segmentation. */
  *strayFindings(): Generator<Diagnostic> {
    for (const name of this.strays) {
      yield {
        rule: 'D010',
        severity: 'warning',
        message: `${name} is neither an image nor an annotation file, and is left out`,
        file: this.source.pathOf(name),
      };
    }
  }

  private sizeFinding(image: string): Diagnostic | undefined {
    const { profile } = this.source;
    return sizeFinding('image', image, () => this.files.get(image)!.size, this.source.pathOf(image), profile);
  }

  /** An image without bytes (D015), or with too many (D016). */
  imageFinding(image: string): Diagnostic | undefined {
    if (this.files.get(image)!.size > 0) return this.sizeFinding(image);
    return this.finding('D015', `${image} has no bytes`, { file: this.source.pathOf(image) });
  }

  /** A finding of a rule that is an error in strict mode and a warning in lenient. */
  private finding(
    rule: string,
    message: string,
    place: { readonly file: string; readonly hint?: string },
  ): Diagnostic {
    return { rule, severity: this.source.mode === 'strict' ? 'error' : 'warning', message, ...place };
  }
}

function push(map: Map<string, string[]>, key: string, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, [name]);
  else names.push(name);
}

/** Without `.` and `..`; undefined when it leads out. */
function normalised(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
