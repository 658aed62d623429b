import { jpeg, type RuleExample, rerun, run } from './example.js';
import { boxes, label } from './lines.js';
import { voc } from './voc-file.js';

const png = { image: 'png', width: 100, height: 80 } as const;
const pets = { 'set/cat/1.jpg': jpeg, 'set/dog/2.jpg': jpeg };
const pair = { 'set/a.jpg': jpeg, 'set/a.xml': voc() };
const checked = 'validate set --check-files';
const folders = 'validate set --from imagenet';
const labels = 'validate set --from image-classification';
const labelled = (text: string) => ({ 'set/a.jpg': jpeg, 'set/a.txt': text });
const texts = 'validate set --from text-classification';
const text = (content: string, results: string) => ({ 'set/a.txt': content, 'set/a_result.txt': results });
const combined = 'validate set --from text-classification-combine';

/** Rules about the files of a folder: D004–D026. */
export const folderExamples: readonly RuleExample[] = [
  {
    rule: 'D004',
    prints: 'set  warning  the platform takes no separator "~"  [D004]',
    ...run(`${combined} --from-option sample-label-separator=~`, { 'set/a.txt': 'a nice day~good\n' }, {}),
    fixedCommand: `labelkit ${combined}`,
    fixed: { 'set/a.txt': 'a nice day\tgood\n' },
  },
  {
    rule: 'D006',
    prints: 'set  warning  the separator "x" is part of words  [D006]',
    ...run(`${combined} --from-option sample-label-separator=x`, { 'set/a.txt': 'a nice dayxgood\n' }, {}),
    fixedCommand: `labelkit ${combined}`,
    fixed: { 'set/a.txt': 'a nice day\tgood\n' },
  },
  {
    rule: 'D007',
    prints: 'set  warning  nothing has the label "Cat"  [D007]',
    ...rerun(
      `${folders} --from-option excluded-labels=Cat`,
      `${folders} --from-option excluded-labels=cat`,
      pets,
    ),
  },
  {
    rule: 'D009',
    prints: 'set  info  1 sample is left out: 1 have no label that was asked for  [D009]',
    ...rerun(
      `${folders} --from-option included-labels=cat --severity info`,
      `${folders} --severity info`,
      pets,
    ),
  },
  {
    rule: 'D010',
    prints: 'set/cat/notes.txt  warning  cat/notes.txt is no image  [D010]',
    ...run(folders, { ...pets, 'set/cat/notes.txt': 'taken in May\n' }, { 'set/cat/notes.txt': undefined }),
  },
  {
    rule: 'D011',
    prints: 'set/A.JPG  warning  A.JPG and a.txt differ in letter case  [D011]',
    ...run(
      labels,
      { 'set/A.JPG': jpeg, 'set/a.txt': 'cat\n' },
      { 'set/A.JPG': undefined, 'set/a.JPG': jpeg },
    ),
  },
  {
    rule: 'D012',
    prints: 'set/a.xml  error  a.jpg and a.png are all images of a.xml  [D012]',
    ...run(checked, { ...pair, 'set/a.png': png }, { 'set/a.png': undefined }),
  },
  {
    rule: 'D013',
    prints: 'set  info  1 image has no label file  [D013]',
    ...run(
      `${labels} --severity info`,
      { ...labelled('cat\n'), 'set/b.jpg': jpeg },
      { 'set/b.txt': 'dog\n' },
    ),
  },
  {
    rule: 'D014',
    prints: 'set/b.xml  error  there is no image for b.xml  [D014]',
    ...run(checked, { ...pair, 'set/b.xml': voc({ image: 'b.jpg' }) }, { 'set/b.jpg': jpeg }),
  },
  {
    rule: 'D015',
    prints: 'set/a.jpg  error  the image a.jpg has no bytes  [D015]',
    ...run(checked, { ...pair, 'set/a.jpg': '' }, { 'set/a.jpg': jpeg }),
  },
  {
    rule: 'D016',
    prints: 'set/cat/1.jpg  error  cat/1.jpg has 26214401 bytes, more than 25 MB  [D016]',
    ...run(
      `${folders} --profile modelarts-import`,
      { 'set/cat/1.jpg': { ...jpeg, bytes: 26_214_401 } },
      { 'set/cat/1.jpg': { ...jpeg, bytes: 5_242_880 } },
    ),
  },
  {
    rule: 'D017',
    prints: 'set/cat/café.jpg  info  the name cat/café.jpg is not in normal form C  [D017]',
    ...run(
      `${folders} --severity info`,
      { 'set/cat/cafe\u0301.jpg': jpeg },
      { 'set/cat/cafe\u0301.jpg': undefined, 'set/cat/caf\u00e9.jpg': jpeg },
    ),
  },
  {
    rule: 'D020',
    prints: 'set/cat/1\n.jpg  error  the name "cat/1\\n.jpg" has a line break or a Tab  [D020]',
    ...run(folders, { 'set/cat/1\n.jpg': jpeg }, { 'set/cat/1\n.jpg': undefined, 'set/cat/1.jpg': jpeg }),
  },
  {
    rule: 'D021',
    prints: 'set/3.jpg  warning  3.jpg is in no folder of a label  [D021]',
    ...run(folders, { ...pets, 'set/3.jpg': jpeg }, { 'set/3.jpg': undefined, 'set/cat/3.jpg': jpeg }),
  },
  {
    rule: 'D022',
    prints: 'set/a.txt  error  the sample has 2 labels (cat, dog), and a file lies in one folder  [D022]',
    ...rerun(
      'convert set out --from image-classification --to imagenet --on-error skip --images copy',
      'convert set out --from image-classification --to imagenet --on-error skip --images copy --to-option on-multi-label=copy',
      labelled('cat\ndog\n'),
    ),
  },
  {
    rule: 'D023',
    prints: 'set/a.txt  error  the label "cat/dog" cannot be the name of a folder: it has a slash  [D023]',
    ...run(
      'convert set out --from image-classification --to imagenet --on-error skip --images copy',
      labelled('cat/dog\n'),
      labelled('cat-dog\n'),
    ),
  },
  {
    rule: 'D024',
    prints: 'set/a.txt:2  warning  the label "cat" is there already  [D024]',
    ...run(labels, labelled('cat\ncat\n'), labelled('cat\n')),
  },
  {
    rule: 'D025',
    prints: 'set/a.txt  error  a.txt is neither UTF-8 nor GB18030  [D025]',
    ...run(
      labels,
      { 'set/a.jpg': jpeg, 'set/a.txt': { hex: '6361ff0a', about: 'ca, a byte FF, and a line end' } },
      labelled('cat\n'),
    ),
  },
  {
    rule: 'D026',
    prints: 'set/a.jpg  warning  a.jpg is an image of type png, which its extension does not say  [D026]',
    ...run(checked, { ...pair, 'set/a.jpg': png }, { 'set/a.jpg': jpeg }),
  },
];

