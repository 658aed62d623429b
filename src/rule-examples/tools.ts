import { jpeg, type RuleExample, rerun, run } from './example.js';

const labelme = (shape: string, more = '') => `{
  "flags": {},
  "shapes": [
    ${shape}
  ],
  "imagePath": "a.jpg",
  "imageData": null,
  "imageHeight": 80,
  "imageWidth": 100${more}
}
`;
const shapeOf = (label: string, kind: string, points: string, more = '') =>
  `{"label": "${label}", "points": ${points}, "shape_type": "${kind}"${more}}`;
const corners = '[[10, 20], [40, 70]]';
const good = labelme(shapeOf('cat', 'rectangle', corners));
const set = (text: string) => ({ 'set/a.jpg': jpeg, 'set/a.json': text });
const labelmeRun = (broken: string, fixed = good, options = '') =>
  run(`validate set --from labelme${options}`, set(broken), set(fixed));
const shaped = (kind: string, points: string, more = '') => labelme(shapeOf('cat', kind, points, more));

/** Rules of LabelMe: N040–N049. */
export const labelmeExamples: readonly RuleExample[] = [
  {
    rule: 'N040',
    prints: 'set/a.json:4:32  error  the rectangle "cat" has 1 points, not 2  [N040]',
    ...labelmeRun(shaped('rectangle', '[[10, 20]]')),
  },
  {
    rule: 'N041',
    prints: 'set/a.json:4:88  error  shape_type is "rotation"  [N041]',
    ...labelmeRun(
      shaped('rotation', '[[10, 20], [40, 20], [40, 70], [10, 70]]'),
      shaped('polygon', '[[10, 20], [40, 20], [40, 70], [10, 70]]'),
    ),
  },
  {
    rule: 'N042',
    prints: 'set/a.json:6:16  warning  b.jpg is not there  [N042]',
    ...labelmeRun(good.replace('a.jpg', 'b.jpg')),
  },
  {
    rule: 'N043',
    prints: 'set/a.json:4:32  warning  the rectangle "cat" has no area  [N043]',
    ...labelmeRun(shaped('rectangle', '[[10, 20], [10, 20]]')),
  },
  {
    rule: 'N044',
    prints: 'set/a.json:8:3  error  the file is not JSON: a comma is missing before "  [N044]',
    ...labelmeRun(good.replace('"imageData": null,', '"imageData": null')),
  },
  {
    rule: 'N045',
    prints: 'set/a.json:4:33  error  a point is ["10,5",20], not two numbers  [N045]',
    ...labelmeRun(
      shaped('rectangle', '[["10,5", 20], [40, 70]]'),
      shaped('rectangle', '[[10.5, 20], [40, 70]]'),
    ),
  },
  {
    rule: 'N046',
    prints: 'set/a.json:4:5  warning  the mask "cat" is read as its box  [N046]',
    ...labelmeRun(shaped('mask', corners, ', "mask": "iVBORw0KGgo="')),
  },
  {
    rule: 'N047',
    prints: 'set/a.json:2:22  warning  the flag "night" is "yes"  [N047]',
    ...labelmeRun(
      good.replace('"flags": {}', '"flags": {"night": "yes"}'),
      good.replace('"flags": {}', '"flags": {"night": true}'),
    ),
  },
  {
    rule: 'N048',
    prints: 'set/a.json:7:16  info  the image inside the file is not read  [N048]',
    ...labelmeRun(good.replace('"imageData": null', '"imageData": "/9j/"'), good, ' --severity info'),
  },
  {
    rule: 'N049',
    prints:
      'set/a.json:9:17  warning  imageWidth is 0, and the image does not say: set/a.jpg does not begin as an image does  [N049]',
    ...run(
      'validate set --from labelme',
      { 'set/a.jpg': 'not an image\n', 'set/a.json': good.replace('"imageWidth": 100', '"imageWidth": 0') },
      { 'set/a.jpg': jpeg, 'set/a.json': good },
    ),
  },
];

const cvat = (content: string, label = 'cat', version = '1.1') => `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>${version}</version>
  <meta><task><labels><label><name>${label}</name></label></labels></task></meta>
  <image id="0" name="a.jpg" width="100" height="80">
    ${content}
  </image>
</annotations>
`;
const cvatBox = (more = '', xtl = '10') =>
  `<box label="cat" occluded="0" xtl="${xtl}" ytl="20" xbr="40" ybr="70"${more}/>`;
const cvatRun = (broken: string, fixed = cvat(cvatBox())) =>
  run('validate a.xml --from cvat', { 'a.xml': broken }, { 'a.xml': fixed });
const polygon = (points: string) => cvat(`<polygon label="cat" points="${points}"/>`);

/** Rules of CVAT: N050–N059. */
export const cvatExamples: readonly RuleExample[] = [
  {
    rule: 'N050',
    prints: 'a.xml:6:5  warning  the label "cat" is none of the 1 in meta  [N050]',
    ...cvatRun(cvat(cvatBox(), 'dog')),
  },
  {
    rule: 'N051',
    prints: 'a.xml:6:5  error  a polygon has 2 points, not 3 or more  [N051]',
    ...cvatRun(polygon('10,20;40,20'), polygon('10,20;40,20;40,70')),
  },
  {
    rule: 'N052',
    prints: 'a.xml:6:5  warning  a box is turned by 10 degrees, which is dropped  [N052]',
    ...rerun('validate a.xml --from cvat', 'validate a.xml --from cvat --from-option rotated=polygon', {
      'a.xml': cvat(cvatBox(' rotation="10"')),
    }),
  },
  {
    rule: 'N053',
    prints: 'a.xml:8:1  error  <annotations> is never closed  [N053]',
    ...cvatRun(cvat(cvatBox()).replace('</annotations>\n', '')),
  },
  {
    rule: 'N054',
    prints: 'a.xml:5:28  error  the element is not well-formed: a bare & (write &amp;)  [N054]',
    ...cvatRun(
      cvat(cvatBox()).replace('name="a.jpg"', 'name="cats & dogs.jpg"'),
      cvat(cvatBox()).replace('name="a.jpg"', 'name="cats &amp; dogs.jpg"'),
    ),
  },
  {
    rule: 'N055',
    prints: 'a.xml:6:5  error  xtl of a box is "10,5"  [N055]',
    ...cvatRun(cvat(cvatBox('', '10,5')), cvat(cvatBox('', '10.5'))),
  },
  {
    rule: 'N056',
    prints: 'a.xml:7:5  warning  the cuboid "cat" is left out  [N056]',
    ...cvatRun(cvat(`${cvatBox()}\n    <cuboid label="cat" xtl1="10" ytl1="20"/>`)),
  },
  {
    rule: 'N057',
    prints: 'a.xml:6:5  warning  the ellipse "cat" is read as a polygon  [N057]',
    ...cvatRun(
      cvat('<ellipse label="cat" cx="25" cy="45" rx="15" ry="25"/>'),
      polygon('10,45;25,20;40,45;25,70'),
    ),
  },
  {
    rule: 'N058',
    prints: 'a.xml:3:3  warning  the version is "1.0", not 1.1  [N058]',
    ...cvatRun(cvat(cvatBox(), 'cat', '1.0')),
  },
  {
    rule: 'N059',
    prints: 'a.xml:6:5  warning  a box has no area  [N059]',
    ...cvatRun(cvat(cvatBox('', '40'))),
  },
];
