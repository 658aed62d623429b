import { type ExampleFiles, jpeg, type RuleExample, rerun, run } from './example.js';

const car = 'Car 0.00 0 -1.57 10 20 40 70 2.85 2.63 12.34 0.47 1.49 69.44 -1.56\n';
const kitti = (label: string) => ({
  'set/training/image_2/a.png': { image: 'png', width: 100, height: 80 } as const,
  'set/training/label_2/a.txt': label,
});
const kittiRun = (broken: string) => run('validate set', kitti(broken), kitti(car));
const csv = (header: string, ...rows: readonly string[]) =>
  [header, ...rows].map((row) => `${row}\n`).join('');
const boxHeader = 'filename,class,xmin,ymin,xmax,ymax';
const boxFile = (...rows: readonly string[]) => ({ 'boxes.csv': csv(boxHeader, ...rows), 'a.jpg': jpeg });
const coco = (object: string) => ({
  'data.json': `{"images":[{"id":1,"file_name":"a.jpg","width":100,"height":80}],"categories":[{"id":1,"name":"cat"}],"annotations":[{"id":1,"image_id":1,"category_id":1,${object}}]}\n`,
  'a.jpg': jpeg,
});
const triangle = '"bbox":[10,20,30,50],"segmentation":[[10,20,40,20,40,70]]';
const asBoxes = (format: string, files: ExampleFiles) =>
  rerun(
    `convert data.json out --to ${format} --on-error skip`,
    `convert data.json out --to ${format} --on-error skip --to-option shapes=bbox`,
    files,
    ['C001'],
  );

/** Rules of KITTI: N100–N103. */
export const kittiExamples: readonly RuleExample[] = [
  {
    rule: 'N100',
    prints: 'set/training/label_2/a.txt:1:27  error  the line has 8 fields, not 15  [N100]',
    ...kittiRun('Car 0.00 0 -1.57 10 20 40 70\n'),
  },
  {
    rule: 'N101',
    prints: 'set/training/label_2/a.txt:1:24  error  right is "40,5", not a number  [N101]',
    ...kittiRun(car.replace(' 40 ', ' 40,5 ')),
  },
  {
    rule: 'N102',
    prints: 'set/training/label_2/a.txt:1:18  warning  the box 10, 20, 10, 70 has no area  [N102]',
    ...kittiRun(car.replace(' 40 ', ' 10 ')),
  },
  {
    rule: 'N103',
    prints: 'boxes.csv:2  error  the label "big car" has blanks, which separate fields  [N103]',
    ...run(
      'convert boxes.csv out --to kitti --on-error skip',
      boxFile('a.jpg,big car,10,20,40,70'),
      boxFile('a.jpg,big-car,10,20,40,70'),
    ),
  },
];

const ship = '10 20 40 20 40 70 10 70 ship 0\n';
const dota = (label: string) => ({
  'set/train/images/a.png': { image: 'png', width: 100, height: 80 } as const,
  'set/train/labelTxt/a.txt': label,
});
const dotaRun = (broken: string, fixed = ship, options = '') =>
  run(`validate set${options}`, dota(broken), dota(fixed));

/** Rules of DOTA: N110–N114. */
export const dotaExamples: readonly RuleExample[] = [
  {
    rule: 'N110',
    prints: 'set/train/labelTxt/a.txt:1:18  error  the line has 6 fields, not 9 or 10  [N110]',
    ...dotaRun('10 20 40 70 ship 0\n'),
  },
  {
    rule: 'N111',
    prints: 'set/train/labelTxt/a.txt:1:7  error  the coordinate "40,5" is not a number  [N111]',
    ...dotaRun(ship.replace('40', '40,5'), ship.replace('40', '40.5')),
  },
  {
    rule: 'N112',
    prints: 'set/train/labelTxt/a.txt:1:1  info  camera is kept as a property  [N112]',
    ...dotaRun(`camera:GF2\n${ship}`, `imagesource:GF2\n${ship}`, ' --from dota --severity info'),
  },
  {
    rule: 'N113',
    prints: 'data.json  error  a polygon cannot be written as four corners  [N113]',
    ...asBoxes('dota', coco(triangle)),
  },
  {
    rule: 'N114',
    prints: 'set/train/labelTxt/a.txt:1:1  warning  the four corners have no area between them  [N114]',
    ...dotaRun('10 20 10 20 10 20 10 20 ship 0\n'),
  },
];