/** Rules about texts and their labels: D030–D038. */
export const textFolderExamples: readonly RuleExample[] = [
  {
    rule: 'D030',
    prints: 'set/a_result.txt:2  error  a_result.txt has 1 lines, and a.txt has 2  [D030]',
    ...run(texts, text('a nice day\nrain\n', 'good\n'), text('a nice day\nrain\n', 'good\nbad\n')),
  },
  {
    rule: 'D031',
    prints: 'set/a.txt:2  warning  the line has no text  [D031]',
    ...run(texts, text('a nice day\n\n', 'good\nbad\n'), text('a nice day\n', 'good\n')),
  },
  {
    rule: 'D032',
    prints: 'set/a_result.txt:1  info  the label "good " has blanks around it  [D032]',
    ...run(`${texts} --severity info`, text('a nice day\n', 'good \n'), text('a nice day\n', 'good\n')),
  },
  {
    rule: 'D033',
    prints: 'set/a.txt:1  warning  the line has several separators, and is cut at the last  [D033]',
    ...run(combined, { 'set/a.txt': 'sun\train\tmixed\n' }, { 'set/a.txt': 'sun and rain\tmixed\n' }),
  },
  {
    rule: 'D034',
    prints: 'set/a.txt:1  info  the line has no label  [D034]',
    ...run(
      `${combined} --severity info`,
      { 'set/a.txt': 'a nice day\n' },
      { 'set/a.txt': 'a nice day\tgood\n' },
    ),
  },
  {
    rule: 'D035',
    prints: 'data.manifest:1  error  the text "sun\\tand rain" has a separator or a line break  [D035]',
    ...rerun(
      'convert data.manifest out --to text-classification-combine --on-error skip',
      'convert data.manifest out --to text-classification-combine --on-error skip --to-option replace-with=_',
      {
        'data.manifest':
          '{"source":"content://sun\\tand rain","annotation":[{"type":"modelarts/text_classification","name":"mixed"}]}\n',
      },
    ),
  },
  {
    rule: 'D036',
    prints: 'set/a.txt:1  error  a.txt is neither UTF-8 nor GB18030  [D036]',
    ...run(
      texts,
      { ...text('', 'good\n'), 'set/a.txt': { hex: '61ff0a', about: 'a, a byte FF, and a line end' } },
      text('a\n', 'good\n'),
    ),
  },
  {
    rule: 'D037',
    prints: 'set/a.txt:1  warning  the line has 102405 bytes, more than 100 KB  [D037]',
    ...run(
      texts,
      { ...text('', 'good\n'), 'set/a.txt': { repeat: 'word ', times: 20_481, after: '\n' } },
      { 'set/a.txt': { repeat: 'word ', times: 20_480, after: '\n' } },
    ),
  },
  {
    rule: 'D038',
    prints: 'set/a.txt:1  warning  the line has a carriage return inside  [D038]',
    ...run(texts, text('a nice\rday\n', 'good\n'), text('a nice day\n', 'good\n')),
  },
];

