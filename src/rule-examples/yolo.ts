import { jpeg, type RuleExample, rerun, run } from './example.js';

const names = 'names: [cat, dog]\n';
const yaml = `train: images\n${names}`;
/** An Ultralytics tree of one image. */
const tree = (label: string, description = yaml) => ({
  'set/data.yaml': description,
  'set/images/a.jpg': jpeg,
  'set/labels/a.txt': label,
});
const good = '0 0.5 0.5 0.2 0.2\n';
/** A Darknet tree of one image, with changes. */
const darknet = (data = 'classes = 1\ntrain = train.txt\nnames = obj.names\n') => ({
  'set/obj.data': data,
  'set/obj.names': 'cat\n',
  'set/train.txt': 'obj_train_data/a.jpg\n',
  'set/obj_train_data/a.jpg': jpeg,
  'set/obj_train_data/a.txt': good,
});
const check = 'validate set';
const line = (broken: string, fixed = good) => run(check, tree(broken), tree(fixed));
const described = (broken: string, fixed = yaml) => run(check, tree(good, broken), tree(good, fixed));

/** Rules of YOLO trees: Y001–Y021. */
export const yoloExamples: readonly RuleExample[] = [
  {
    rule: 'Y001',
    prints: 'set/obj.data  error  there is neither obj.data nor data.yaml  [Y001]',
    ...run(
      'validate set --from yolo',
      { 'set/images/a.jpg': jpeg, 'set/labels/a.txt': good },
      { 'set/data.yaml': yaml },
    ),
  },
  {
    rule: 'Y002',
    prints: 'set/data.yaml  error  data.yaml has neither train nor val  [Y002]',
    ...described(names),
    command: 'labelkit validate set --from yolo',
  },
  {
    rule: 'Y003',
    prints: 'set/data.yaml:2:8  error  class 1 has no name  [Y003]',
    ...described('train: images\nnames: {0: cat, 2: dog}\n', 'train: images\nnames: {0: cat, 1: dog}\n'),
  },
  {
    rule: 'Y004',
    prints: 'set/data.yaml:2:14  warning  classes 0 and 1 have the same name "cat"  [Y004]',
    ...described('train: images\nnames: [cat, cat]\n'),
  },
  {
    rule: 'Y005',
    prints: 'set/obj.data:4:1  info  the key "owner" is ignored  [Y005]',
    ...run(
      'validate set --severity info',
      darknet('classes = 1\ntrain = train.txt\nnames = obj.names\nowner = me\n'),
      darknet(),
    ),
  },
  {
    rule: 'Y006',
    prints: 'set/data.yaml:3:5  error  nc is 3, and there are 2 names  [Y006]',
    ...described(`${yaml}nc: 3\n`, `${yaml}nc: 2\n`),
  },
  {
    rule: 'Y007',
    prints: 'set/train.txt:2:1  error  there is no image "obj_train_data/b.jpg"  [Y007]',
    ...run(
      check,
      { ...darknet(), 'set/train.txt': 'obj_train_data/a.jpg\nobj_train_data/b.jpg\n' },
      { 'set/train.txt': 'obj_train_data/a.jpg\n' },
    ),
  },
  {
    rule: 'Y008',
    prints: 'set/obj_train_data/b.jpg  error  obj_train_data/b.jpg is in no list  [Y008]',
    ...run(
      check,
      { ...darknet(), 'set/obj_train_data/b.jpg': jpeg },
      { 'set/train.txt': 'obj_train_data/a.jpg\nobj_train_data/b.jpg\n' },
    ),
  },
  {
    rule: 'Y009',
    prints: 'set/labels/a.txt:1:11  error  the line has 4 fields, not 5 fields  [Y009]',
    ...line('0 0.5 0.5 0.2\n'),
  },
  {
    rule: 'Y010',
    prints: 'set/labels/a.txt:1:1  error  the class is "2", and classes are 0 to 1  [Y010]',
    ...line('2 0.5 0.5 0.2 0.2\n'),
  },
  {
    rule: 'Y011',
    prints: 'set/labels/a.txt:1:3  error  50 is not from 0 to 1  [Y011]',
    ...line('0 50 40 20 16\n'),
  },
  {
    rule: 'Y012',
    prints: 'set/labels/a.txt:1:11  error  the width of the box is 0  [Y012]',
    ...line('0 0.5 0.5 0 0.2\n'),
  },
  {
    rule: 'Y013',
    prints: 'set/labels/a.txt:1:1  warning  the box leaves the image by 5.0 pixels, and is clipped  [Y013]',
    ...line('0 0.95 0.5 0.2 0.2\n', '0 0.9 0.5 0.2 0.2\n'),
  },
  {
    rule: 'Y014',
    prints: 'set/images/a.jpg  warning  the EXIF orientation is 6; the sides are taken as stored  [Y014]',
    ...run(
      check,
      { ...tree(good), 'set/images/a.jpg': { ...jpeg, orientation: 6 } },
      { 'set/images/a.jpg': jpeg },
    ),
  },
  {
    rule: 'Y015',
    prints: 'set/labels/a.txt:2:1  warning  the line is the same as line 1  [Y015]',
    ...line(`${good}${good}`),
  },
  {
    rule: 'Y016',
    prints: 'set/data.yaml:2:8  error  "&" begins what is not read here (anchors, aliases, tags)  [Y016]',
    ...described('train: images\nnames: &classes [cat, dog]\n'),
  },
  {
    rule: 'Y017',
    prints:
      'set/data.yaml:1:1  info  path is "/home/me/pets"; the folder of the description is taken  [Y017]',
    ...described(`path: /home/me/pets\n${yaml}`),
    command: 'labelkit validate set --severity info',
  },
  {
    rule: 'Y018',
    prints:
      'set/labels/a.txt  error  the size of set/images/a.jpg is not known: images/a.jpg does not begin as an image does  [Y018]',
    ...run(check, { ...tree(good), 'set/images/a.jpg': 'Not Found\n' }, { 'set/images/a.jpg': jpeg }),
  },
  {
    rule: 'Y019',
    prints:
      'set/train.txt:2:1  warning  obj_train_data/a.jpg is listed before, and stays where it was  [Y019]',
    ...run(
      check,
      { ...darknet(), 'set/train.txt': 'obj_train_data/a.jpg\nobj_train_data/a.jpg\n' },
      { 'set/train.txt': 'obj_train_data/a.jpg\n' },
    ),
  },
  {
    rule: 'Y020',
    prints: 'boxes.csv:2  error  a bndbox cannot be written as an outline  [Y020]',
    ...rerun(
      'convert boxes.csv out --to yolo --to-option task=segment --on-error skip',
      'convert boxes.csv out --to yolo --to-option task=detect --on-error skip',
      { 'boxes.csv': 'filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,10,20,40,70\n', 'a.jpg': jpeg },
    ),
  },
  {
    rule: 'Y021',
    prints: 'data.json  warning  samples of the usage TEST are left out  [Y021]',
    also: ['C001'],
    ...rerun(
      'convert data.json out --to yolo --from-option usage=TEST',
      'convert data.json out --to yolo --from-option usage=TEST --to-option layout=ultralytics',
      {
        'data.json':
          '{"images":[{"id":1,"file_name":"a.jpg","width":100,"height":80}],"categories":[{"id":1,"name":"cat"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[10,20,30,50]}]}\n',
        'a.jpg': jpeg,
      },
    ),
  },
];
