import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import {
  annotators,
  chineseAnnotators,
  chineseEntityLabels,
  chineseLabels,
  chineseSurfaces,
  chineseWords,
  englishWords,
  entityLabels,
  labels,
  shifts,
  surfaces,
} from './words.mjs';
import { Xorshift } from './xorshift.mjs';

/** Bytes gathered before each write. */
const batchBytes = 1 << 20;

/**
 * Writes a ModelArts Manifest of `lines` valid lines, about 600 bytes each, in flat memory. A longer file of
 * the same seed starts with the shorter one.
 *
 * The one fault of the file as a whole is that it mixes tasks, so that one file exercises them all.
 * @param {string} path replaced when it exists; absent until complete
 * @param {number} lines
 * @param {number} seed
 * @returns {{items: number, bytes: number, sha256: string}}
 */
export function generateManifest(path, lines, seed) {
  const random = new Xorshift(seed);
  const hash = createHash('sha256');
  const batch = Buffer.allocUnsafe(batchBytes + (1 << 16)); // a line is far below the 64 KB of slack
  const partial = `${path}.partial`;
  const file = openSync(partial, 'w');
  let used = 0;
  let bytes = 0;
  const flush = () => {
    const full = batch.subarray(0, used);
    hash.update(full);
    for (let done = 0; done < used; ) done += writeSync(file, full, done);
    bytes += used;
    used = 0;
  };
  try {
    for (let serial = 0; serial < lines; serial++) {
      used += batch.write(`${JSON.stringify(sample(random, serial))}\n`, used);
      if (used >= batchBytes) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  return { items: lines, bytes, sha256: hash.digest('hex') };
}

/**
 * One sample: 45 % classified images, 30 % detection, 15 % texts with entities, 10 % transcribed speech.
 * 15 % of each hold Chinese.
 * @param {Xorshift} random
 * @param {number} serial makes the source and the id unique
 */
function sample(random, serial) {
  const kind = random.below(100);
  const chinese = random.chance(15);
  const head = { id: sampleId(random, serial) };
  const usage = random.chance(80) ? 'TRAIN' : 'EVAL';
  if (kind < 45) return { ...head, ...classifiedImage(random, serial, chinese, usage) };
  if (kind < 75) return { ...head, ...detectedImage(random, serial, chinese, usage) };
  if (kind < 90) return { ...head, ...textWithEntities(random, serial, chinese, usage) };
  return { ...head, ...speech(random, serial, chinese, usage) };
}

/**
 * @param {Xorshift} random
 * @param {number} serial
 * @param {boolean} chinese
 * @param {string} usage
 */
function classifiedImage(random, serial, chinese, usage) {
  const names = chinese ? chineseLabels : labels;
  const first = random.below(names.length);
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const annotation = [];
  for (let i = 0; i < count; i++) {
    annotation.push({
      name: names[(first + i * 7) % names.length], // 7 apart: never the same label twice
      type: 'modelarts/image_classification',
      confidence: random.below(1001) / 1000,
      ...(random.chance(20) ? { hard: random.chance(50) } : {}),
      property: {
        surface: random.pick(chinese ? chineseSurfaces : surfaces),
        side: random.pick(['upper', 'lower', 'left', 'right']),
      },
      'annotated-by': random.pick(chinese ? chineseAnnotators : annotators),
      'creation-time': timestamp(random),
    });
  }
  return {
    source: `obs://plant-vision/${chinese ? '图像' : 'images'}/${day(random)}/camera-${random.between(1, 24)}/IMG_${pad(serial)}.jpg`,
    'sample-type': 0,
    usage,
    ...(random.chance(10)
      ? { hard: true, 'hard-coefficient': random.below(101) / 100, 'hard-reasons': '3-20' }
      : {}),
    property: {
      shift: random.pick(shifts),
      station: `S${random.between(1, 40)}`,
      lot: `LOT-${random.between(100000, 999999)}`,
      exposure: `1/${random.between(60, 2000)}`,
    },
    annotation,
  };
}

/**
 * @param {Xorshift} random
 * @param {number} serial
 * @param {boolean} chinese
 * @param {string} usage
 */
function detectedImage(random, serial, chinese, usage) {
  const folder = `obs://plant-vision/${chinese ? '检测/图像' : 'detection/images'}/${day(random)}/camera-${random.between(1, 24)}`;
  const rounds = random.chance(40) ? ['first-pass', 'second-pass'] : ['first-pass'];
  return {
    source: `${folder}/FRAME_${pad(serial)}.jpg`,
    'sample-type': 0,
    usage,
    annotation: rounds.map((round) => ({
      'annotation-loc': `${folder}/annotations/${round}/FRAME_${pad(serial)}.xml`,
      type: 'modelarts/object_detection',
      'annotation-format': 'PASCAL VOC',
      ...(random.chance(25) ? { confidence: random.below(1001) / 1000 } : {}),
      hard: random.chance(10),
      property: {
        tool: 'console',
        reviewer: random.pick(chinese ? chineseAnnotators : annotators),
        revision: `${random.between(1, 9)}`,
      },
      'annotated-by': random.pick(chinese ? chineseAnnotators : annotators),
      'creation-time': timestamp(random),
    })),
  };
}

/**
 * Spans cover whole words, so they neither overlap nor touch a blank; every character is in the BMP, so
 * offsets in UTF-16 units and in code points agree.
 * @param {Xorshift} random
 * @param {number} serial
 * @param {boolean} chinese
 * @param {string} usage
 */
function textWithEntities(random, serial, chinese, usage) {
  const vocabulary = chinese ? chineseWords : englishWords;
  const names = chinese ? chineseEntityLabels : entityLabels;
  const gap = chinese ? '' : ' ';
  let text = chinese ? `工单${pad(serial)}：` : `Ticket ${pad(serial)}: `;
  const spans = [];
  const wanted = random.between(1, 4);
  const length = random.between(14, 26);
  for (let i = 0; i < length; i++) {
    if (i > 0) text += gap;
    if (random.chance(4)) {
      text += chinese ? `"${random.pick(vocabulary)}"，` : `"${random.pick(vocabulary)}",`;
      continue;
    }
    const start = text.length;
    text += random.pick(vocabulary);
    const isLastChance = i === length - 1 && spans.length === 0;
    if (isLastChance || (spans.length < wanted && random.chance(25))) spans.push({ start, end: text.length });
  }
  if (spans.length === 0) {
    const start = text.length;
    text += random.pick(vocabulary);
    spans.push({ start, end: text.length });
  }
  return {
    source: `content://${text}`,
    'sample-type': 1,
    usage,
    annotation: spans.map(({ start, end }) => ({
      name: random.pick(names),
      type: 'modelarts/text_entity',
      property: { '@modelarts:start_index': start, '@modelarts:end_index': end },
      'annotated-by': random.pick(chinese ? chineseAnnotators : annotators),
      'creation-time': timestamp(random),
    })),
  };
}

/**
 * @param {Xorshift} random
 * @param {number} serial
 * @param {boolean} chinese
 * @param {string} usage
 */
function speech(random, serial, chinese, usage) {
  const spoken = [];
  for (let i = random.between(15, 45); i > 0; i--)
    spoken.push(random.pick(chinese ? chineseWords : englishWords));
  return {
    source: `obs://plant-audio/${chinese ? '录音' : 'recordings'}/${day(random)}/desk-${random.between(1, 12)}/CALL_${pad(serial)}.wav`,
    'sample-type': 2,
    usage,
    annotation: [
      {
        type: 'modelarts/audio_content',
        confidence: random.below(1001) / 1000,
        property: { '@modelarts:content': spoken.join(chinese ? '' : ' ') },
        'annotated-by': random.pick(chinese ? chineseAnnotators : annotators),
        'creation-time': timestamp(random),
      },
    ],
  };
}

/**
 * 32 hexadecimal digits, as exports write them; the serial inside keeps them apart.
 * @param {Xorshift} random
 * @param {number} serial
 */
function sampleId(random, serial) {
  return hex(random.next()) + hex(serial) + hex(random.next()) + hex(random.next());
}

/** @param {number} number */
const hex = (number) => number.toString(16).padStart(8, '0');

/** @param {number} serial */
const pad = (serial) => String(serial).padStart(9, '0');

/** @param {number} number */
const two = (number) => String(number).padStart(2, '0');

/** @param {Xorshift} random */
const day = (random) => `2024-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;

/** @param {Xorshift} random */
const timestamp = (random) =>
  `${day(random)} ${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}`;
