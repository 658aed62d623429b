import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chineseLabels, chineseSurfaces, labels, surfaces } from './words.mjs';
import { Xorshift } from './xorshift.mjs';

/** Width and height in pixels. */
const imageSizes = /** @type {const} */ ([
  [640, 480],
  [800, 600],
  [1024, 768],
  [1280, 720],
  [1920, 1080],
]);

/** Names that need an entity when written. */
const escapedNames = ['nut &amp; bolt', 'R&amp;D sample', '螺母&amp;螺栓', 'gap &lt; 2 mm'];

/** Every label that {@link generateVoc} gives, as it reads. */
export const vocLabels = [
  ...labels,
  ...chineseLabels,
  ...escapedNames.map((name) => name.replace('&amp;', '&').replace('&lt;', '<')),
];

const poses = ['Unspecified', '0', 'Left', 'Right', 'Frontal', 'Rear'];

/** Sixteen directions in order of angle, in thousandths. A table: `Math.cos` may differ between engines. */
const directions = /** @type {const} */ ([
  [1000, 0],
  [924, 383],
  [707, 707],
  [383, 924],
  [0, 1000],
  [-383, 924],
  [-707, 707],
  [-924, 383],
  [-1000, 0],
  [-924, -383],
  [-707, -707],
  [-383, -924],
  [0, -1000],
  [383, -924],
  [707, -707],
  [924, -383],
]);

/** Smallest box side and polygon radius: keeps rounded corners apart and parts at two pixels or more. */
const smallest = 24;

/**
 * Writes a flat folder of `files` valid Pascal VOC files in the layout of ModelArts exports, about 6 KB each.
 * A larger folder of the same seed holds the smaller one.
 * @param {string} folder replaced when it exists; absent until complete
 * @param {number} files
 * @param {number} seed
 * @param {boolean} [onlyBoxes] every object has a box and none has another outline
 * @returns {{items: number, bytes: number, sha256: string}} the checksum covers the files in order of name
 */