const face = '10 20 30 40 0 0 0 0 0 0';
const wider = (list: string) => ({
  'set/WIDER_train/images/0--Parade/a.jpg': jpeg,
  'set/wider_face_split/wider_face_train_bbx_gt.txt': list,
});
const faces = (text: string) => `0--Parade/a.jpg\n1\n${text}\n`;
const widerRun = (broken: string) => run('validate set', wider(broken), wider(faces(face)));

/** Rules of WIDER FACE: N120–N125. */
export const widerfaceExamples: readonly RuleExample[] = [
  {
    rule: 'N120',
    prints:
      'set/wider_face_split/wider_face_train_bbx_gt.txt:2:1  error  "one" is not the number of faces of 0--Parade/a.jpg  [N120]',
    ...widerRun(`0--Parade/a.jpg\none\n${face}\n`),
  },
  {
    rule: 'N121',
    prints:
      'set/wider_face_split/wider_face_train_bbx_gt.txt:4:1  warning  there is no image "0--Parade/b.jpg"  [N121]',
    ...run('validate set', wider(`${faces(face)}${faces(face).replace('a.jpg', 'b.jpg')}`), {
      'set/WIDER_train/images/0--Parade/b.jpg': jpeg,
    }),
  },
  {
    rule: 'N122',
    prints:
      'set/wider_face_split/wider_face_train_bbx_gt.txt:3:7  error  the line has 3 numbers, not 4 to 10  [N122]',
    ...widerRun(faces('10 20 30')),
  },
  {
    rule: 'N123',
    prints:
      'set/wider_face_split/wider_face_train_bbx_gt.txt:3:7  warning  the face is 0 wide and 40 high  [N123]',
    ...widerRun(faces(face.replace('30', '0'))),
  },
  {
    rule: 'N124',
    prints: 'set  warning  1 image is in no list, such as WIDER_train/images/0--Parade/b.jpg  [N124]',
    ...run(
      'validate set',
      { ...wider(faces(face)), 'set/WIDER_train/images/0--Parade/b.jpg': jpeg },
      {
        'set/wider_face_split/wider_face_train_bbx_gt.txt': `${faces(face)}${faces(face).replace('a.jpg', 'b.jpg')}`,
      },
    ),
  },
  {
    rule: 'N125',
    prints:
      'set/wider_face_split/wider_face_train_bbx_gt.txt:4:1  warning  the image "0--Parade/a.jpg" is listed before  [N125]',
    ...widerRun(`${faces(face)}${faces(face)}`),
  },
];

const openHeader = 'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax';
const row = 'a,xclick,/m/01,1,0.1,0.4,0.25,0.75';
const open = (...rows: readonly string[]) => ({
  'set/class-descriptions-boxable.csv': '/m/01,Cat\n',
  'set/train-annotations-bbox.csv': csv(openHeader, ...rows),
  'set/train/a.jpg': jpeg,
});
const openRun = (broken: string) => run('validate set', open(broken), open(row));
const other = row.replace('a,', 'b,');

