import { OptionError } from '../model/index.js';

/** A kind of fault that `repair` mends when it is told to. */
export interface Fix {
  readonly name: FixName;
  /** What it does: one sentence. */
  readonly summary: string;
  /** Ids of the rules whose findings it mends. */
  readonly rules: readonly string[];
}

/** Every fix, in the order in which they are applied. */
const table = [
  [
    'bom',
    ['V005', 'M002'],
    'Takes the UTF-8 byte order mark off annotation files; manifests are written without one anyway.',
  ],
  [
    'crlf',
    ['M007'],
    'Ends the lines of annotation files with LF alone, as those of manifests are written anyway.',
  ],
  ['drop-unparsable', ['V001', 'M083'], 'Leaves out samples whose annotation file cannot be read.'],
  ['drop-unlabelled', ['V030'], 'Leaves out samples without any object or other label.'],
  [
    'drop-unboxed',
    ['V050'],
    'Leaves out samples whose annotation file has objects and none of them a bndbox.',
  ],
  ['drop-boxless', ['V050'], 'Removes objects that have no bndbox.'],
  [
    'rescale',
    ['V028'],
    'Scales shapes and size of an image that was scaled after it was labelled: its sides are in the same proportion.',
  ],
  ['correct-size', ['V028'], 'Writes width and height of the image where the file states others.'],
  [
    'fill-size',
    ['V022', 'V023'],
    'Writes width and height where they are missing or 0, from the header of the image.',
  ],
  [
    'filename',
    ['V021', 'V026', 'V027', 'M084'],
    'Names the image in <filename> as the annotation file and the image are named.',
  ],
  [
    'extension',
    ['V026'],
    'Gives <filename>, and source where there is such a file, the extension of what the image is by its content.',
  ],
  ['path', ['V031'], 'Removes a <path> that is not where the image is.'],
  ['swap-corners', ['V075'], 'Puts the corners of boxes in order.'],
  ['drop-small', ['V076'], 'Removes boxes with a side under the least one.'],
  ['drop-swapped', ['V075'], 'Removes boxes whose corners are swapped.'],
  ['drop-outside', ['V077'], 'Removes shapes that are mostly outside of their image.'],
  ['clip', ['V074', 'V077'], 'Cuts boxes and polygons at the edges of their image.'],
  [
    'drop-degenerate',
    ['V076', 'V078', 'V081', 'V083', 'V084'],
    'Removes shapes without extent: boxes with a side of 0, outlines without area, segments without length.',
  ],
  ['drop-emptied', ['V030'], 'Leaves out samples that lost all their objects to the other fixes.'],
  ['usage-case', [], 'Writes a known usage in capital letters.'],
  ['hard-type', [], 'Writes hard as true or false where it is a string or a number that means one of them.'],
  ['difficult-type', [], 'Writes <difficult> as 1 or 0 where it is true or false.'],
  ['mark-checked', [], 'Sets the sample property @modelarts:data_checked to true.'],
] as const;

/** The name of a fix: `swap-corners`, `clip` and so on. */
export type FixName = (typeof table)[number][0];

/** Every fix, with the rules whose findings it mends. */
export const fixes: readonly Fix[] = table.map(([name, rules, summary]) => ({ name, rules, summary }));

/** Fixes that are applied together, by the name of the whole. */
export const fixProfiles: Readonly<Record<string, readonly FixName[]>> = {
  /**
   * The eleven rules that the platform publishes for annotation files of its data validation operator (MetaValidation), in
   * their order, and what it does with samples after that.
   */
  metavalidation: [
    'drop-unparsable',
    'drop-unlabelled',
    'drop-unboxed',
    'drop-boxless',
    'correct-size',
    'fill-size',
    'rescale',
    'drop-small',
    'drop-swapped',
    'drop-outside',
    'clip',
    'drop-emptied',
    'mark-checked',
  ],
};

/**
 * Reads names of fixes and profiles.
 *
 * @throws OptionError for a name there is none of
 */
export function parseFixes(names: Iterable<string>): ReadonlySet<FixName> {
  const chosen = new Set<FixName>();
  for (const name of names) {
    const profile = Object.hasOwn(fixProfiles, name) ? fixProfiles[name] : undefined;
    const fix = fixes.find((one) => one.name === name)?.name;
    if (profile === undefined && fix === undefined) {
      throw new OptionError(`there is no fix "${name}"`, {
        hint: `Fixes: ${fixes.map((one) => one.name).join(', ')}. Several at once: ${Object.keys(fixProfiles).join(', ')}.`,
      });
    }
    for (const one of profile ?? [fix!]) chosen.add(one);
  }
  return chosen;
}

/** Names of the fixes that mend what a rule finds. */
export function fixesOfRule(rule: string): readonly FixName[] {
  return fixes.filter(({ rules }) => rules.includes(rule)).map(({ name }) => name);
}
