import { type ExampleFile, type RuleExample, rerun, run } from './example.js';
import { voc } from './voc-file.js';

interface MaskedObject {
  readonly name?: string;
  readonly colour?: string;
  /** xmin, ymin, xmax, ymax; absent: no shape. */
  readonly box?: readonly [number, number, number, number] | undefined;
  /** A mask of its own. */
  readonly mask?: string;
}

const red = '128,0,0';
const green = '0,128,0';
const inMiddle = [1, 1, 3, 3] as const;

function objectText({ name = 'cat', colour = red, box, mask }: MaskedObject): string {
  const own = mask === undefined ? '' : `        <mask_source>${mask}</mask_source>\n`;
  const shape =
    box === undefined
      ? ''
      : `        <bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox>\n`;
  return `    <object>
        <name>${name}</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>0</difficult>
        <mask_color>${colour}</mask_color>
${own}        <occluded>0</occluded>
${shape}    </object>
`;
}

/** An image of 5 × 4 pixels with a mask. */
function image(
  mask: ExampleFile,
  objects: readonly MaskedObject[] = [{ box: inMiddle }],
  source = 'a_mask.png',
): Readonly<Record<string, ExampleFile>> {
  const body = `    <mask_source>${source}</mask_source>\n${objects.map(objectText).join('')}`;
  return {
    'set/a.jpg': { image: 'jpeg', width: 5, height: 4 },
    'set/a.xml': voc({ object: body })
      .replace('<width>100', '<width>5')
      .replace('<height>80', '<height>4')
      .replace('<segmented>0', '<segmented>1'),
    'set/a_mask.png': mask,
  };
}

const mask = (...rows: readonly string[]): ExampleFile => ({ mask: rows, as: 'palette' });
const plain = mask('.....', '.11..', '.11..', '.....');
const check = 'validate set --from image-segmentation';
const info = `${check} --severity info`;
const coco = (width: number, height: number, ...boxes: readonly (readonly number[])[]) =>
  `{"images":[{"id":1,"file_name":"a.jpg"${width === 0 ? '' : `,"width":${width},"height":${height}`}}],"categories":[{"id":1,"name":"cat"}],"annotations":[${boxes.map((box, at) => `{"id":${at + 1},"image_id":1,"category_id":1,"bbox":[${box}]}`).join(',')}]}\n`;
const manyLabels = (count: number): ExampleFile => ({
  before: 'filename,class,xmin,ymin,xmax,ymax\n',
  repeat: 'a.jpg,label-#,1,1,3,3\n',
  times: count,
});
const small = { image: 'jpeg', width: 5, height: 4 } as const;
const toMasks =
  'convert data.json out --to image-segmentation --images copy --on-error skip --allow-loss all';

/** Rules about masks: P001–P013. */
export const maskExamples: readonly RuleExample[] = [
  {
    rule: 'P001',
    prints:
      'set/a.xml:11:5  warning  the mask obs://bucket/masks/a_mask.png is not in the input, and was not looked at  [P001]',
    ...run(
      check,
      Object.fromEntries(
        Object.entries(image(plain, undefined, 'obs://bucket/masks/a_mask.png')).filter(
          ([name]) => name !== 'set/a_mask.png',
        ),
      ),
      image(plain),
    ),
  },
  {
    rule: 'P002',
    prints: 'set/a_mask.png  warning  no object has the colour 0,128,0 (2 pixels, the first at 3,3)  [P002]',
    ...run(check, image(mask('.....', '.11..', '.11..', '...22')), image(plain)),
  },
  {
    rule: 'P003',
    prints:
      'set/a.xml:26:9  warning  2 objects have the colour 128,0,0, and this one has no shape to tell which pixels are its own  [P003]',
    also: ['V050'],
    ...run(
      check,
      image(plain, [{ box: inMiddle }, {}]),
      image(mask('.....', '.11..', '.11..', '...22'), [{ box: inMiddle }, { colour: green }]),
    ),
  },
  {
    rule: 'P004',
    prints:
      'set/a_mask.png  info  the levels of the mask were taken as indices of the VOC colour map  [P004]',
    ...run(
      info,
      image({ mask: ['.....', '.11..', '.11..', '.....'], as: 'grey' }),
      image({ mask: ['.....', '.11..', '.11..', '.....'], as: 'rgb' }),
    ),
  },
  {
    rule: 'P005',
    prints:
      'set/a_mask.png  warning  the mask has 16 bits for each pixel, which were taken as indices  [P005]',
    ...run(check, image({ mask: ['.....', '.11..', '.11..', '.....'], as: 'grey16' }), image(plain)),
  },
  {
    rule: 'P006',
    prints:
      'set/a.xml:12:5  info  the object has 2 regions in the mask, and is read as so many objects  [P006]',
    also: ['V050'],
    ...run(
      info,
      image(mask('11...', '11...', '.....', '...11'), [{}]),
      image(mask('11...', '11...', '11...', '.....'), [{}]),
    ),
  },
  {
    rule: 'P007',
    prints: 'set/a.xml:12:5  warning  1 hole of 1 pixels is filled  [P007]',
    also: ['V050'],
    ...rerun(
      `${check} --from-option holes=fill`,
      `${check} --from-option holes=cut`,
      image(mask('.111.', '.1.1.', '.111.', '.....'), [{}]),
    ),
  },
  {
    rule: 'P008',
    prints: 'set/a.xml:19:9  warning  the box is 0,0,5,4, but the colour of the object fills 1,1,3,3  [P008]',
    ...run(`${check} --from-option polygons=from-mask`, image(plain, [{ box: [0, 0, 5, 4] }]), image(plain)),
  },
  {
    rule: 'P009',
    prints: 'set/a.xml:27:9  error  there is no file dog.png  [P009]',
    ...run(
      check,
      image(plain, [{ box: inMiddle }, { box: [3, 0, 5, 2], mask: 'dog.png', colour: green, name: 'dog' }]),
      { 'set/dog.png': mask('...22', '...22', '.....', '.....') },
    ),
  },
  {
    rule: 'P010',
    prints: 'data.json  warning  an object "cat" has no pixel in the mask  [P010]',
    ...run(
      toMasks,
      { 'data.json': coco(5, 4, [1, 1, 2, 2], [1, 1, 2, 2]), 'a.jpg': small },
      { 'data.json': coco(5, 4, [1, 1, 2, 2], [3, 3, 2, 1]) },
    ),
  },
  {
    rule: 'P011',
    prints: 'data.json  error  the image is 20000×20000, too large for a mask  [P011]',
    ...run(
      toMasks,
      { 'data.json': coco(20_000, 20_000, [1, 1, 2, 2]), 'a.jpg': small },
      { 'data.json': coco(5, 4, [1, 1, 2, 2]) },
    ),
  },
  {
    rule: 'P012',
    prints: 'boxes.csv:2  error  "label-255" is label 255, and masks tell 254 apart  [P012]',
    also: ['P010'],
    ...run(
      'convert boxes.csv out --to image-segmentation --images copy --on-error skip',
      { 'boxes.csv': manyLabels(255), 'a.jpg': small },
      { 'boxes.csv': manyLabels(254) },
    ),
  },
  {
    rule: 'P013',
    prints: 'out  warning  1 annotation file has no image beside  [P013]',
    ...rerun(
      'convert data.json out --to image-segmentation',
      'convert data.json out --to image-segmentation --images copy',
      { 'data.json': coco(5, 4, [1, 1, 2, 2]), 'a.jpg': small },
    ),
  },
];