/** Rules of Open Images: N130–N139. */
export const openImagesExamples: readonly RuleExample[] = [
  {
    rule: 'N130',
    prints: 'set/train-annotations-bbox.csv:1:1  error  the header has no YMax  [N130]',
    ...run(
      'validate set --from openimages',
      { ...open(row), 'set/train-annotations-bbox.csv': csv(openHeader.replace(',YMax', ',Height'), row) },
      open(row),
    ),
  },
  {
    rule: 'N131',
    prints: 'set/train-annotations-bbox.csv:2:22  error  XMax is "40", not a number from 0 to 1  [N131]',
    ...openRun(row.replace('0.4', '40')),
  },
  {
    rule: 'N132',
    prints:
      'set/train-annotations-bbox.csv:3:1  error  the size of the image is not known: there is no image "b"  [N132]',
    ...run('validate set', open(row, other), { 'set/train/b.jpg': jpeg }),
  },
  {
    rule: 'N133',
    prints: 'set/train-annotations-bbox.csv:2:10  warning  the class /m/02 has no name  [N133]',
    ...openRun(row.replace('/m/01', '/m/02')),
  },
  {
    rule: 'N134',
    prints: 'set/train-annotations-bbox.csv:4:1  warning  rows of "a" stand further up as well  [N134]',
    ...run(
      'validate set',
      { ...open(row, other, row.replace('0.4', '0.5')), 'set/train/b.jpg': jpeg },
      open(row, row.replace('0.4', '0.5'), other),
    ),
  },
  {
    rule: 'N135',
    prints: 'set/train-annotations-bbox.csv:2:18  warning  the box 0.1, 0.25, 0.1, 0.75 has no area  [N135]',
    ...openRun(row.replace('0.4', '0.1')),
  },
  {
    rule: 'N136',
    prints: 'set/train-annotations-bbox.csv:2:10  error  the box has no class  [N136]',
    ...openRun(row.replace('/m/01', '')),
  },
  {
    rule: 'N137',
    prints: 'set/train/a.png  error  train/a.png and train/a.jpg are images of one ImageID  [N137]',
    ...run(
      'validate set',
      { ...open(row), 'set/train/a.png': { image: 'png', width: 100, height: 80 } },
      { 'set/train/a.png': undefined },
    ),
  },
  {
    rule: 'N138',
    prints: 'data.json  error  a polygon cannot be written as a box  [N138]',
    ...asBoxes('openimages --images copy', coco(triangle)),
  },
  {
    rule: 'N139',
    prints: 'boxes.csv:2  warning  the box 10,20,140,70 is cut off at the border of the image  [N139]',
    ...run(
      'convert boxes.csv out --to openimages --images copy',
      boxFile('a.jpg,cat,10,20,140,70'),
      boxFile('a.jpg,cat,10,20,100,70'),
    ),
  },
];

const check = 'validate boxes.csv --from csv-boxes';
const good = 'a.jpg,cat,10,20,40,70';
const csvRun = (broken: string) => run(check, boxFile(broken), boxFile(good));

/** Rules of CSV files of boxes: N140–N146. */
export const csvBoxesExamples: readonly RuleExample[] = [
  {
    rule: 'N140',
    prints: 'boxes.csv:1:1  error  no column is image, xmin, ymin  [N140]',
    ...rerun(check, `${check} --from-option columns=image=Photo,label=Kind,xmin=L,ymin=T,xmax=R,ymax=B`, {
      'boxes.csv': csv('Photo,Kind,L,T,R,B', good),
    }),
  },
  {
    rule: 'N141',
    prints: 'boxes.csv:2:11  error  xmin is "10px", not a number  [N141]',
    ...csvRun('a.jpg,cat,10px,20,40,70'),
  },
  {
    rule: 'N142',
    prints: 'boxes.csv:2:11  warning  the box 40, 20, 40, 70 has no area  [N142]',
    ...csvRun('a.jpg,cat,40,20,40,70'),
  },
  {
    rule: 'N143',
    prints: 'boxes.csv:4:1  warning  rows of a.jpg stand further up as well  [N143]',
    ...run(
      check,
      boxFile(good, 'b.jpg,cat,10,20,40,70', 'a.jpg,dog,1,2,30,40'),
      boxFile(good, 'a.jpg,dog,1,2,30,40', 'b.jpg,cat,10,20,40,70'),
    ),
  },
  {
    rule: 'N144',
    prints:
      'boxes.csv:2:1  error  the size of a.jpg is not known: cannot read a.jpg: it does not exist  [N144]',
    ...run(
      `${check} --from-option normalised`,
      { 'boxes.csv': csv(boxHeader, 'a.jpg,cat,0.1,0.25,0.4,0.75') },
      { 'a.jpg': jpeg },
    ),
  },
  {
    rule: 'N145',
    prints: 'boxes.csv:2:1  error  the row does not name an image  [N145]',
    ...csvRun(',cat,10,20,40,70'),
  },
  {
    rule: 'N146',
    prints: 'data.json  error  a polygon cannot be written as a box  [N146]',
    ...rerun(
      'convert data.json out.csv --to csv-boxes --on-error skip',
      'convert data.json out.csv --to csv-boxes --on-error skip --to-option shapes=bbox',
      coco(triangle),
      ['C001'],
    ),
  },
];
