import type { ConvertOptions } from '../../src/dataset-io/convert.js';
import { vocXml } from '../support/voc-xml.js';
import { madePng } from './images.js';

/** How the tests over all formats come by a data set of one of them. */
export interface Specimen {
  /** What it is written from; absent for formats that are only read. */
  readonly seed?: keyof typeof seeds;
  readonly toOptions?: ConvertOptions['toOptions'];
  /** The files of a data set, for formats that are only read. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Every folder is one, so that it has to be named. */
  readonly isNeverDetected?: true;
}

const image = madePng(100, 80);
const line = (source: string, task: string, ...names: string[]) =>
  `${JSON.stringify({ source, annotation: names.map((name) => ({ type: `modelarts/${task}`, name })) })}\n`;
const polygon = vocXml('a.png').replace(
  /<bndbox>.*?<\/bndbox>/s,
  '<polygon><x1>10</x1><y1>10</y1><x2>60</x2><y2>12</y2><x3>40</x3><y3>50</y3></polygon>',
);

/** Small data sets in formats of the package's own. */
export const seeds = {
  boxes: {
    input: '',
    files: {
      'a.png': image,
      'a.xml': vocXml('a.png', [{ name: 'cat' }, { name: 'dog', box: [1, 2, 30, 40] }]),
      'b.PNG': image,
      'b.xml': vocXml('b.PNG', [{ name: 'dog' }]),
      '猫 1.v2.png': image,
      '猫 1.v2.xml': vocXml('猫 1.v2.png', [{ name: 'cat' }]),
    },
  },
  outlines: { input: '', files: { 'a.png': image, 'a.xml': polygon } },
  classes: {
    input: 'm.manifest',
    files: {
      'm.manifest':
        line('a.png', 'image_classification', 'cat') + line('b.png', 'image_classification', 'dog'),
      'a.png': image,
      'b.png': image,
    },
  },
  texts: {
    input: 'm.manifest',
    files: {
      'm.manifest':
        line('content://very good', 'text_classification', 'pos', 'short') +
        line('content://坏', 'text_classification', 'neg'),
    },
  },
  sounds: {
    input: 'm.manifest',
    files: { 'm.manifest': line('a.wav', 'audio_classification', 'meow'), 'a.wav': 'RIFF' },
  },
  tables: {
    input: '',
    files: { 'a.csv': 'id,name\n1,Ann\n' },
  },
} as const;

const face = 'WIDER_train/images/0--P/a.jpg';

/** By the id of the format. */
export const specimens: Readonly<Record<string, Specimen>> = {
  manifest: { seed: 'classes' },
  voc: { seed: 'boxes' },
  imagenet: { seed: 'classes' },
  'image-classification': { seed: 'classes' },
  'image-segmentation': { seed: 'outlines' },
  'audio-classification': { seed: 'sounds' },
  'text-classification': { seed: 'texts' },
  'text-classification-combine': { seed: 'texts' },
  coco: { seed: 'boxes' },
  groundtruth: { seed: 'boxes' },
  vertex: { seed: 'boxes' },
  labelme: { seed: 'boxes' },
  cvat: { seed: 'boxes' },
  yolo: { seed: 'boxes' },
  kitti: { seed: 'boxes' },
  dota: { seed: 'boxes' },
  widerface: {
    files: {
      [face]: image,
      'wider_face_split/wider_face_train_bbx_gt.txt': '0--P/a.jpg\n1\n1 2 30 40 0 0 0 0 0 0\n',
    },
  },
  openimages: { seed: 'boxes' },
  'csv-boxes': { seed: 'boxes' },
  'table-csv': { seed: 'tables' },
  published: {
    files: {
      'annotation/V001/V001.manifest': line('obs://data/a.png', 'image_classification', 'cat'),
      'annotation/V002/V002.manifest': line('obs://data/a.png', 'image_classification', 'dog'),
    },
  },
  'free-form': { seed: 'classes', isNeverDetected: true },
};
