import type { RuleExample } from './example.js';
import { label, lines, picture, pictureWith } from './lines.js';

const good = '{"source":"obs://bucket/1.jpg"}';

/** Rules about lines and files: M001–M015. */
export const manifestLineExamples: readonly RuleExample[] = [
  {
    rule: 'M001',
    prints: 'data.manifest:1:1  error  byte 25 of the line is not valid in utf-8  [M001]',
    command: 'labelkit validate data.manifest',
    fixedCommand: 'labelkit validate data.manifest --encoding gbk',
    broken: {
      'data.manifest': {
        hex: '7b22736f75726365223a226f62733a2f2f6275636b65742fb9b72e6a7067227d0a',
        about: '{"source":"obs://bucket/狗.jpg"} in GBK',
      },
    },
    fixed: {
      'data.manifest': {
        hex: '7b22736f75726365223a226f62733a2f2f6275636b65742fb9b72e6a7067227d0a',
        about: '{"source":"obs://bucket/狗.jpg"} in GBK',
      },
    },
  },
  {
    rule: 'M002',
    prints: 'data.manifest:1:1  warning  the file starts with a UTF-8 byte order mark  [M002]',
    ...lines(`\ufeff${good}`, good),
  },
  {
    rule: 'M003',
    prints: 'data.manifest:1:1  error  the file starts with a byte order mark of utf-16le  [M003]',
    command: 'labelkit validate data.manifest',
    fixedCommand: 'labelkit validate data.manifest --encoding utf-16le',
    broken: {
      'data.manifest': {
        hex: 'fffe7b00220073006f00750072006300650022003a00220061002e006a007000670022007d000a00',
        about: '{"source":"a.jpg"} in UTF-16LE with a byte order mark',
      },
    },
    fixed: {
      'data.manifest': {
        hex: '7b00220073006f00750072006300650022003a0022006f00620073003a002f002f0062002f0061002e006a007000670022007d000a00',
        about: '{"source":"obs://b/a.jpg"} in UTF-16LE',
      },
    },
  },
  {
    rule: 'M004',
    prints: 'data.manifest:1:2  error  a name in single quotes  [M004]',
    ...lines("{'source':'obs://bucket/1.jpg'}", good),
  },
  {
    rule: 'M005',
    prints: 'data.manifest:2:1  error  the line is blank  [M005]',
    ...lines([good, '', '{"source":"obs://bucket/2.jpg"}'], [good, '{"source":"obs://bucket/2.jpg"}']),
  },
  {
    rule: 'M006',
    prints: 'data.manifest:1:1  error  the line is an array, not an object  [M006]',
    ...lines(`[${good}]`, good),
  },
  {
    rule: 'M007',
    prints: 'data.manifest:1:1  warning  lines end with CR LF  [M007]',
    command: 'labelkit validate data.manifest',
    broken: { 'data.manifest': `${good}\r\n` },
    fixed: { 'data.manifest': `${good}\n` },
  },
  {
    rule: 'M008',
    prints: 'data.manifest:1:32  warning  member "source" occurs twice, the last one counts  [M008]',
    ...lines(
      '{"source":"obs://bucket/1.jpg","source":"obs://bucket/2.jpg"}',
      '{"source":"obs://bucket/2.jpg"}',
    ),
  },
  {
    rule: 'M009',
    prints: 'data.manifest:1:32  warning  key "inference_loc" is spelt with an underscore  [M009]',
    ...lines(
      pictureWith('"inference_loc":"obs://bucket/1.json"'),
      pictureWith('"inference-loc":"obs://bucket/1.json"'),
    ),
  },
  {
    rule: 'M010',
    prints:
      'data.manifest:1:64  warning  "annotation" and "annotations" hold different values, "annotation" counts  [M010]',
    ...lines(
      pictureWith(
        '"usage":"TRAIN","annotation":[],"annotations":[{"type":"modelarts/image_classification","name":"cat"}]',
      ),
      picture(label('cat')),
    ),
  },
  {
    rule: 'M011',
    prints: 'data.manifest:1:32  warning  unknown key "usgae"  [M011]',
    ...lines(pictureWith('"usgae":"TRAIN"'), pictureWith('"usage":"TRAIN"'), '--pedantic'),
  },
  {
    rule: 'M012',
    prints: 'data.manifest:1:11  warning  the text has 102405 bytes, the service takes 102400  [M012]',
    command: 'labelkit validate data.manifest',
    broken: {
      'data.manifest': { before: '{"source":"content://', repeat: 'word ', times: 20_481, after: '"}\n' },
    },
    fixed: {
      'data.manifest': { before: '{"source":"content://', repeat: 'word ', times: 20_480, after: '"}\n' },
    },
  },
  {
    rule: 'M014',
    prints: 'data.manifest  warning  the file holds no samples  [M014]',
    command: 'labelkit validate data.manifest --from manifest',
    broken: { 'data.manifest': '' },
    fixed: { 'data.manifest': `${good}\n` },
  },
  {
    rule: 'M015',
    prints: 'data.manifest  warning  the file has 10001 labels, the service takes 10000  [M015]',
    command: 'labelkit validate data.manifest',
    broken: {
      'data.manifest': {
        repeat:
          '{"source":"content://text #","usage":"TRAIN","annotation":[{"type":"modelarts/text_classification","name":"label-#"}]}\n',
        times: 10_001,
      },
    },
    fixed: {
      'data.manifest': {
        repeat:
          '{"source":"content://text #","usage":"TRAIN","annotation":[{"type":"modelarts/text_classification","name":"label-#"}]}\n',
        times: 10_000,
      },
    },
  },
];