const table = (rows: string, schema = 'id=INT,name=STRING') => ({
  check: `validate set --from table-csv --from-option schema=${schema}`,
  files: { 'set/people.csv': `id,name\n${rows}` },
});
const people = table('1,Ada\n');

/** Rules about tables: T001–T009. */
export const tableExamples: readonly RuleExample[] = [
  {
    rule: 'T001',
    prints: 'set/people.csv:1:4  warning  column 2 is "name", and in the schema "full"  [T001]',
    ...rerun(
      'validate set --from table-csv --from-option schema=id=STRING,full=STRING',
      'validate set --from table-csv --from-option schema=id=STRING,name=STRING',
      people.files,
    ),
  },
  {
    rule: 'T002',
    prints: 'set/people.csv:2:12  warning  the row has 3 columns, not 2, and is ignored  [T002]',
    ...run(people.check, table('1,Lovelace, Ada\n').files, table('1,"Lovelace, Ada"\n').files),
  },
  {
    rule: 'T003',
    prints: 'set/people.csv:2:1  warning  id is "one", not a INT  [T003]',
    ...run(people.check, table('one,Ada\n').files, people.files),
  },
  {
    rule: 'T004',
    prints:
      'set/people.csv:2:3  error  a quote is opened here and never closed; nothing after it is read  [T004]',
    ...run(people.check, table('1,"Ada\n2,Bo\n').files, table('1,"Ada"\n2,Bo\n').files),
  },
  {
    rule: 'T005',
    prints: 'set/people.csv:1:4  error  column 2 is "name", and in more.csv "town"  [T005]',
    ...run(
      'validate set --from table-csv',
      { ...people.files, 'set/more.csv': 'id,town\n2,Bonn\n' },
      { 'set/more.csv': 'id,name\n2,Bo\n' },
    ),
  },
  {
    rule: 'T006',
    prints: 'set  warning  the type of "id" is "NUMBER", and STRING is taken  [T006]',
    ...rerun(
      'validate set --from table-csv --from-option schema=id=NUMBER,name=STRING',
      people.check,
      people.files,
    ),
  },
  {
    rule: 'T007',
    prints: 'set/people.csv:1:6  error  two columns are called "name"  [T007]',
    ...run(
      'validate set --from table-csv',
      { 'set/people.csv': 'name,name\nAda,Lovelace\n' },
      { 'set/people.csv': 'name,surname\nAda,Lovelace\n' },
    ),
  },
  {
    rule: 'T008',
    prints:
      'set/people.csv:2:1  error  the row is not UTF-8, or has U+FFFD in place of a lost character  [T008]',
    ...run(
      people.check,
      {
        'set/people.csv': {
          hex: '69642c6e616d650a312c416461ff0a',
          about: 'id,name in the first line; 1,Ada and a byte FF in the second',
        },
      },
      people.files,
    ),
  },
  {
    rule: 'T009',
    prints:
      'set/sums.csv:2:3  warning  the cell "\\t=A1+1" looks guarded already, and stays as it is  [T009]',
    ...run(
      'convert set out --from table-csv --to table-csv --images copy --to-option formula-guard',
      { 'set/sums.csv': 'id,sum\n1,\t=A1+1\n' },
      { 'set/sums.csv': 'id,sum\n1,=A1+1\n' },
    ),
  },
];
