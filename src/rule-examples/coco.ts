import { jpeg, type RuleExample, rerun, run } from './example.js';

const square = '"bbox":[10,20,30,50]';
const annotation = (members = square, ids = '"id":1,"image_id":1,"category_id":1') => `{${ids},${members}}`;

interface CocoParts {
  readonly images?: string;
  readonly categories?: string;
  readonly annotations?: string;
  readonly more?: string;
}

/** A COCO file, an element on each line. */
const coco = ({
  images = '{"id":1,"file_name":"a.jpg","width":100,"height":80}',
  categories = '{"id":1,"name":"cat"}',
  annotations = annotation(),
  more = '',
}: CocoParts = {}) => `{
${more}"images":[
${images}
],
"categories":[
${categories}
],
"annotations":[
${annotations}
]}
`;

const check = 'validate data.json';
const info = 'validate data.json --severity info';
const files = (parts: CocoParts) => ({ 'data.json': coco(parts) });
const changed = (broken: CocoParts, fixed: CocoParts = {}, command = check) =>
  run(command, files(broken), files(fixed));
const objects = (broken: string, fixed = annotation()) =>
  changed({ annotations: broken }, { annotations: fixed });
const two =
  '{"id":1,"file_name":"a.jpg","width":100,"height":80},\n{"id":2,"file_name":"b.jpg","width":100,"height":80}';
const second = '"id":2,"image_id":2,"category_id":1';

