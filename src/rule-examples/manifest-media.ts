import type { RuleExample } from './example.js';
import {
  boxes,
  entity,
  frame,
  label,
  lines,
  picture,
  pictureWith,
  recording,
  relation,
  segment,
  textLine,
} from './lines.js';

const met = (...annotations: readonly string[]) => textLine('Ada met Bo', ...annotations);
const ada = entity('person', '0', '3');
const team = (...annotations: readonly string[]) => textLine('Ada leads Lab9', ...annotations);
const person = entity('person', '0', '3', 'E1');
const org = entity('org', '10', '14', 'E2');
const leads = relation('R1', 'E1', 'E2');

/** Rules about texts and their entities and relations: M091–M106. */
export const manifestTextExamples: readonly RuleExample[] = [
  {
    rule: 'M091',
    prints: 'data.manifest:1:123  error  the entity has no @modelarts:end_index  [M091]',
    ...lines(
      met('{"type":"modelarts/text_entity","name":"person","property":{"@modelarts:start_index":0}}'),
      met(ada),
    ),
  },
  {
    rule: 'M092',
    prints: 'data.manifest:1:149  error  @modelarts:start_index is -1, not a non-negative integer  [M092]',
    ...lines(met(entity('person', '-1', '3')), met(ada)),
  },
  {
    rule: 'M093',
    prints: 'data.manifest:1:149  error  the entity starts at 8 and ends at 8  [M093]',
    ...lines(met(entity('person', '8', '8')), met(entity('person', '8', '10'))),
  },
  {
    rule: 'M094',
    prints: 'data.manifest:1:174  error  the entity ends at 11, the text has 10 characters  [M094]',
    ...lines(met(entity('person', '8', '11')), met(entity('person', '8', '10'))),
  },
  {
    rule: 'M095',
    prints:
      'data.manifest:1:11  warning  the text has characters outside the BMP; its offsets are taken as UTF-16 units  [M095]',
    ...lines(
      textLine('我爱😀北京', entity('place', '4', '6')),
      textLine('我爱北京', entity('place', '2', '4')),
    ),
  },
  {
    rule: 'M096',
    prints: 'data.manifest:1:235  warning  the spans 0–5 and 4–7 overlap  [M096]',
    ...lines(met(entity('person', '0', '5'), entity('verb', '4', '7')), met(ada, entity('verb', '4', '7'))),
  },
  {
    rule: 'M097',
    prints: 'data.manifest:1:123  warning  the entity "Ada " starts or ends with white space  [M097]',
    ...lines(met(entity('person', '0', '4')), met(ada)),
  },
  {
    rule: 'M100',
    prints: 'data.manifest:1:368  error  the id of the relation is "1"  [M100]',
    ...lines(team(person, org, relation('1', 'E1', 'E2')), team(person, org, leads)),
  },
  {
    rule: 'M101',
    prints: 'data.manifest:1:384  error  the relation has no @modelarts:to  [M101]',
    ...lines(
      team(
        person,
        org,
        '{"type":"modelarts/text_triplet","name":"leads","id":"R1","property":{"@modelarts:from":"E1"}}',
      ),
      team(person, org, leads),
    ),
  },
  {
    rule: 'M102',
    prints: 'data.manifest:1:424  error  @modelarts:to is "E9", no entity has this id  [M102]',
    ...lines(team(person, org, relation('R1', 'E1', 'E9')), team(person, org, leads)),
  },
  {
    rule: 'M103',
    prints: 'data.manifest:1:424  warning  the relation goes from "E1" to itself  [M103]',
    ...lines(team(person, org, relation('R1', 'E1', 'E1')), team(person, org, leads)),
  },
  {
    rule: 'M104',
    prints: 'data.manifest:1:431  warning  a second relation "leads" goes from "E1" to "E2"  [M104]',
    ...lines(
      team(person, org, leads, relation('R2', 'E1', 'E2', ',"since":"1990"')),
      team(person, org, leads),
    ),
  },
];

const speech = (property: string) => recording(`{"type":"modelarts/audio_content","property":{${property}}}`);
const [one, two, three] = ['00:00:01.000', '00:00:02.000', '00:00:03.000'] as const;
const detected = boxes('obs://bucket/frame.xml');
const taken = (seconds: number, duration: number) =>
  `"@modelarts:parent_source":"obs://bucket/film.mp4","@modelarts:parent_duration":${duration},"@modelarts:time_in_video":${seconds}`;
const table = (more: string) =>
  `{"source":"obs://bucket/part-0.carbondata","source-type":"carbondata"${more}}`;
