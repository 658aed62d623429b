import type { Random } from '../../support/random.js';

type Plain = Record<string, unknown>;

const labels = [
  'cat',
  'Dog',
  '向日葵',
  'a-b_c',
  '3',
  'traffic light',
  'x'.repeat(33),
  ' pad',
  'DOG',
  'Dog',
  'é',
];
const goodLabels = ['cat', 'Dog', '向日葵', 'a-b_c', '3'];
const times = [
  '2024-02-29 23:59:59',
  '2019-03-30 17:22:31',
  '2023-02-29 00:00:00',
  '2024-13-01 00:00:00',
  7,
  '2024-04-31 10:00:00',
];
const odd = [
  null,
  '',
  0,
  1,
  true,
  false,
  'TRAIN',
  -1,
  1.5,
  '0.5',
  [],
  {},
  'a\u0001b',
  'a\u0085b',
  'obs://b',
  'content://',
  'content:// ',
  '\u3000',
  'modelarts/foo',
  'text_entity',
  'a\tb',
  'q"q',
  '😀',
  '10',
  1e21,
  { a: { b: [1] } },
  ['x', 'y'],
  9,
  'x.XML',
  '31',
  '3-30',
];
const oddKeys = [
  'annotation_loc',
  'annotations',
  'hard_reasons',
  'Source',
  'source-type',
  'id',
  'hard-coefficient',
  'name',
  'type',
  'usage',
  'property',
  '@modelarts:content',
  '@modelarts:parent_source',
  '@modelarts:schema',
  'hard',
  'creation-time',
  'inference-loc',
  'confidence',
  'annotation-format',
  'sample-type',
  '__proto__',
  '',
];

/** A sample as files have them; `wild` adds what only some files have. */
export function randomSample(random: Random, serial: number, wild: boolean): Plain {
  const kind = random.below(5);
  const id = random.chance(0.7) ? { id: `${serial.toString(16).padStart(8, '0')}dd2373b79d39c3e5` } : {};
  const usage = random.chance(0.8)
    ? { usage: random.pick(['TRAIN', 'EVAL', 'train', 'TEST', 'inference', ...(wild ? ['Train', 'x'] : [])]) }
    : {};
  const annotation = [];
  const count = random.below(4);
  const place = wild
    ? random.pick(['obs://bucket', '/data', '.', 'obs:/', 'C:'])
    : `${random.pick(['obs', 's3', 's3a'])}://bucket`;
  let source = `${place}/图像 (1)/IMG_${serial}.${random.pick(['jpg', 'png', 'jpeg', 'bmp', ...(wild ? ['JPG', 'gif', ''] : [])])}`;
  const common = (): Plain => ({
    ...(random.chance(0.5)
      ? { 'annotated-by': random.pick(['human', 'human/a/b', 'modelarts/auto-label']) }
      : {}),
    ...(random.chance(0.6)
      ? { 'creation-time': wild ? random.pick(times) : random.pick(times.slice(0, 2)) }
      : {}),
    ...(random.chance(0.3)
      ? { confidence: random.pick([0, 1, 0.5, 0.123, ...(wild ? [1.0001, '0.5', 2] : [])]) }
      : {}),
    ...(random.chance(0.3)
      ? { hard: random.pick([true, false, 'true', 'false', ...(wild ? ['1', 0, 'yes'] : [])]) }
      : {}),
    ...(random.chance(0.1)
      ? { hard: true, 'hard-coefficient': 0.25, 'hard-reasons': random.pick(['3-20', '0', '30-1']) }
      : {}),
  });
  const label = (i: number): string =>
    wild ? random.pick(labels) : goodLabels[(i + serial) % goodLabels.length]!;
  if (kind === 0 || kind === 4) {
    const audio = kind === 4;
    if (audio) source = source.replace(/[a-z]*$/, 'wav');
    for (let i = 0; i < count; i++) {
      const type = audio ? 'modelarts/audio_classification' : 'modelarts/image_classification';
      annotation.push({
        name: label(i),
        type,
        ...(random.chance(0.5) ? { property: { side: 'left', n: 4, b: true } } : {}),
        ...common(),
      });
    }
  } else if (kind === 1) {
    for (let i = 0; i < count; i++) {
      annotation.push({
        'annotation-loc': `./a/${wild ? random.below(2) : i}-${serial}.xml`,
        type: random.pick(['modelarts/object_detection', 'modelarts/image_segmentation']),
        ...(random.chance(0.5) ? { 'annotation-format': 'PASCAL VOC' } : {}),
        ...common(),
      });
    }
  } else if (kind === 2) {
    const words = [
      'Ada',
      'met',
      '"Bo"',
      '我爱北京',
      'x\\y',
      wild ? '😀' : 'z',
      wild ? '\u2028' : 'tab\there',
    ];
    let text = '';
    for (let i = 0; i < 8; i++) {
      const word = random.pick(words);
      const start = text.length;
      text += word;
      if (annotation.length < count) {
        const shift = wild && random.chance(0.1) ? random.pick([-1, 1, 5]) : 0;
        annotation.push({
          name: label(i),
          type: 'modelarts/text_entity',
          property: { '@modelarts:start_index': start, '@modelarts:end_index': text.length + shift },
          ...common(),
        });
      }
      text += random.pick([' ', '，', ', ']);
    }
    source = `content://${text}`;
  } else {
    source = source.replace(/[a-z]*$/, 'wav');
    annotation.push({
      type: 'modelarts/audio_content',
      property: { '@modelarts:content': 'turn "left"' },
      ...common(),
    });
  }
  const head = {
    ...id,
    source,
    ...(random.chance(0.2) ? { 'sample-type': wild ? random.below(4) : [0, 0, 1, 2, 2][kind] } : {}),
  };
  const tail = { ...usage, ...(random.chance(0.2) ? { property: { shift: 'late', lot: 'L-1' } } : {}) };
  const labelled = random.chance(0.95) ? { annotation } : {};
  return random.chance(0.5) ? { ...head, ...tail, ...labelled } : { ...labelled, ...tail, ...head };
}