export function generateVoc(folder, files, seed, onlyBoxes = false) {
  const random = new Xorshift(seed);
  const hash = createHash('sha256');
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  let bytes = 0;
  for (let serial = 0; serial < files; serial++) {
    const stem = stemOf(serial);
    const text = Buffer.from(document(random, stem, onlyBoxes));
    hash.update(text);
    bytes += text.length;
    writeFileSync(join(partial, `${stem}.xml`), text);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return { items: files, bytes, sha256: hash.digest('hex') };
}

/**
 * Writes a manifest with a line for each file of a folder that {@link generateVoc} makes beside it.
 * @param {string} path replaced when it exists
 * @param {number} files
 * @returns {{items: number, bytes: number, sha256: string}}
 */
export function generateVocManifest(path, files) {
  const folder = basename(path, '.manifest');
  let text = '';
  for (let serial = 0; serial < files; serial++) {
    const name = `${folder}/${stemOf(serial)}`;
    const annotation = [{ type: 'modelarts/object_detection', 'annotation-loc': `${name}.xml` }];
    text += `${JSON.stringify({ source: `${name}.jpg`, usage: serial % 5 === 0 ? 'EVAL' : 'TRAIN', annotation })}\n`;
  }
  const bytes = Buffer.from(text);
  writeFileSync(path, bytes);
  return { items: files, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** @param {number} serial */
const stemOf = (serial) => `frame_${String(serial).padStart(7, '0')}`;

/**
 * @param {Xorshift} random
 * @param {string} stem
 * @param {boolean} onlyBoxes
 */
function document(random, stem, onlyBoxes) {
  const [width, height] = random.pick(imageSizes);
  let xml = random.chance(90) ? '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' : '';
  xml += '<annotation>\n    <folder>Images</folder>\n';
  xml += `    <filename>${stem}.jpg</filename>\n`;
  xml += '    <source>\n        <database>Unknown</database>\n    </source>\n';
  xml += `    <size>\n        <width>${width}</width>\n        <height>${height}</height>\n        <depth>3</depth>\n    </size>\n`;
  xml += '    <segmented>0</segmented>\n';
  const objects = 1 + Math.min(random.below(30), random.below(30)); // 1…30, few more often than many
  for (let i = 0; i < objects; i++) xml += object(random, width, height, onlyBoxes);
  return `${xml}</annotation>\n`;
}

/**
 * @param {Xorshift} random
 * @param {number} width
 * @param {number} height
 * @param {boolean} onlyBoxes
 */
function object(random, width, height, onlyBoxes) {
  const difficult = random.chance(10);
  let xml = `    <object>\n        <name>${objectName(random)}</name>\n`;
  if (random.chance(30)) xml += properties(random);
  xml += `        <pose>${random.pick(poses)}</pose>\n`;
  xml += `        <truncated>${random.below(2)}</truncated>\n`;
  xml += `        <difficult>${difficult ? 1 : 0}</difficult>\n`;
  if (difficult && random.chance(50)) {
    xml += `        <hard-coefficient>0.${random.between(1, 9)}</hard-coefficient>\n`;
  }
  xml += `        <occluded>${random.below(2)}</occluded>\n`;
  if (random.chance(20)) xml += `        <confidence>0.${random.between(10, 99)}</confidence>\n`;
  const outline = onlyBoxes ? 100 : random.below(100);
  if (outline < 14) xml += polygon(random, width, height);
  else if (outline < 18) xml += polyline(random, width, height);
  else xml += boxWithParts(random, width, height);
  return `${xml}    </object>\n`;
}

/** @param {Xorshift} random */
function objectName(random) {
  const kind = random.below(100);
  if (kind < 6) return random.pick(escapedNames);
  return random.pick(kind < 21 ? chineseLabels : labels);
}

/**
 * Half as one child per property, half as key and value.
 * @param {Xorshift} random
 */
function properties(random) {
  const inChinese = random.chance(30);
  const [surface, grade] = inChinese ? ['表面', '等级'] : ['surface', 'grade'];
  const finish = random.pick(inChinese ? chineseSurfaces : surfaces);
  const level = random.between(1, 5);
  const [before, after] = ['        <properties>\n', '        </properties>\n'];
  if (random.chance(50)) {
    return `${before}            <${surface}>${finish}</${surface}>\n            <${grade}>${level}</${grade}>\n${after}`;
  }
  return before + keyValue(surface, finish) + keyValue(grade, String(level)) + after;
}

/**
 * @param {string} key
 * @param {string} value
 */
function keyValue(key, value) {
  const pad = '            ';
  return `${pad}<property>\n${pad}    <key>${key}</key>\n${pad}    <value>${value}</value>\n${pad}</property>\n`;
}

/**
 * A box inside the image; 12 % of the boxes, 10 % of all objects, have one to four parts inside the box.
 * @param {Xorshift} random
 * @param {number} width
 * @param {number} height
 */
function boxWithParts(random, width, height) {
  const [xmin, xmax] = interval(random, 0, width, smallest);
  const [ymin, ymax] = interval(random, 0, height, smallest);
  let xml = box('        ', xmin, ymin, xmax, ymax);
  if (!random.chance(12)) return xml;
  for (let parts = random.between(1, 4); parts > 0; parts--) {
    const [left, right] = interval(random, xmin, xmax, 4);
    const [top, bottom] = interval(random, ymin, ymax, 4);
    xml += `        <part>\n            <name>${random.pick(labels)}</name>\n`;
    xml += `${box('            ', left, top, right, bottom)}        </part>\n`;
  }
  return xml;
}

/**
 * @param {string} pad
 * @param {number} xmin
 * @param {number} ymin
 * @param {number} xmax
 * @param {number} ymax
 */
function box(pad, xmin, ymin, xmax, ymax) {
  const inner = `${pad}    `;
  return `${pad}<bndbox>\n${inner}<xmin>${xmin}</xmin>\n${inner}<ymin>${ymin}</ymin>\n${inner}<xmax>${xmax}</xmax>\n${inner}<ymax>${ymax}</ymax>\n${pad}</bndbox>\n`;
}

/**
 * 4 to 15 vertices around a centre in order of angle, never half a turn apart: the outline cannot cross itself.
 * @param {Xorshift} random
 * @param {number} width
 * @param {number} height
 */
function polygon(random, width, height) {
  const count = random.between(4, 15);
  const reach = random.between(smallest, Math.min(width, height) >> 2);
  const cx = random.between(reach, width - reach);
  const cy = random.between(reach, height - reach);
  const points = [];
  for (let i = 0; i < count; i++) {
    const [dx, dy] = directions[Math.floor((i * 16) / count)] ?? directions[0];
    const radius = random.between(reach >> 1, reach);
    points.push(cx + Math.trunc((dx * radius) / 1000), cy + Math.trunc((dy * radius) / 1000));
  }
  return vertices('polygon', points);
}

/**
 * @param {Xorshift} random
 * @param {number} width
 * @param {number} height
 */
function polyline(random, width, height) {
  const points = [];
  for (let count = random.between(4, 15); count > 0; count--)
    points.push(random.between(0, width), random.between(0, height));
  return vertices('polyline', points);
}

/**
 * @param {'polygon' | 'polyline'} kind
 * @param {readonly number[]} points
 */
function vertices(kind, points) {
  let xml = `        <${kind}>\n`;
  for (let i = 0; i < points.length; i += 2) {
    const n = i / 2 + 1;
    xml += `            <x${n}>${points[i]}</x${n}>\n            <y${n}>${points[i + 1]}</y${n}>\n`;
  }
  return `${xml}        </${kind}>\n`;
}

/**
 * Two numbers in `low`…`high`, at least `apart` apart and at most half the range or so.
 * @param {Xorshift} random
 * @param {number} low
 * @param {number} high
 * @param {number} apart
 */
function interval(random, low, high, apart) {
  const length = random.between(apart, Math.max(apart, (high - low) >> 1));
  const start = random.between(low, high - length);
  return /** @type {const} */ ([start, start + length]);
}