/** Rules of COCO files: N001–N019 and N150. */
export const cocoExamples: readonly RuleExample[] = [
  {
    rule: 'N001',
    prints: 'data.json:9:20  error  there is no image 7  [N001]',
    ...objects(annotation(square, '"id":1,"image_id":7,"category_id":1')),
  },
  {
    rule: 'N002',
    prints: 'data.json:10:7  error  annotation id 1 is there twice  [N002]',
    ...objects(
      `${annotation()},\n${annotation('"bbox":[50,20,30,50]')}`,
      `${annotation()},\n${annotation('"bbox":[50,20,30,50]', '"id":2,"image_id":1,"category_id":1')}`,
    ),
  },
  {
    rule: 'N003',
    prints: 'data.json:9:45  warning  the size of a box is 0 × 50  [N003]',
    ...objects(annotation('"bbox":[10,20,0,50]')),
  },
  {
    rule: 'N004',
    prints: 'data.json:9:45  warning  the box [80,20,30,50] reaches beyond the image of 100 × 80  [N004]',
    ...objects(annotation('"bbox":[80,20,30,50]')),
  },
  {
    rule: 'N005',
    prints: 'data.json:9:108  error  the run lengths of a mask add up to 82, not 80 × 100  [N005]',
    ...objects(
      annotation('"bbox":[0,0,2,2],"iscrowd":1,"segmentation":{"size":[80,100],"counts":[0,2,78,2]}'),
      annotation('"bbox":[0,0,2,2],"iscrowd":1,"segmentation":{"size":[80,100],"counts":[0,2,78,2,7918]}'),
    ),
  },
  {
    rule: 'N006',
    prints: 'data.json:9:75  error  a polygon has 4 numbers  [N006]',
    ...objects(
      annotation(`${square},"segmentation":[[10,20,40,70]]`),
      annotation(`${square},"segmentation":[[10,20,40,20,40,70]]`),
    ),
  },
  {
    rule: 'N007',
    prints:
      'data.json:9:45  warning  the box differs by 10 pixels from the one around its segmentation  [N007]',
    ...objects(
      annotation('"bbox":[10,20,40,55],"segmentation":[[10,20,40,20,40,70]]'),
      annotation(`${square},"segmentation":[[10,20,40,20,40,70]]`),
    ),
  },
  {
    rule: 'N008',
    prints: 'data.json:9:71  error  there are 3 numbers for the 2 keypoints of "cat"  [N008]',
    ...changed(
      {
        categories: '{"id":1,"name":"cat","keypoints":["nose","tail"]}',
        annotations: annotation(`${square},"keypoints":[20,30,2]`),
      },
      {
        categories: '{"id":1,"name":"cat","keypoints":["nose","tail"]}',
        annotations: annotation(`${square},"keypoints":[20,30,2,0,0,0]`),
      },
    ),
  },
  {
    rule: 'N009',
    prints: 'data.json:7:1  info  no annotation is of category "dog"  [N009]',
    ...changed({ categories: '{"id":1,"name":"cat"},\n{"id":2,"name":"dog"}' }, {}, info),
  },
  {
    rule: 'N010',
    prints: 'data.json:7:1  warning  category name "cat" is that of categories[0] too  [N010]',
    ...changed(
      { categories: '{"id":1,"name":"cat"},\n{"id":2,"name":"cat"}' },
      { categories: '{"id":1,"name":"cat"},\n{"id":2,"name":"dog"}' },
    ),
  },
  {
    rule: 'N011',
    prints: 'data.json:2:11  info  "b.jpg" has no annotations  [N011]',
    ...changed(
      { images: two },
      { images: two, annotations: `${annotation()},\n${annotation(square, second)}` },
      info,
    ),
  },
  {
    rule: 'N012',
    prints: 'data.json:9:52  error  an annotation is not JSON: NaN is not JSON  [N012]',
    ...objects(annotation('"bbox":[10,20,NaN,50]')),
  },
  {
    rule: 'N013',
    prints: 'data.json:9:45  error  a box is "10,20,30,50", not [x, y, width, height]  [N013]',
    ...objects(annotation('"bbox":"10,20,30,50"')),
  },
  {
    rule: 'N014',
    prints:
      'results.json:1:1  error  the file is an array of detection results, which name images and categories by number only  [N014]',
    ...run(
      'validate results.json --from coco',
      { 'results.json': '[{"image_id":1,"category_id":1,"bbox":[10,20,30,50],"score":0.9}]\n' },
      { 'results.json': coco() },
    ),
  },
  {
    rule: 'N015',
    prints: 'data.json:9:1  error  the member "annotations" is there twice  [N015]',
    ...changed({ more: '"annotations":[],\n' }, {}),
  },
  {
    rule: 'N016',
    prints: 'data.json:9:72  error  the attribute "a" is nested too deep  [N016]',
    ...objects(
      annotation(`${square},"attributes":{"a":${'['.repeat(65)}${']'.repeat(65)}}`),
      annotation(`${square},"attributes":{}`),
    ),
  },
  {
    rule: 'N017',
    prints:
      'data.manifest:1  warning  a.jpg is written without width and height: cannot read a.jpg: it does not exist  [N017]',
    ...run(
      'convert data.manifest out.json --to coco',
      { 'data.manifest': '{"source":"a.jpg"}\n' },
      { 'a.jpg': jpeg },
    ),
  },
  {
    rule: 'N018',
    prints: 'data.json:2:1  info  the member "licenses", 1 elements, has no place in samples  [N018]',
    ...changed({ more: '"licenses":[{"id":1,"name":"CC0"}],\n' }, {}, info),
  },
  {
    rule: 'N019',
    prints: 'data.json:9:74  warning  a polygon became one box  [N019]',
    ...rerun(
      'convert data.json out.manifest --to manifest --from-option shapes=box',
      'convert data.json out.manifest --to manifest',
      files({ annotations: annotation(`${square},"segmentation":[[10,20,40,20,40,70]]`) }),
    ),
  },
  {
    rule: 'N150',
    prints: 'boxes.csv:2  error  the id of the image is null, no whole number  [N150]',
    ...rerun(
      'convert boxes.csv out.json --to coco --to-option ids=keep --on-error skip',
      'convert boxes.csv out.json --to coco --on-error skip',
      { 'boxes.csv': 'filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,10,20,40,70\n', 'a.jpg': jpeg },
    ),
  },
];
