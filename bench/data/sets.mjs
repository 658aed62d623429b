import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateCoco } from './coco.mjs';
import { dataFolder } from './folder.mjs';
import { generateManifest } from './manifest.mjs';
import { generatePhotos } from './photos.mjs';
import { generateVoc, generateVocManifest } from './voc.mjs';

/**
 * @typedef {object} DataSet
 * @property {string} name file or folder name
 * @property {'manifest' | 'voc' | 'voc-boxes' | 'voc-manifest' | 'coco' | 'photos'} kind
 * @property {number} items lines, files or images
 *
 * @typedef {object} ReadySet
 * @property {string} name
 * @property {string} path
 * @property {number} items
 * @property {number} bytes
 * @property {string} sha256
 */

/** Counts up when a generator's output changes, so that old data is made again. */
const generation = 1;

const seeds = {
  manifest: 20240311,
  voc: 20240312,
  'voc-boxes': 20240314,
  'voc-manifest': 0,
  coco: 20240313,
  photos: 20240315,
};

/** Rough bytes per item on the storage (files take whole 4 KB pages), to see whether there is room. */
const roomPerItem = {
  manifest: 650,
  voc: 8_500,
  'voc-boxes': 8_500,
  'voc-manifest': 150,
  coco: 4_700,
  photos: 1_600_000,
};

/** @param {number} lines @returns {DataSet} */
export const manifestSet = (lines) => ({ name: `lines-${lines}.manifest`, kind: 'manifest', items: lines });

/** @param {number} files @returns {DataSet} */
export const vocSet = (files) => ({ name: `voc-${files}`, kind: 'voc', items: files });

/**
 * Files that tools for boxes alone can read.
 * @param {number} files
 * @returns {DataSet}
 */
export const vocBoxesSet = (files) => ({ name: `voc-boxes-${files}`, kind: 'voc-boxes', items: files });

/**
 * A manifest whose lines name the files of {@link vocSet}, which lies beside it.
 * @param {number} files
 * @returns {DataSet}
 */
export const vocManifestSet = (files) => ({
  name: `voc-${files}.manifest`,
  kind: 'voc-manifest',
  items: files,
});

/** @param {number} images @returns {DataSet} */
export const cocoSet = (images) => ({ name: `coco-${images}.json`, kind: 'coco', items: images });

/** @param {number} images @returns {DataSet} */
export const photoSet = (images) => ({ name: `photos-${images}`, kind: 'photos', items: images });

const generators = {
  manifest: generateManifest,
  voc: generateVoc,
  /** @type {(folder: string, files: number, seed: number) => ReturnType<typeof generateVoc>} */
  'voc-boxes': (folder, files, seed) => generateVoc(folder, files, seed, true),
  'voc-manifest': generateVocManifest,
  coco: generateCoco,
  photos: generatePhotos,
};

/**
 * Where a run's data goes, given all the sets that it needs.
 * @param {readonly DataSet[]} sets
 */
export function folderFor(sets) {
  return dataFolder(sets.reduce((sum, set) => sum + set.items * roomPerItem[set.kind], 0));
}

/**
 * Generates a set unless it is there from an earlier run.
 * @param {DataSet} set
 * @param {string} folder
 * @param {(text: string) => void} log
 * @returns {ReadySet}
 */
export function ensureSet(set, folder, log) {
  const path = join(folder, set.name);
  const factsPath = `${path}.facts.json`;
  if (existsSync(path) && existsSync(factsPath)) {
    const facts = JSON.parse(readFileSync(factsPath, 'utf8'));
    if (facts.generation === generation) return { name: set.name, path, ...facts.made };
  }
  log(`generating ${path} …`);
  const made = generators[set.kind](path, set.items, seeds[set.kind]);
  writeFileSync(factsPath, `${JSON.stringify({ generation, made })}\n`);
  return { name: set.name, path, ...made };
}