const schema = (columns: string) => table(`,"property":{"@modelarts:schema":${columns}}`);

/** Rules about recordings, videos and tables: M110–M134. */
export const manifestMediaExamples: readonly RuleExample[] = [
  {
    rule: 'M110',
    prints: 'data.manifest:1:107  error  the annotation has no @modelarts:content  [M110]',
    ...lines(speech(''), speech('"@modelarts:content":"turn left"')),
  },
  {
    rule: 'M111',
    prints: 'data.manifest:1:112  error  the segment has no @modelarts:start_time  [M111]',
    ...lines(
      recording(
        '{"type":"modelarts/audio_segmentation","property":{"@modelarts:end_time":"00:00:02.000","@modelarts:source":"Ada","@modelarts:content":"hello"}}',
      ),
      recording(segment('Ada', one, two)),
    ),
  },
  {
    rule: 'M112',
    prints: 'data.manifest:1:137  error  @modelarts:start_time is "0:01.5"  [M112]',
    ...lines(recording(segment('Ada', '0:01.5', two)), recording(segment('Ada', '00:00:01.500', two))),
  },
  {
    rule: 'M113',
    prints:
      'data.manifest:1:137  error  the segment starts at "00:00:02.000" and ends at "00:00:02.000"  [M113]',
    ...lines(recording(segment('Ada', two, two)), recording(segment('Ada', one, two))),
  },
  {
    rule: 'M114',
    prints: 'data.manifest:1:246  warning  speaker "Ada" already speaks when this segment starts  [M114]',
    ...lines(
      recording(segment('Ada', one, three), segment('Ada', two, three)),
      recording(segment('Ada', one, three), segment('Bo', two, three)),
    ),
  },
  {
    rule: 'M115',
    prints: 'data.manifest:1:112  warning  the segment has no @modelarts:source  [M115]',
    ...lines(
      recording(
        '{"type":"modelarts/audio_segmentation","property":{"@modelarts:start_time":"00:00:01.000","@modelarts:end_time":"00:00:02.000","@modelarts:content":"hello"}}',
      ),
      recording(segment('Ada', one, two)),
    ),
  },
  {
    rule: 'M120',
    prints:
      'data.manifest:1:63  error  the video frame has no @modelarts:parent_duration and no @modelarts:time_in_video  [M120]',
    ...lines(
      frame('"@modelarts:parent_source":"obs://bucket/film.mp4"', detected),
      frame(taken(2, 8), detected),
    ),
  },
  {
    rule: 'M121',
    prints: 'data.manifest:1:173  error  @modelarts:time_in_video is 9, the video lasts 8 s  [M121]',
    ...lines(frame(taken(9, 8), detected), frame(taken(7, 8), detected)),
  },
  {
    rule: 'M122',
    prints: 'data.manifest:1:144  error  @modelarts:parent_duration is 0, not a positive number  [M122]',
    ...lines(frame(taken(0, 0), detected), frame(taken(0, 8), detected)),
  },
  {
    rule: 'M123',
    prints:
      'data.manifest:1:198  warning  the video frame has an annotation of type "modelarts/image_classification"  [M123]',
    also: ['M140'],
    ...lines(frame(taken(2, 8), label('cat')), frame(taken(2, 8), detected)),
  },
  {
    rule: 'M130',
    prints: 'data.manifest:1:1  warning  the carbondata sample has no @modelarts:schema  [M130]',
    ...lines(table(''), schema('{"id":"string"}')),
  },
  {
    rule: 'M131',
    prints: 'data.manifest:1:103  error  the schema is an array, not an object of columns  [M131]',
    ...lines(schema('["id"]'), schema('{"id":"string"}')),
  },
  {
    rule: 'M133',
    prints: 'data.manifest:1:109  warning  column "id" has the unknown type "text"  [M133]',
    ...lines(schema('{"id":"text"}'), schema('{"id":"string"}')),
  },
  {
    rule: 'M134',
    prints: 'data.manifest:1:77  warning  a free-form sample has annotations  [M134]',
    ...lines(
      pictureWith(`"usage":"TRAIN","sample-type":9,"annotation":[${label('cat')}]`),
      pictureWith(`"usage":"TRAIN","sample-type":0,"annotation":[${label('cat')}]`),
    ),
  },
];

const numbered = (number: number, members: string) => `{"source":"obs://bucket/${number}.jpg",${members}}`;
const labelled = (number: number, usage: string, labelName: string) =>
  numbered(number, `"usage":"${usage}","annotation":[${label(labelName)}]`);
