import { jpeg, type RuleExample, rerun, run } from './example.js';
import { boxes, label, picture } from './lines.js';
import { voc } from './voc-file.js';

const set = { 'set/a.jpg': jpeg, 'set/a.xml': voc() };
const detected = (source: string, ...locs: readonly string[]) =>
  `{"source":"${source}","annotation":[${locs.map((loc) => boxes(loc)).join(',')}]}\n`;
const table = 'filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,10,20,40,70\n';
const twice = (second: string) => ({
  'data.manifest': detected('a.jpg', 'a.xml', 'b.xml'),
  'a.jpg': jpeg,
  'a.xml': voc(),
  'b.xml': voc().replace('<name>cat', '<name>dog').replace('<width>100', `<width>${second}`),
});

/** Rules about conversions: C001–C011. */
export const conversionExamples: readonly RuleExample[] = [
  {
    rule: 'C001',
    prints: 'data.manifest:1  warning  imagenet has no place for annotation-confidence  [C001]',
    ...rerun(
      'convert data.manifest out --to imagenet --images copy',
      'convert data.manifest out.jsonl --to groundtruth',
      {
        'data.manifest': `{"source":"a.jpg","annotation":[${label('cat', '"confidence":0.9')}]}\n`,
        'a.jpg': jpeg,
      },
    ),
  },
  {
    rule: 'C002',
    prints: 'data.manifest:2  error  another sample is written as a already  [C002]',
    ...rerun(
      'convert data.manifest out --to voc --on-error skip',
      'convert data.manifest out --to voc --on-error skip --rename-clashes',
      {
        'data.manifest': detected('day/a.jpg', 'day/a.xml') + detected('night/a.jpg', 'night/a.xml'),
        'day/a.xml': voc(),
        'night/a.xml': voc(),
      },
    ),
  },
  {
    rule: 'C003',
    prints:
      'data.manifest:1  error  "a\tb" cannot name a file of the output: it has a control character  [C003]',
    ...run(
      'convert data.manifest out --to voc --on-error skip',
      { 'data.manifest': detected('a.jpg', 'a\\tb.xml'), 'a\tb.xml': voc() },
      { 'data.manifest': detected('a.jpg', 'a.xml'), 'a\tb.xml': undefined, 'a.xml': voc() },
    ),
  },
  {
    rule: 'C004',
    prints: 'data.manifest:2  warning  Pascal VOC has no place for text-sample  [C004]',
    ...run(
      'convert data.manifest out --to voc',
      { 'data.manifest': `${detected('a.jpg', 'a.xml')}{"source":"content://a cat"}\n`, 'a.xml': voc() },
      { 'data.manifest': detected('a.jpg', 'a.xml') },
    ),
  },
  {
    rule: 'C005',
    prints:
      'data.manifest:1  error  objects of width "200" cannot be appended to a file of width "100"  [C005]',
    ...run('convert data.manifest out --to voc --on-error skip', twice('200'), twice('100')),
  },
  {
    rule: 'C006',
    prints: 'out/Annotations/old.xml  warning  1 annotation file of before stay beside the new data  [C006]',
    ...run(
      'convert set out --to voc --mode overwrite',
      { ...set, 'out/Annotations/old.xml': voc({ image: 'old.jpg' }) },
      { 'out/Annotations/old.xml': undefined },
    ),
  },
  {
    rule: 'C007',
    prints:
      'set/a\u0001.xml  error  the annotation file cannot be mended: filename contains U+0001, which XML cannot hold  [C007]',
    ...run(
      'repair set out --fix filename --on-error skip',
      { 'set/a\u0001.jpg': jpeg, 'set/a\u0001.xml': voc() },
      {
        'set/a\u0001.jpg': undefined,
        'set/a\u0001.xml': undefined,
        'set/b.jpg': jpeg,
        'set/b.xml': voc(),
      },
    ),
  },
  {
    rule: 'C010',
    prints: 'boxes.csv:2  error  the label "cat" is none of the 1 classes (dog)  [C010]',
    ...rerun(
      'convert boxes.csv out --to yolo --classes dog --on-error skip',
      'convert boxes.csv out --to yolo --classes dog,cat --on-error skip',
      { 'boxes.csv': table, 'a.jpg': jpeg },
    ),
  },
  {
    rule: 'C011',
    prints:
      'boxes.csv:2  error  the size of the image is not known: cannot read a.jpg: it does not exist  [C011]',
    ...run('convert boxes.csv out --to voc --on-error skip', { 'boxes.csv': table }, { 'a.jpg': jpeg }),
  },
];

const list = (file: string, ...sources: readonly string[]) => ({
  [file]: sources
    .map((source) => `{"source":"obs://bucket/${source}","annotation":[${label('cat')}]}\n`)
    .join(''),
});
const usages = (second: string) => ({
  'data.manifest': ['TRAIN', second]
    .map(
      (usage, at) =>
        `{"source":"obs://bucket/scene/${at}.jpg","usage":"${usage}","annotation":[${label('cat')}]}\n`,
    )
    .join(''),
});
const entityLine = (name: string) =>
  `{"source":"content://Ada leads","annotation":[{"type":"modelarts/text_entity","id":"E1","name":"${name}","property":{"@modelarts:start_index":${name === 'person' ? '0,"@modelarts:end_index":3' : '4,"@modelarts:end_index":9'}}}]}\n`;
const one = (members: string) => `{"source":"obs://bucket/1.jpg",${members}}\n`;

