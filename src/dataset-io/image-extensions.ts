import type { ImageLook } from './image-facts.js';

/** The extension of an image's name, with its dot; empty when it has none. */
export function extensionIn(name: string): string {
  return /\.(?:jpe?g|png|bmp|gif|webp|tiff?)$/i.exec(name)?.[0] ?? '';
}

/** First bytes of image files, and the extensions they go by, the usual one first. */
const imageTypes: readonly (readonly [test: (head: string) => boolean, extensions: readonly string[]])[] = [
  [(head) => head.startsWith('\xff\xd8\xff'), ['.jpg', '.jpeg']],
  [(head) => head.startsWith('\x89PNG\r\n\x1a\n'), ['.png']],
  [(head) => /^GIF8[79]a/.test(head), ['.gif']],
  [(head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP', ['.webp']],
  [(head) => head.startsWith('II*\0') || head.startsWith('MM\0*'), ['.tif', '.tiff']],
  [(head) => head.startsWith('BM'), ['.bmp']],
];

/** Extensions for what an image is by its content, the usual one first; undefined where it is not known. */
export function extensionsOf(look: ImageLook | undefined): readonly string[] | undefined {
  if (look === undefined || !('head' in look)) return undefined;
  const head = Buffer.from(look.head.subarray(0, 12)).toString('latin1');
  return imageTypes.find(([test]) => test(head))?.[1];
}

/** What is wrong with the extension of an image's name (D026); undefined when nothing tells that something is. */
export function extensionProblem(name: string, look: ImageLook): string | undefined {
  const extension = extensionIn(name).toLowerCase();
  const known = extension === '' ? undefined : extensionsOf(look);
  if (known === undefined || known.includes(extension)) return undefined;
  return `${name} is an image of type ${known[0]!.slice(1)}, which its extension does not say`;
}

/** What is known of the images around a reference. */
export interface ImageAround {
  /** The image that a reference leads to; undefined: it leads nowhere that can be looked at. */
  look(reference: string): Promise<ImageLook | undefined>;
  /** True when two references lead to the same bytes. */
  isSame(one: string, other: string): Promise<boolean>;
}

/**
 * The reference to an image under the extension of what it is by its content: where a file of that name has the same
 * bytes, or, when there is no file under the name given, where the only image of another extension is what it says.
 *
 * @returns undefined when the extension is right, or nothing tells that it is wrong; null when it is wrong, and no
 *   file can be told to be the one
 */
export async function rightReference(
  reference: string,
  around: ImageAround,
): Promise<string | null | undefined> {
  const extension = extensionIn(reference);
  if (extension === '') return undefined;
  const stem = reference.slice(0, -extension.length);
  const spelt = (name: string) =>
    extension === extension.toUpperCase() ? [name.toUpperCase(), name] : [name];
  const look = await around.look(reference);
  if (look?.kind === 'unreadable' && look.error.code === 'NotFound') {
    const found: string[] = [];
    for (const candidate of imageTypes.flatMap(([, names]) => names).flatMap(spelt)) {
      if (candidate === extension) continue;
      const known = extensionsOf(await around.look(stem + candidate));
      if (known?.includes(candidate.toLowerCase()) === true) found.push(stem + candidate);
    }
    if (found.length === 0) return undefined;
    return found.length === 1 ? found[0] : null;
  }
  const known = extensionsOf(look);
  if (known === undefined || known.includes(extension.toLowerCase())) return undefined;
  for (const candidate of known.flatMap(spelt))
    if (await around.isSame(reference, stem + candidate)) return stem + candidate;
  return null;
}