const unsplit = (number: number) => numbered(number, `"annotation":[${label('cat')}]`);
const local = (members: string) => `{"source":"images/1.jpg",${members}}`;
const mindspore = '--profile mindspore';

/** Rules about files as a whole, and of MindSpore: M140–M155. */
export const manifestFileExamples: readonly RuleExample[] = [
  {
    rule: 'M140',
    prints:
      'data.manifest:2:1  warning  the file carries 2 labelling types: image_classification (from line 1), text_classification (from line 2)  [M140]',
    ...lines(
      [picture(label('cat')), textLine('a cat', '{"type":"modelarts/text_classification","name":"pets"}')],
      picture(label('cat')),
    ),
  },
  {
    rule: 'M141',
    prints: 'data.manifest:2:37  warning  the id of this sample is that of an earlier one, on line 1  [M141]',
    ...lines(
      [numbered(1, '"id":"a"'), numbered(2, '"id":"a"')],
      [numbered(1, '"id":"a"'), numbered(2, '"id":"b"')],
    ),
  },
  {
    rule: 'M142',
    prints:
      'data.manifest:2:11  warning  the source of this sample is that of an earlier one, on line 1  [M142]',
    ...lines([labelled(1, 'TRAIN', 'cat'), labelled(1, 'TRAIN', 'dog')], picture(label('cat'), label('dog'))),
  },
  {
    rule: 'M143',
    prints:
      'data.manifest:2:40  warning  the source of this sample occurs under another usage, on line 1  [M143]',
    also: ['M142'],
    ...lines(
      [labelled(1, 'TRAIN', 'cat'), labelled(1, 'TEST', 'cat')],
      [labelled(1, 'TRAIN', 'cat'), labelled(2, 'TEST', 'cat')],
    ),
  },
  {
    rule: 'M144',
    prints: 'data.manifest  warning  1 label is on fewer than 5 samples: "cat"  [M144]',
    ...lines([1, 2, 3, 4].map(unsplit), [1, 2, 3, 4, 5].map(unsplit)),
  },
  {
    rule: 'M145',
    prints:
      'data.manifest:2:1  warning  labels differ only in case, width or normalisation: "cat", "Cat"  [M145]',
    ...lines(
      [labelled(1, 'TRAIN', 'cat'), labelled(2, 'TRAIN', 'Cat')],
      [labelled(1, 'TRAIN', 'cat'), labelled(2, 'TRAIN', 'cat')],
    ),
  },
  {
    rule: 'M150',
    prints: 'data.manifest:1:11  error  source "obs://bucket/1.jpg" is not a local path  [M150]',
    also: ['M023'],
    ...lines(picture(label('cat')), local(`"usage":"TRAIN","annotation":[${label('cat')}]`), mindspore),
  },
  {
    rule: 'M151',
    prints: 'data.manifest:1:1  error  the sample has no member "annotation"  [M151]',
    also: ['M023'],
    ...lines(local('"usage":"INFERENCE"'), local('"usage":"INFERENCE","annotation":[]'), mindspore),
  },
  {
    rule: 'M152',
    prints: 'data.manifest:1:56  error  annotation 0 has no name  [M152]',
    also: ['M023'],
    ...lines(
      local(`"usage":"TRAIN","annotation":[${boxes('obs://bucket/1.xml')}]`),
      local(`"usage":"TRAIN","annotation":[${label('cat')}]`),
      mindspore,
    ),
  },
  {
    rule: 'M153',
    prints: 'data.manifest:1:34  warning  usage is "TEST", MindSpore skips the sample  [M153]',
    also: ['M023'],
    ...lines(
      local(`"usage":"TEST","annotation":[${label('cat')}]`),
      local(`"usage":"EVAL","annotation":[${label('cat')}]`),
      mindspore,
    ),
  },
  {
    rule: 'M154',
    prints: 'data.manifest:1:11  warning  "images/1.jpg" is not a JPEG, PNG, GIF or BMP file  [M154]',
    also: ['M023'],
    command: 'labelkit validate data.manifest --check-files --profile mindspore',
    broken: {
      'data.manifest': `${local(`"usage":"TRAIN","annotation":[${label('cat')}]`)}\n`,
      'images/1.jpg': {
        hex: '524946461a000000574542505650384c0d0000002f',
        about: 'the beginning of a WebP image',
      },
    },
    fixed: {
      'data.manifest': `${local(`"usage":"TRAIN","annotation":[${label('cat')}]`)}\n`,
      'images/1.jpg': { image: 'jpeg', width: 100, height: 80 },
    },
  },
];
