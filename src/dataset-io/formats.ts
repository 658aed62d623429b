import { type FormatInfo, otherFormats } from '../formats/index.js';
import { OptionError } from '../model/index.js';
import { ownFormats } from './own-formats.js';

export type { FormatInfo, FormatOption, FormatValues } from '../formats/index.js';

/** The id of a format, as {@link formats} lists them. */
export type FormatId = string;

/** Every format this version knows, in the order `formats` lists them. */
export const formats: readonly FormatInfo[] = [
  ...Object.values(ownFormats),
  ...otherFormats.map(({ info }) => info),
];

const byId = new Map(formats.map((info) => [info.id, info]));

/** True for the id of a known format. */
export function isFormatId(id: string): boolean {
  return byId.has(id);
}

/**
 * The description of a format.
 *
 * @throws OptionError `UnknownFormat` that names the known ones
 */
export function formatInfo(id: string): FormatInfo {
  const info = byId.get(id);
  if (info !== undefined) return info;
  throw new OptionError(`there is no format "${id}"`, {
    code: 'UnknownFormat',
    hint: `Known formats: ${[...byId.keys()].join(', ')}.`,
  });
}
