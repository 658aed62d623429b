import type { RuleExample } from './example.js';
import { label, lines, picture, pictureWith, textLine } from './lines.js';

const good = '{"source":"obs://bucket/1.jpg"}';
const textLabel = '{"type":"modelarts/text_classification","name":"pets"}';

/** Rules about the members of a sample: M020–M041. */
export const manifestSampleExamples: readonly RuleExample[] = [
  {
    rule: 'M020',
    prints: 'data.manifest:1:1  error  the sample has no source  [M020]',
    ...lines('{"usage":"TRAIN"}', pictureWith('"usage":"TRAIN"')),
  },
  {
    rule: 'M021',
    prints: 'data.manifest:1:11  error  source is an array, not a string  [M021]',
    ...lines('{"source":["obs://bucket/1.jpg"]}', good),
  },
  {
    rule: 'M022',
    prints: 'data.manifest:1:11  warning  source "obs://bucket" has no bucket or no key  [M022]',
    ...lines('{"source":"obs://bucket"}', good),
  },
  {
    rule: 'M023',
    prints:
      'data.manifest:1:11  error  source "images/1.jpg" is a local path; the service reads OBS only  [M023]',
    ...lines(
      '{"source":"images/1.jpg"}',
      '{"source":"obs://bucket/images/1.jpg"}',
      '--profile modelarts-import',
    ),
  },
  {
    rule: 'M024',
    prints: 'data.manifest:1:11  warning  the text after content:// is empty  [M024]',
    ...lines('{"source":"content://"}', '{"source":"content://a cat"}'),
  },
  {
    rule: 'M025',
    prints:
      'data.manifest:1:11  error  the task labels images, but source "content://a cat" is a text  [M025]',
    ...lines(textLine('a cat', label('cat')), textLine('a cat', textLabel)),
  },
  {
    rule: 'M026',
    prints: 'data.manifest:1:11  warning  source "obs://bucket/1.gif" has the extension "gif"  [M026]',
    ...lines(
      '{"source":"obs://bucket/1.gif","usage":"TRAIN","annotation":[{"type":"modelarts/image_classification","name":"cat"}]}',
      picture(label('cat')),
    ),
  },
  {
    rule: 'M027',
    prints: 'data.manifest:1:40  warning  usage is "validation"  [M027]',
    ...lines(pictureWith('"usage":"validation"'), pictureWith('"usage":"EVAL"')),
  },
  {
    rule: 'M028',
    prints: 'data.manifest:1:40  error  usage is 1, not a string  [M028]',
    ...lines(pictureWith('"usage":1'), pictureWith('"usage":"TRAIN"')),
  },
  {
    rule: 'M029',
    prints: 'data.manifest:1:61  error  annotation is an object, not an array  [M029]',
    ...lines(pictureWith(`"usage":"TRAIN","annotation":${label('cat')}`), picture(label('cat'))),
  },
  {
    rule: 'M030',
    prints: 'data.manifest:1:62  error  annotation 0 is "cat", not an object  [M030]',
    ...lines(picture('"cat"'), picture(label('cat'))),
  },
  {
    rule: 'M031',
    prints: 'data.manifest:1:48  warning  the annotations are stored under "annotations"  [M031]',
    ...lines(pictureWith(`"usage":"TRAIN","annotations":[${label('cat')}]`), picture(label('cat'))),
  },
  {
    rule: 'M032',
    prints: 'data.manifest:1:39  warning  hard is "yes"  [M032]',
    ...lines(pictureWith('"hard":"yes"'), pictureWith('"hard":true')),
  },
  {
    rule: 'M033',
    prints: 'data.manifest:1:63  error  hard-coefficient is 85, outside 0 to 1  [M033]',
    ...lines(
      pictureWith('"hard":true,"hard-coefficient":85'),
      pictureWith('"hard":true,"hard-coefficient":0.85'),
    ),
  },
  {
    rule: 'M034',
    prints: 'data.manifest:1:59  warning  hard-reasons is "3,20"  [M034]',
    ...lines(
      pictureWith('"hard":true,"hard-reasons":"3,20"'),
      pictureWith('"hard":true,"hard-reasons":"3-20"'),
    ),
  },
  {
    rule: 'M035',
    prints: 'data.manifest:1:60  warning  hard-reasons is given although hard is false  [M035]',
    ...lines(pictureWith('"hard":false,"hard-reasons":"3"'), pictureWith('"hard":true,"hard-reasons":"3"')),
  },
  {
    rule: 'M036',
    prints: 'data.manifest:1:43  error  property is an array, not an object  [M036]',
    ...lines(pictureWith('"property":["night"]'), pictureWith('"property":{"time":"night"}')),
  },
  {
    rule: 'M037',
    prints:
      'data.manifest:1:43  warning  property is stored as the string "{\\"time\\":\\"night\\"}"  [M037]',
    ...lines(
      pictureWith('"property":"{\\"time\\":\\"night\\"}"'),
      pictureWith('"property":{"time":"night"}'),
    ),
  },
  {
    rule: 'M038',
    prints: 'data.manifest:1:46  warning  sample-type is 3  [M038]',
    ...lines(pictureWith('"sample-type":3'), pictureWith('"sample-type":0')),
  },
  {
    rule: 'M039',
    prints: 'data.manifest:1:37  warning  id is 17, not a string  [M039]',
    ...lines(pictureWith('"id":17'), pictureWith('"id":"17"')),
  },
  {
    rule: 'M040',
    prints: 'data.manifest:1:48  warning  inference-loc is "", not a non-empty string  [M040]',
    ...lines(pictureWith('"inference-loc":""'), pictureWith('"inference-loc":"obs://bucket/1.json"')),
  },
  {
    rule: 'M041',
    prints: 'data.manifest:1:46  warning  source-type is "parquet"  [M041]',
    ...lines(
      '{"source":"obs://bucket/1.csv","source-type":"parquet"}',
      '{"source":"obs://bucket/1.csv","source-type":"csv"}',
    ),
  },
];