/** Changes something inside the value. */
export function mutateValue(random: Random, sample: Plain): void {
  let target = sample;
  const inner = sample['annotation'];
  if (Array.isArray(inner) && inner.length > 0 && random.chance(0.6)) {
    const element: unknown = random.pick(inner as unknown[]);
    if (typeof element !== 'object' || element === null) return;
    target = element as Plain;
    if (random.chance(0.15)) {
      inner.push(structuredClone(target));
      return;
    }
  }
  const property = target['property'];
  if (typeof property === 'object' && property !== null && random.chance(0.3)) target = property as Plain;
  const keys = Object.keys(target);
  const key = random.chance(0.7) && keys.length > 0 ? random.pick(keys) : random.pick(oddKeys);
  if (random.chance(0.2)) delete target[key];
  else
    Object.defineProperty(target, key, {
      value: structuredClone(random.pick(odd)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

const bytesToInsert = [
  ...Buffer.from('"\\{}[],: \t0123456789.-eE/@truefalsnTRAIN'),
  0,
  1,
  0x1f,
  0x7f,
  0x80,
  0xc3,
  0xe4,
  0xff,
];

/** Changes some bytes of the text. */
export function mutateBytes(random: Random, line: Buffer): Buffer<ArrayBuffer> {
  const at = random.below(line.length);
  const length = 1 + random.below(random.chance(0.5) ? 2 : 24);
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([line.subarray(0, at), line.subarray(at + length)]);
    case 1:
      return Buffer.concat([
        line.subarray(0, at),
        Buffer.from([random.pick(bytesToInsert)]),
        line.subarray(at),
      ]);
    case 2:
      return Buffer.concat([line.subarray(0, at + length), line.subarray(at)]);
    case 3: {
      const copy = Buffer.from(line);
      copy[at] = random.pick(bytesToInsert);
      return copy;
    }
    default: {
      const other = random.below(line.length);
      return Buffer.concat([line.subarray(0, at), line.subarray(other, other + length), line.subarray(at)]);
    }
  }
}
