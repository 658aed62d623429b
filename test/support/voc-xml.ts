/** What {@link vocXml} puts into an object. */
export interface TestObject {
  readonly name?: string;
  /** xmin, ymin, xmax, ymax */
  readonly box?: readonly [number, number, number, number];
  readonly difficult?: 0 | 1;
}

/** A small VOC file without findings in strict mode, unless it is given faulty content. */
export function vocXml(
  fileName: string,
  objects: readonly TestObject[] = [{ name: 'cat' }],
  size: readonly [number, number] = [100, 80],
): string {
  const body = objects
    .map(
      ({ name = 'cat', box = [10, 10, 40, 40], difficult = 0 }) => `    <object>
        <name>${name}</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>${difficult}</difficult>
        <occluded>0</occluded>
        <bndbox>
            <xmin>${box[0]}</xmin>
            <ymin>${box[1]}</ymin>
            <xmax>${box[2]}</xmax>
            <ymax>${box[3]}</ymax>
        </bndbox>
    </object>
`,
    )
    .join('');
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<annotation>
    <folder>Images</folder>
    <filename>${fileName}</filename>
    <source>
        <database>Unknown</database>
    </source>
    <size>
        <width>${size[0]}</width>
        <height>${size[1]}</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
${body}</annotation>
`;
}
