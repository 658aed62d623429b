/** What a column can be. */
export const fields = [
  'image',
  'imageWidth',
  'imageHeight',
  'usage',
  'label',
  'xmin',
  'ymin',
  'xmax',
  'ymax',
  'width',
  'height',
  'confidence',
  'difficult',
  'truncated',
  'occluded',
] as const;
export type Field = (typeof fields)[number];

/** Headers that mean a field without being told so, in lower case without blanks, `_` and `-`. */
const headers: Readonly<Partial<Record<Field, readonly string[]>>> = {
  image: [
    'image',
    'filename',
    'file',
    'imagepath',
    'imagename',
    'imagefile',
    'path',
    'filepath',
    'img',
    'imageid',
  ],
  imageWidth: ['imagewidth', 'imgwidth'],
  imageHeight: ['imageheight', 'imgheight'],
  usage: ['usage', 'split', 'subset', 'set'],
  label: ['label', 'class', 'classname', 'category', 'labelname', 'name'],
  xmin: ['xmin', 'x1', 'left', 'x', 'bboxxmin', 'bboxx'],
  ymin: ['ymin', 'y1', 'top', 'y', 'bboxymin', 'bboxy'],
  xmax: ['xmax', 'x2', 'right', 'bboxxmax'],
  ymax: ['ymax', 'y2', 'bottom', 'bboxymax'],
  width: ['w', 'boxwidth', 'bboxwidth', 'bboxw'],
  height: ['h', 'boxheight', 'bboxheight', 'bboxh'],
  confidence: ['confidence', 'score', 'conf'],
  difficult: ['difficult'],
  truncated: ['truncated'],
  occluded: ['occluded'],
};

const byHeader = new Map(
  Object.entries(headers).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
);

/** Index of the column of each field. */
export type Columns = ReadonlyMap<Field, number>;

/**
 * The columns of a header.
 *
 * @param named `field=header`, which goes before what headers mean by themselves
 * @returns what is wrong with `named` as a text
 */
export function columnsOf(header: readonly string[], named: readonly string[]): Columns | string {
  const columns = new Map<Field, number>();
  for (const entry of named) {
    const sign = entry.indexOf('=');
    const field = entry.slice(0, sign);
    if (sign < 1 || !isField(field)) return `"${entry}" is no field=header; fields are ${fields.join(', ')}`;
    const at = header.indexOf(entry.slice(sign + 1));
    if (at < 0) return `there is no column "${entry.slice(sign + 1)}" for ${field}`;
    columns.set(field, at);
  }
  const taken = new Set(columns.values());
  const plain = new Map<string, number>();
  for (const [at, name] of header.entries()) {
    const key = name.toLowerCase().replace(/[\s_-]/g, '');
    if (!taken.has(at) && !plain.has(key)) plain.set(key, at);
  }
  for (const [key, at] of plain) {
    const field = byHeader.get(key);
    if (field !== undefined && !columns.has(field)) columns.set(field, at);
  }
  // Beside an xmax they are the image's, else the box's.
  const isSize = columns.has('xmax');
  for (const [key, size, box] of [
    ['width', 'imageWidth', 'width'],
    ['height', 'imageHeight', 'height'],
  ] as const) {
    const at = plain.get(key);
    const field = isSize ? size : box;
    if (at !== undefined && !columns.has(field)) columns.set(field, at);
  }
  return columns;
}

/** The columns of a file without a header: the fields in their order, and `-` for what is none. */
export function columnsInOrder(names: readonly string[]): Columns | string {
  const columns = new Map<Field, number>();
  for (const [at, name] of names.entries()) {
    if (name === '-') continue;
    if (!isField(name)) return `"${name}" is no field; fields are ${fields.join(', ')}, and - for others`;
    columns.set(name, at);
  }
  return columns;
}

function isField(name: string): name is Field {
  return (fields as readonly string[]).includes(name);
}

/** What is missing for boxes to be read; undefined when nothing is. */
export function missingOf(columns: Columns): string | undefined {
  const missing = (['image', 'xmin', 'ymin'] as const).filter((field) => !columns.has(field));
  if (missing.length > 0) return missing.join(', ');
  if (!columns.has('xmax') && !columns.has('width')) return 'xmax or width';
  return columns.has('ymax') || columns.has('height') ? undefined : 'ymax or height';
}
