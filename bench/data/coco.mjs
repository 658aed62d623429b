import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { labels } from './words.mjs';
import { Xorshift } from './xorshift.mjs';

/** Characters gathered before each write. */
const batchLength = 1 << 20;

const sizes = /** @type {const} */ ([
  [640, 480],
  [480, 640],
  [640, 427],
  [500, 375],
  [1024, 768],
]);

/**
 * Writes a COCO instances file, about 4.7 KB for each image, in flat memory: images, then annotations in the order of
 * the images, then categories, as the published files have them. Polygons have 6 to 55 points, one annotation of a
 * hundred is a crowd with run lengths, and names hold quotes and brackets.
 * @param {string} path replaced when it exists; absent until complete
 * @param {number} images
 * @param {number} seed
 * @returns {{items: number, bytes: number, sha256: string}}
 */
export function generateCoco(path, images, seed) {
  const random = new Xorshift(seed);
  const hash = createHash('sha256');
  const partial = `${path}.partial`;
  const file = openSync(partial, 'w');
  let bytes = 0;
  let text = '{"info":{"description":"generated"},"licenses":[],"images":[';
  const flush = () => {
    const full = Buffer.from(text);
    hash.update(full);
    for (let done = 0; done < full.length; ) done += writeSync(file, full, done);
    bytes += full.length;
    text = '';
  };
  try {
    for (let serial = 0; serial < images; serial++) {
      text += `${serial === 0 ? '' : ', '}${JSON.stringify(image(serial))}`;
      if (text.length >= batchLength) flush();
    }
    text += '],"annotations":[';
    for (let serial = 0, id = 0; serial < images; serial++) {
      for (let count = random.between(0, 15); count > 0; count--) {
        text += `${id === 0 ? '' : ', '}${JSON.stringify(annotation(random, serial, ++id))}`;
        if (text.length >= batchLength) flush();
      }
    }
    const categories = labels.map((name, at) => ({ supercategory: 'part', id: at * 2 + 1, name }));
    text += `],"categories":${JSON.stringify(categories)}}\n`;
    flush();
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  return { items: images, bytes, sha256: hash.digest('hex') };
}

/** @param {number} serial */
function sizeOf(serial) {
  return sizes[serial % sizes.length] ?? sizes[0];
}

/** @param {number} serial */
function image(serial) {
  const [width, height] = sizeOf(serial);
  const stem = String(serial).padStart(12, '0');
  return {
    license: (serial % 8) + 1,
    file_name: serial % 50 === 0 ? `a "b" [${stem}] {c}.jpg` : `${stem}.jpg`,
    coco_url: `http://images.example/train/${stem}.jpg`,
    height,
    width,
    date_captured: '2013-11-14 17:02:52',
    id: serial + 1,
  };
}

/**
 * @param {Xorshift} random
 * @param {number} serial
 * @param {number} id
 */
function annotation(random, serial, id) {
  const [width, height] = sizeOf(serial);
  const own = { iscrowd: 0, image_id: serial + 1 };
  const category = { category_id: random.below(labels.length) * 2 + 1, id };
  if (random.chance(1)) {
    // The first column whole, then the lower quarter of each: the mask touches every edge of its image.
    const counts = [0, height];
    for (let x = 1; x < width; x++) counts.push(height - (height >> 2), height >> 2);
    return {
      segmentation: { counts, size: [height, width] },
      area: 0,
      ...own,
      iscrowd: 1,
      bbox: [0, 0, width, height],
      ...category,
    };
  }
  const points = [];
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let count = random.between(6, 55); count > 0; count--) {
    const x = random.below(width * 100) / 100;
    const y = random.below(height * 100) / 100;
    points.push(x, y);
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  const bbox = [left, top, right - left, bottom - top].map((number) => Math.round(number * 100) / 100);
  return { segmentation: [points], area: random.below(1e7) / 100, ...own, bbox, ...category };
}