/** Rules about splits and merges: D060–D074. */
export const splitExamples: readonly RuleExample[] = [
  {
    rule: 'D060',
    prints: 'data.manifest:2  error  the group of obs://bucket/scene/1.jpg is in train and in test  [D060]',
    ...run('split --check data.manifest --group-by source-folder', usages('TEST'), usages('TRAIN')),
  },
  {
    rule: 'D061',
    prints: 'data.manifest  warning  the part train has 7 samples, and should have 4  [D061]',
    ...rerun(
      'split data.manifest out --ratio train=0.5,test=0.5 --group-by source-folder',
      'split data.manifest out --ratio train=0.5,test=0.5 --group-by source',
      list(
        'data.manifest',
        'a/1.jpg',
        'a/2.jpg',
        'a/3.jpg',
        'a/4.jpg',
        'a/5.jpg',
        'a/6.jpg',
        'a/7.jpg',
        'b/8.jpg',
      ),
    ),
  },
  {
    rule: 'D062',
    prints: 'data.manifest  warning  the part test has no sample, and should have 1  [D062]',
    ...rerun(
      'split data.manifest out --ratio train=0.5,test=0.5 --group-by source-folder',
      'split data.manifest out --ratio train=0.5,test=0.5 --group-by source',
      list('data.manifest', 'a/1.jpg', 'a/2.jpg'),
    ),
  },
  {
    rule: 'D063',
    prints: 'test.manifest:1  error  obs://bucket/2.jpg is in train and in test  [D063]',
    ...run(
      'split --check train.manifest test.manifest',
      { ...list('train.manifest', '1.jpg', '2.jpg'), ...list('test.manifest', '2.jpg') },
      list('train.manifest', '1.jpg'),
    ),
  },
  {
    rule: 'D064',
    prints: 'train.manifest:2  warning  obs://bucket/1.jpg is in train more than once  [D064]',
    ...run(
      'split --check train.manifest test.manifest',
      { ...list('train.manifest', '1.jpg', '1.jpg'), ...list('test.manifest', '2.jpg') },
      list('train.manifest', '1.jpg'),
    ),
  },
  {
    rule: 'D065',
    prints: 'all.manifest:3  warning  obs://bucket/3.jpg is in no part: no part has it  [D065]',
    ...run(
      'split --check train.manifest test.manifest --of all.manifest',
      {
        ...list('train.manifest', '1.jpg'),
        ...list('test.manifest', '2.jpg'),
        ...list('all.manifest', '1.jpg', '2.jpg', '3.jpg'),
      },
      list('train.manifest', '1.jpg', '3.jpg'),
    ),
  },
  {
    rule: 'D066',
    prints: 'all.manifest  error  1 samples of the parts are not in the whole  [D066]',
    ...run(
      'split --check train.manifest test.manifest --of all.manifest',
      {
        ...list('train.manifest', '1.jpg', '3.jpg'),
        ...list('test.manifest', '2.jpg'),
        ...list('all.manifest', '1.jpg', '2.jpg'),
      },
      list('train.manifest', '1.jpg'),
    ),
  },
  {
    rule: 'D067',
    prints: 'test.manifest:1  error  b.jpg in test has the bytes of a file in train  [D067]',
    ...run(
      'split --check train.manifest test.manifest --check-files',
      {
        'train.manifest': '{"source":"a.jpg"}\n',
        'test.manifest': '{"source":"b.jpg"}\n',
        'a.jpg': jpeg,
        'b.jpg': jpeg,
      },
      { 'b.jpg': { image: 'jpeg', width: 64, height: 64 } },
    ),
  },
  {
    rule: 'D070',
    prints:
      'b.manifest:1  error  another sample with the source "obs://bucket/1.jpg" says something else  [D070]',
    ...run(
      'merge a.manifest b.manifest out.manifest --on-error skip',
      { 'a.manifest': `${picture(label('cat'))}\n`, 'b.manifest': `${picture(label('dog'))}\n` },
      { 'b.manifest': `${picture(label('cat'))}\n` },
    ),
  },
  {
    rule: 'D071',
    prints: 'a.manifest:1  warning  the usage is TRAIN and TEST; TRAIN is kept  [D071]',
    also: ['D070'],
    ...run(
      'merge a.manifest b.manifest out.manifest --on-conflict union',
      { 'a.manifest': one('"usage":"TRAIN"'), 'b.manifest': one('"usage":"TEST"') },
      { 'b.manifest': one('"usage":"TRAIN"') },
    ),
  },
  {
    rule: 'D072',
    prints: 'a.manifest:1  warning  id differs; that of the first sample is kept  [D072]',
    also: ['D070'],
    ...run(
      'merge a.manifest b.manifest out.manifest --on-conflict union',
      { 'a.manifest': one('"id":"1"'), 'b.manifest': one('"id":"2"') },
      { 'b.manifest': one('"id":"1"') },
    ),
  },
  {
    rule: 'D073',
    prints: 'a.manifest:1  error  both samples have an annotation "E1", and they differ  [D073]',
    also: ['D070'],
    ...run(
      'merge a.manifest b.manifest out.manifest --on-conflict union --on-error skip',
      { 'a.manifest': entityLine('person'), 'b.manifest': entityLine('verb') },
      { 'b.manifest': entityLine('verb').replace('E1', 'E2') },
    ),
  },
  {
    rule: 'D074',
    prints:
      'out.manifest  warning  relative references in out.manifest start from set, not from its own folder  [D074]',
    ...rerun(
      'filter set/data.manifest out.manifest --label cat',
      'filter set/data.manifest set/cats.manifest --label cat',
      { 'set/data.manifest': `{"source":"a.jpg","annotation":[${label('cat')}]}\n` },
    ),
  },
];
