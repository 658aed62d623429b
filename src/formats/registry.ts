import { audioClassification } from './audio-classification/format.js';
import { coco } from './coco/format.js';
import type { Format } from './contract.js';
import { csvBoxes } from './csv-boxes/format.js';
import { cvat } from './cvat/format.js';
import { dota } from './dota/format.js';
import { freeForm } from './free-form/format.js';
import { groundtruth } from './groundtruth/format.js';
import { imageClassification } from './image-classification/format.js';
import { imageSegmentation } from './image-segmentation/format.js';
import { imagenet } from './imagenet/format.js';
import { kitti } from './kitti/format.js';
import { labelme } from './labelme/format.js';
import { openimages } from './openimages/format.js';
import { published } from './published/format.js';
import { tableCsv } from './table-csv/format.js';
import { textClassification } from './text-classification/format.js';
import { textClassificationCombine } from './text-classification-combine/format.js';
import { vertex } from './vertex/format.js';
import { widerface } from './widerface/format.js';
import { yolo } from './yolo/format.js';

/** Every format beside manifest and VOC, in the order `labelkit formats` lists them. */
export const otherFormats: readonly Format[] = [
  published,
  imagenet,
  imageClassification,
  imageSegmentation,
  audioClassification,
  textClassification,
  textClassificationCombine,
  coco,
  groundtruth,
  vertex,
  labelme,
  cvat,
  yolo,
  kitti,
  dota,
  widerface,
  openimages,
  csvBoxes,
  tableCsv,
  freeForm,
];