const version = (name: string) => ({
  [`set/annotation/${name}/${name}.manifest`]: `{"source":"obs://bucket/a.jpg","annotation":[${boxes(`obs://bucket/annotation/${name}/annotations/a.xml`)}]}\n`,
  [`set/annotation/${name}/annotations/a.xml`]: voc(),
});
const listed = (ids: string) => ({
  'set/Annotations/a.xml': voc(),
  'set/JPEGImages/a.jpg': jpeg,
  'set/ImageSets/Main/train.txt': ids,
});

/** Rules about published versions, VOC trees and files that cannot be read: D041–D055. */
export const treeExamples: readonly RuleExample[] = [
  {
    rule: 'D041',
    prints: 'set/annotation/V002/V002.manifest  info  version V002 is read, of V001, V002  [D041]',
    ...run(
      'validate set --severity info',
      { ...version('V001'), ...version('V002') },
      {
        'set/annotation/V001/V001.manifest': undefined,
        'set/annotation/V001/annotations/a.xml': undefined,
      },
      ['D042'],
    ),
  },
  {
    rule: 'D042',
    prints: 'set/annotation/V001/V001.manifest  info  1 annotation file is read from the tree  [D042]',
    ...run('validate set --severity info', version('V001'), {
      'set/annotation/V001/V001.manifest': '{"source":"obs://bucket/a.jpg"}\n',
    }),
  },
  {
    rule: 'D043',
    prints:
      'set/annotation/V001/V001.manifest  warning  version V001 has no samples: its manifest is empty  [D043]',
    ...run(
      'validate set --from published',
      { 'set/annotation/V001/V001.manifest': '' },
      { 'set/annotation/V001/V001.manifest': '{"source":"obs://bucket/a.jpg"}\n' },
    ),
  },
  {
    rule: 'D050',
    prints: 'set/ImageSets  warning  ImageSets names b, which has neither annotation file nor image  [D050]',
    ...run(checked, listed('a\nb\n'), listed('a\n')),
  },
  {
    rule: 'D051',
    prints: 'set/ImageSets/Main/test.txt:1:1  warning  a is in train and in test  [D051]',
    ...run(
      checked,
      { ...listed('a\n'), 'set/ImageSets/Main/test.txt': 'a\n' },
      { 'set/ImageSets/Main/test.txt': '' },
    ),
  },
  {
    rule: 'D052',
    prints:
      'set/ImageSets/Main/cat_train.txt:1:1  warning  a is listed with flag -1 for cat; its file says 1 (there is a plain object)  [D052]',
    ...run(
      checked,
      { ...listed('a\n'), 'set/ImageSets/Main/cat_train.txt': 'a -1\n' },
      { 'set/ImageSets/Main/cat_train.txt': 'a  1\n' },
    ),
  },
  {
    rule: 'D053',
    prints: 'data.manifest:2  error  cannot copy b.jpg: it does not exist  [D053]',
    ...run(
      'convert data.manifest out --to imagenet --images copy --on-error skip',
      {
        'data.manifest': `{"source":"a.jpg","annotation":[${label('cat')}]}\n{"source":"b.jpg","annotation":[${label('cat')}]}\n`,
        'a.jpg': jpeg,
      },
      { 'b.jpg': jpeg },
    ),
  },
  {
    rule: 'D054',
    prints: 'set/a.jpg  error  a.jpg is no image of a known kind  [D054]',
    ...run(checked, { ...pair, 'set/a.jpg': '<html>404 Not Found</html>\n' }, { 'set/a.jpg': jpeg }),
  },
  {
    rule: 'D055',
    prints: 'set/cat/3.jpg  warning  cat/3.jpg is a link or a pipe, and not read  [D055]',
    ...run(folders, { ...pets, 'set/cat/3.jpg': { link: '../dog/2.jpg' } }, { 'set/cat/3.jpg': jpeg }),
  },
];
