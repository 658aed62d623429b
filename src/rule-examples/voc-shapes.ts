import type { RuleExample } from './example.js';
import { member, shape, vocFile } from './voc-file.js';

const polygon = (...points: readonly number[]) =>
  `<polygon>\n${points.map((value, at) => `            <${'xy'[at % 2]}${(at >> 1) + 1}>${value}</${'xy'[at % 2]}${(at >> 1) + 1}>\n`).join('')}        </polygon>`;
const line = (x2: number, y2: number) => `<line><x1>10</x1><y1>20</y1><x2>${x2}</x2><y2>${y2}</y2></line>`;
const angle = (degrees: string) =>
  member(
    `<properties><property><key>@modelarts:clockwise_angle</key><value>${degrees}</value></property><property><key>@modelarts:rotate_background</key><value>true</value></property></properties>`,
  );
const fixedAs = (elements: string) => ({ fixed: [shape(elements)] });

/** Rules about shapes: V070–V087. */
export const vocShapeExamples: readonly RuleExample[] = [
  {
    rule: 'V070',
    prints: "a.xml:17:9  error  /annotation/object[1]/bndbox can't be empty  [V070]",
    ...vocFile([shape('<bndbox></bndbox>')]),
  },
  {
    rule: 'V071',
    prints: 'a.xml:17:9  error  /annotation/object[1]/bndbox/xmin is missing  [V071]',
    ...vocFile([['            <xmin>10</xmin>\n', '']]),
  },
  {
    rule: 'V072',
    prints: 'a.xml:18:13  error  /annotation/object[1]/bndbox/xmin is not a number: "10px"  [V072]',
    ...vocFile([['<xmin>10', '<xmin>10px']]),
  },
  {
    rule: 'V073',
    prints:
      'a.xml:18:13  warning  /annotation/object[1]/bndbox/xmin is not written as a whole number: 10.5  [V073]',
    ...vocFile([['<xmin>10', '<xmin>10.5']]),
  },
  {
    rule: 'V074',
    prints: 'a.xml:18:13  error  xmin is -10  [V074]',
    ...vocFile([['<xmin>10', '<xmin>-10']], { fixed: [['<xmin>10', '<xmin>0']] }),
  },
  {
    rule: 'V075',
    prints: 'a.xml:18:13  error  min is above max in x: 40,20,10,70  [V075]',
    ...vocFile([
      ['<xmin>10', '<xmin>40'],
      ['<xmax>40', '<xmax>10'],
    ]),
  },
  {
    rule: 'V076',
    prints: 'a.xml:18:13  error  the box has a side of 0: 10,20,10,70  [V076]',
    ...vocFile([['<xmax>40', '<xmax>10']]),
  },
  {
    rule: 'V077',
    prints: 'a.xml:20:13  warning  the box 10,20,140,70 is partly outside the image, which is 100×80  [V077]',
    ...vocFile([['<xmax>40', '<xmax>140']], { fixed: [['<xmax>40', '<xmax>100']] }),
  },
  {
    rule: 'V078',
    prints: 'a.xml:17:9  error  the polygon has 2 distinct points  [V078]',
    ...vocFile([shape(polygon(10, 20, 40, 20))], fixedAs(polygon(10, 20, 40, 20, 25, 60))),
  },
  {
    rule: 'V079',
    prints: 'a.xml:22:13  error  /annotation/object[1]/polygon has no vertex 3 before x4  [V079]',
    ...vocFile(
      [shape(polygon(10, 20, 40, 20, 25, 60).replaceAll('3>', '4>'))],
      fixedAs(polygon(10, 20, 40, 20, 25, 60)),
    ),
  },
  {
    rule: 'V080',
    prints: 'a.xml:22:13  warning  the outline crosses itself: edge 1 and edge 3  [V080]',
    ...vocFile(
      [shape(polygon(10, 20, 40, 60, 40, 20, 10, 50))],
      fixedAs(polygon(10, 20, 40, 20, 40, 60, 10, 50)),
    ),
  },
  {
    rule: 'V081',
    prints: 'a.xml:17:9  error  the polygon has no area  [V081]',
    ...vocFile([shape(polygon(10, 20, 20, 30, 40, 50))], fixedAs(polygon(10, 20, 40, 20, 40, 50))),
  },
  {
    rule: 'V082',
    prints: 'a.xml:24:13  info  vertex 4 repeats the first, 10,20  [V082]',
    ...vocFile([shape(polygon(10, 20, 40, 20, 25, 60, 10, 20))], {
      ...fixedAs(polygon(10, 20, 40, 20, 25, 60)),
      options: '--severity info',
    }),
  },
  {
    rule: 'V083',
    prints: 'a.xml:17:39  error  the radius is 0  [V083]',
    ...vocFile(
      [shape('<circle><cx>30</cx><cy>30</cy><r>0</r></circle>')],
      fixedAs('<circle><cx>30</cx><cy>30</cy><r>10</r></circle>'),
    ),
  },
  {
    rule: 'V084',
    prints: 'a.xml:17:9  warning  both ends of the line are 10,20  [V084]',
    ...vocFile([shape(line(10, 20))], fixedAs(line(40, 20))),
  },
  {
    rule: 'V085',
    prints:
      "a.xml:17:9  error  /annotation/object[1]/point names its coordinates x1, …; the format's names are x, y  [V085]",
    ...vocFile(
      [shape('<point><x1>10</x1><y1>20</y1></point>')],
      fixedAs('<point><x>10</x><y>20</y></point>'),
    ),
  },
  {
    rule: 'V086',
    prints: 'a.xml:17:9  warning  @modelarts:clockwise_angle is "361"  [V086]',
    ...vocFile([angle('361')], { fixed: [angle('1')] }),
  },
  {
    rule: 'V087',
    prints: 'a.xml:2:1  warning  no coordinate is above 1, but the image is 100×80  [V087]',
    also: ['V073', 'V076'],
    ...vocFile([
      ['<xmin>10', '<xmin>0.1'],
      ['<ymin>20', '<ymin>0.25'],
      ['<xmax>40', '<xmax>0.4'],
      ['<ymax>70', '<ymax>0.875'],
    ]),
  },
];
