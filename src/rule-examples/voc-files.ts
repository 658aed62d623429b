import { type RuleExample, run } from './example.js';
import { member, voc, vocFile } from './voc-file.js';

const checked = { options: '--check-files' };
const info = { options: '--severity info' };
const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const object = / {4}<object>.*<\/object>\n/s.exec(voc())![0];
const size = / {4}<size>.*<\/size>\n/s.exec(voc())![0];

/** Rules about the text of annotation files: V001–V011. */
export const vocTextExamples: readonly RuleExample[] = [
  {
    rule: 'V001',
    prints: 'a.xml:12:19  error  a bare & (write &amp;)  [V001]',
    ...vocFile([['<name>cat', '<name>cat & dog']], { fixed: [['<name>cat', '<name>cat &amp; dog']] }),
  },
  {
    rule: 'V002',
    prints: 'a.xml:2:1  error  a document type declaration (DOCTYPE) is not allowed  [V002]',
    ...vocFile([[head, `${head}<!DOCTYPE annotation>\n`]]),
  },
  {
    rule: 'V003',
    prints: 'a.xml:12:18  error  the entity &eacute; is not allowed  [V003]',
    ...vocFile([['<name>cat', '<name>caf&eacute;']], { fixed: [['<name>cat', '<name>café']] }),
  },
  {
    rule: 'V004',
    prints: 'a.xml:1:1  error  the declared encoding ASCII-8 is not supported; read as UTF-8  [V004]',
    ...vocFile(
      [
        ['UTF-8', 'ASCII-8'],
        ['<name>cat', '<name>café'],
      ],
      { fixed: [['<name>cat', '<name>café']] },
    ),
  },
  {
    rule: 'V005',
    prints: 'a.xml:1:1  error  blanks or line breaks stand before the XML declaration  [V005]',
    ...vocFile([[head, `  ${head}`]]),
  },
  {
    rule: 'V007',
    prints: 'a.xml:2:1  error  /annotations is not annotation, so this is no annotation file  [V007]',
    ...vocFile(
      [
        ['<annotation>', '<annotations>'],
        ['</annotation>', '</annotations>'],
      ],
      { options: '--from voc' },
    ),
  },
  {
    rule: 'V008',
    prints:
      'a.xml:3:5  warning  /annotation/Folder is not in lower case: the format\'s name is "folder"  [V008]',
    ...vocFile([['<folder>images</folder>', '<Folder>images</Folder>']], { options: '--lenient' }),
  },
  {
    rule: 'V009',
    prints: 'a.xml:17:9  info  /annotation/object[1]/score is not an element of the format  [V009]',
    ...vocFile([member('<score>1</score>')], info),
  },
  {
    rule: 'V010',
    prints:
      'a.xml:4:5  error  /annotation/folder[2] repeats an element that may occur once: the last one counts  [V010]',
    ...vocFile([
      ['    <folder>images</folder>\n', '    <folder>images</folder>\n    <folder>photos</folder>\n'],
    ]),
  },
  {
    rule: 'V011',
    prints: 'a.xml:1:778  error  elements are nested more than 256 deep  [V011]',
    command: 'labelkit validate a.xml',
    broken: { 'a.xml': { before: '<annotation>', repeat: '<a>', times: 300, after: '</annotation>\n' } },
    fixed: { 'a.xml': voc() },
  },
];

