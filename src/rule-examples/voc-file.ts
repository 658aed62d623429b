import type { ExampleFiles, ExampleRun } from './example.js';

/** A Pascal VOC file in which nothing is wrong: a picture of 100 × 80 pixels with one box, or without. */
export const voc = ({
  image = 'a.jpg',
  object = `    <object>
        <name>cat</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>0</difficult>
        <occluded>0</occluded>
        <bndbox>
            <xmin>10</xmin>
            <ymin>20</ymin>
            <xmax>40</xmax>
            <ymax>70</ymax>
        </bndbox>
    </object>
`,
}: {
  readonly image?: string;
  /** Its lines. */
  readonly object?: string;
} = {}) => `<?xml version="1.0" encoding="UTF-8"?>
<annotation>
    <folder>images</folder>
    <filename>${image}</filename>
    <size>
        <width>100</width>
        <height>80</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
${object}</annotation>
`;

/** What stands in place of what. */
export type Change = readonly [was: string, is: string];

/** A text with the first occurrence of something replaced. */
function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((whole, [was, is]) => {
    if (!whole.includes(was)) throw new Error(`nothing in the file is ${was}`);
    return whole.replace(was, () => is);
  }, text);
}

/**
 * A Pascal VOC file, validated.
 *
 * @param broken what is replaced in {@link voc} to break it
 * @param fixed what is replaced in it where mending leads to something else than {@link voc}
 */
export function vocFile(
  broken: readonly Change[],
  {
    fixed = [],
    options = '',
    files = {},
  }: { fixed?: readonly Change[]; options?: string; files?: ExampleFiles } = {},
): ExampleRun {
  return {
    command: `labelkit validate a.xml${options === '' ? '' : ` ${options}`}`,
    broken: { ...files, 'a.xml': changed(voc(), broken) },
    fixed: { ...files, 'a.xml': changed(voc(), fixed) },
  };
}

/** Replaces the box of {@link voc} by another shape. */
export function shape(elements: string): Change {
  const box = /<bndbox>.*<\/bndbox>/s.exec(voc())![0];
  return [box, elements];
}

/** Adds elements to the object of {@link voc}, before its box. */
export const member = (elements: string): Change => [
  '        <bndbox>',
  `        ${elements}\n        <bndbox>`,
];
