import type { Format, FormatInfo } from '../formats/index.js';
import { isOwnFormat, ownFormats } from './own-formats.js';

/**
 * The description of a format by its id. The list of all of them is loaded only for those that are not the package's own.
 *
 * @throws OptionError `UnknownFormat` that names the known ones
 */
export async function findFormat(id: string): Promise<FormatInfo> {
  if (isOwnFormat(id)) return ownFormats[id];
  return (await import('./formats.js')).formatInfo(id);
}

/** A format of `src/formats` by its id, which is that of one. @throws OptionError `UnknownFormat` for others */
export async function findOtherFormat(id: string): Promise<Format> {
  const [{ otherFormats }, { formatInfo }] = await Promise.all([
    import('../formats/index.js'),
    import('./formats.js'),
  ]);
  const info = formatInfo(id);
  return otherFormats.find((format) => format.info === info)!;
}