/** Rules about the image that a file describes: V020–V031. */
export const vocImageExamples: readonly RuleExample[] = [
  {
    rule: 'V020',
    prints: "a.xml:3:5  error  /annotation/folder can't be empty  [V020]",
    ...vocFile([['images</folder>', '</folder>']]),
  },
  {
    rule: 'V021',
    prints: 'a.xml:2:1  error  filename is missing  [V021]',
    ...vocFile([['    <filename>a.jpg</filename>\n', '']]),
  },
  {
    rule: 'V022',
    prints: 'a.xml:2:1  error  size is missing, or has neither width, height nor depth  [V022]',
    ...vocFile([[size, '']]),
  },
  {
    rule: 'V023',
    prints: 'a.xml:6:9  error  /annotation/size/width is not written as a whole number: 100.0  [V023]',
    ...vocFile([['<width>100', '<width>100.0']]),
  },
  {
    rule: 'V024',
    prints: 'a.xml:8:9  warning  depth is 24  [V024]',
    ...vocFile([['<depth>3', '<depth>24']]),
  },
  {
    rule: 'V025',
    prints: 'a.xml:10:5  warning  segmented is "no"  [V025]',
    ...vocFile([['<segmented>0', '<segmented>no']]),
  },
  {
    rule: 'V026',
    prints: 'a.xml:4:5  warning  filename "photos/a.jpg" has a folder in it  [V026]',
    ...vocFile([['a.jpg', 'photos/a.jpg']]),
  },
  {
    rule: 'V027',
    prints: 'a.xml:4:5  warning  filename is "b.jpg", but the annotation file is "a.xml"  [V027]',
    ...vocFile([['a.jpg', 'b.jpg']]),
  },
  {
    rule: 'V028',
    prints: 'a.xml:5:5  error  size is 200×160, but the image is 100×80  [V028]',
    ...vocFile(
      [
        ['<width>100', '<width>200'],
        ['<height>80', '<height>160'],
      ],
      { ...checked, files: { 'a.jpg': { image: 'jpeg', width: 100, height: 80 } } },
    ),
  },
  {
    rule: 'V029',
    prints: 'a.xml:11:5  error  mask_source "a_mask.jpg" is not a .png file  [V029]',
    ...vocFile(
      [
        [
          object,
          `    <mask_source>a_mask.jpg</mask_source>\n${object.replace('<bndbox>', '<mask_color>128,0,0</mask_color>\n        <bndbox>')}`,
        ],
      ],
      {
        fixed: [
          [
            object,
            `    <mask_source>a_mask.png</mask_source>\n${object.replace('<bndbox>', '<mask_color>128,0,0</mask_color>\n        <bndbox>')}`,
          ],
        ],
      },
    ),
  },
  { rule: 'V030', prints: 'a.xml:2:1  warning  the file has no object  [V030]', ...vocFile([[object, '']]) },
  {
    rule: 'V031',
    prints: 'a.xml:3:5  warning  folder "im\\tages" contains control characters  [V031]',
    ...vocFile([['images</folder>', 'im\tages</folder>']]),
  },
];

const property = (key: string, value: string) =>
  `<property><key>${key}</key><value>${value}</value></property>`;

const masked = {
  'set/a.jpg': { image: 'jpeg', width: 4, height: 4 },
  'set/a.xml': voc({
    object: `    <mask_source>a_mask.png</mask_source>
    <object>
        <name>cat</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>0</difficult>
        <mask_color>128,0,0</mask_color>
        <occluded>0</occluded>
        <bndbox>
            <xmin>1</xmin>
            <ymin>1</ymin>
            <xmax>3</xmax>
            <ymax>3</ymax>
        </bndbox>
    </object>
`,
  })
    .replace('<width>100', '<width>4')
    .replace('<height>80', '<height>4'),
} as const;

const inMask = (name: string, colour: string, at: number) =>
  object
    .replace('cat', name)
    .replace('<xmin>10', `<xmin>${at}`)
    .replace('        <bndbox>', `        <mask_color>${colour}</mask_color>\n        <bndbox>`);
const twoMasks = (second: string) =>
  `    <mask_source>a_mask.png</mask_source>\n${inMask('cat', '128,0,0', 10)}${inMask('dog', second, 12)}`;

