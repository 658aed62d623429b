import { maskAreas, rleArea } from '../formats/index.js';
import { type ImageAnnotation, type ImageObject, LabelkitError, parseMaskColor } from '../model/index.js';
import { type ReferencedFile, readReferenced } from './referenced-file.js';

/** Outlines of areas, each x1, y1, x2, y2, …; what two of them enclose is a hole. */
export type Areas = Map<ImageObject, readonly (readonly number[])[]>;

/**
 * The areas that objects of an image have in masks: those that the annotation names, and run lengths in the property
 * `rle`. Objects with an outline of their own have none.
 *
 * @param places where masks are: `bases` are the directories that references are taken from, in this order
 * @returns the areas, and why masks could not be read
 */
export async function areasOf(
  image: ImageAnnotation,
  { bases, ...places }: Omit<ReferencedFile, 'source' | 'base'> & { readonly bases: readonly string[] },
): Promise<{ readonly areas: Areas; readonly problems: readonly string[] }> {
  const areas: Areas = new Map();
  const problems: string[] = [];
  const byMask = new Map<string, Map<number, ImageObject>>();
  for (const object of image.objects) {
    if (object.shape !== undefined && object.shape.kind !== 'bndbox') continue;
    const runs = object.properties.get('rle');
    const area = runs === undefined ? undefined : rleArea(runs);
    if (area !== undefined) areas.set(object, area);
    const mask = object.maskSource ?? image.maskSource;
    const colour = object.maskColor === undefined ? undefined : parseMaskColor(object.maskColor);
    if (area !== undefined || mask === undefined || mask === '' || colour === undefined) continue;
    const owners = byMask.get(mask) ?? new Map<number, ImageObject>();
    byMask.set(mask, owners);
    // Objects of one class may share a colour: together they have the area once.
    if (!owners.has(colour)) owners.set(colour, object);
  }
  for (const [source, owners] of byMask) {
    const bytes = await readFirst(source, bases, places);
    const found = bytes instanceof LabelkitError ? bytes : maskAreas(bytes, new Set(owners.keys()));
    if (found instanceof LabelkitError) problems.push(`the mask ${source}: ${found.message}`);
    else if ('problem' in found) problems.push(`the mask ${source}: ${found.problem}`);
    else for (const [colour, rings] of found) areas.set(owners.get(colour)!, rings);
  }
  return { areas, problems };
}

/** The file in the first directory that has it; the first error where none has. */
async function readFirst(
  source: string,
  bases: readonly string[],
  places: Omit<ReferencedFile, 'source' | 'base'>,
): Promise<Buffer | LabelkitError> {
  let error: LabelkitError | undefined;
  for (const base of bases) {
    const bytes = await readReferenced({ source, base, ...places });
    if (!(bytes instanceof LabelkitError)) return bytes;
    error ??= bytes;
  }
  return error ?? new LabelkitError('NotFound', 'there is no directory to look for it in', { path: source });
}
