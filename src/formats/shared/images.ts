import type { SourceFile } from '../contract.js';

const image = /\.(?:jpe?g|png|bmp|webp|tiff?|gif)$/i;

/** The name of a file that is an image, by its extension; hidden files and what archives of macOS add are none. */
export function isImageName(name: string): boolean {
  return image.test(name) && !isIgnored(name);
}

/** Files that no format means: hidden ones, and those that systems leave behind. */
export function isIgnored(name: string): boolean {
  return /(?:^|\/)(?:\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i.test(name);
}

/** Images of a folder by their names without extension, so that a label file finds the one beside it. */
export class ImagesByStem {
  readonly #names = new Map<string, string>();

  constructor(files: readonly SourceFile[]) {
    for (const { name } of files) {
      if (!isImageName(name)) continue;
      const stem = name.slice(0, name.lastIndexOf('.'));
      if (!this.#names.has(stem)) this.#names.set(stem, name);
    }
  }

  /** The first image, in the order of the listing, whose name without extension is this. */
  find(stem: string): string | undefined {
    return this.#names.get(stem);
  }
}