/** Rules about objects: V040–V060. */
export const vocObjectExamples: readonly RuleExample[] = [
  {
    rule: 'V040',
    prints: "a.xml:24:5  error  /annotation/object[2] can't be empty  [V040]",
    ...vocFile([['</annotation>', '    <object></object>\n</annotation>']]),
  },
  {
    rule: 'V041',
    prints: 'a.xml:12:9  warning  name "cat " has blanks around it or a line break  [V041]',
    ...vocFile([['<name>cat', '<name>cat ']]),
  },
  {
    rule: 'V042',
    prints: 'a.xml:11:5  error  the object has no name  [V042]',
    ...vocFile([['        <name>cat</name>\n', '']]),
  },
  {
    rule: 'V043',
    prints: 'a.xml:11:5  warning  difficult is missing  [V043]',
    ...vocFile([['        <difficult>0</difficult>\n', '']]),
  },
  {
    rule: 'V044',
    prints: 'a.xml:11:5  info  occluded is missing  [V044]',
    ...vocFile([['        <occluded>0</occluded>\n', '']], info),
  },
  {
    rule: 'V045',
    prints: 'a.xml:14:9  warning  truncated is "0.3"  [V045]',
    ...vocFile([['<truncated>0', '<truncated>0.3']]),
  },
  {
    rule: 'V046',
    prints: 'a.xml:17:9  error  hard-coefficient is 1.5  [V046]',
    ...vocFile([member('<hard-coefficient>1.5</hard-coefficient>')], {
      fixed: [member('<hard-coefficient>0.5</hard-coefficient>')],
    }),
  },
  {
    rule: 'V047',
    prints: 'a.xml:17:9  error  confidence is 87  [V047]',
    ...vocFile([member('<confidence>87</confidence>')], { fixed: [member('<confidence>0.87</confidence>')] }),
  },
  {
    rule: 'V048',
    prints:
      'a.xml:17:21  error  /annotation/object[1]/properties/property[1] has a key but no value: /annotation/object[1]/properties/property[1]/value is missing  [V048]',
    ...vocFile([member('<properties><property><key>colour</key></property></properties>')], {
      fixed: [member(`<properties>${property('colour', 'red')}</properties>`)],
    }),
  },
  {
    rule: 'V049',
    prints:
      'a.xml:17:77  warning  /annotation/object[1]/properties/property[2] repeats the property "colour": the last value counts  [V049]',
    ...vocFile(
      [member(`<properties>${property('colour', 'red')}${property('colour', 'blue')}</properties>`)],
      {
        fixed: [member(`<properties>${property('colour', 'blue')}</properties>`)],
      },
    ),
  },
  {
    rule: 'V050',
    prints: 'a.xml:11:5  error  the object "cat" has no shape  [V050]',
    ...vocFile([[/ {8}<bndbox>.*<\/bndbox>\n/s.exec(voc())![0], '']]),
  },
  {
    rule: 'V051',
    prints:
      'a.xml:18:9  error  /annotation/object[1]/bndbox[2]: there is more than one bndbox in one object  [V051]',
    ...vocFile([member('<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>')]),
  },
  {
    rule: 'V052',
    prints:
      'a.xml:18:9  error  /annotation/object[1]/bndbox: there is more than one position type in one object, circle and bndbox  [V052]',
    ...vocFile([member('<circle><cx>20</cx><cy>20</cy><r>5</r></circle>')]),
  },
  {
    rule: 'V053',
    prints:
      'a.xml:17:9  error  /annotation/object[1]/point stands beside a bndbox: it is read as a reference point  [V053]',
    ...vocFile([member('<point><x>25</x><y>45</y></point>')]),
  },
  {
    rule: 'V054',
    prints: "a.xml:13:9  error  /annotation/object[1]/pose can't be empty  [V054]",
    ...vocFile([['<pose>Unspecified</pose>', '<pose></pose>']]),
  },
  {
    rule: 'V055',
    prints:
      'a.xml:17:32  warning  the box of part "head", 5,20,20,30, reaches out of its owner\'s, 10,20,40,70  [V055]',
    ...vocFile(
      [
        member(
          '<part><name>head</name><bndbox><xmin>5</xmin><ymin>20</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></part>',
        ),
      ],
      {
        fixed: [
          member(
            '<part><name>head</name><bndbox><xmin>15</xmin><ymin>20</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></part>',
          ),
        ],
      },
    ),
  },
  {
    rule: 'V056',
    prints: 'a.xml:2:1  error  a segmentation has no mask_source  [V056]',
    ...vocFile([member('<mask_color>128,0,0</mask_color>')], {
      fixed: [
        member('<mask_color>128,0,0</mask_color>'),
        ['    <object>', '    <mask_source>a_mask.png</mask_source>\n    <object>'],
      ],
    }),
  },
  {
    rule: 'V057',
    prints: 'set/a.xml:17:9  error  mask_color 128,0,0 of "cat" does not occur in the mask  [V057]',
    ...run(
      'validate set --from image-segmentation',
      { ...masked, 'set/a_mask.png': { mask: ['....', '....', '....', '....'], as: 'palette' } },
      { 'set/a_mask.png': { mask: ['....', '.11.', '.11.', '....'], as: 'palette' } },
    ),
  },
  {
    rule: 'V058',
    prints: 'a.xml:18:9  error  mask_color is "#ff0000"  [V058]',
    ...vocFile(
      [
        member('<mask_color>#ff0000</mask_color>'),
        ['    <object>', '    <mask_source>a_mask.png</mask_source>\n    <object>'],
      ],
      {
        fixed: [
          member('<mask_color>255,0,0</mask_color>'),
          ['    <object>', '    <mask_source>a_mask.png</mask_source>\n    <object>'],
        ],
      },
    ),
  },
  {
    rule: 'V059',
    prints: 'a.xml:32:9  warning  mask_color 128,0,0 is that of "cat" and of "dog"  [V059]',
    ...vocFile([[object, twoMasks('128,0,0')]], { fixed: [[object, twoMasks('0,128,0')]] }),
  },
  {
    rule: 'V060',
    prints: 'a.xml:24:5  warning  object 2 repeats object 1, "cat"  [V060]',
    ...vocFile([['</annotation>', `${object}</annotation>`]]),
  },
];
