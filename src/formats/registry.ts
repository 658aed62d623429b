import { coco } from './coco/format.js';
import type { Format } from './contract.js';
import { cvat } from './cvat/format.js';
import { dota } from './dota/format.js';
import { groundtruth } from './groundtruth/format.js';
import { imageSegmentation } from './image-segmentation/format.js';
import { kitti } from './kitti/format.js';
import { labelme } from './labelme/format.js';
import { vertex } from './vertex/format.js';
import { yolo } from './yolo/format.js';

/** Every format beside manifest and VOC, in the order `labelkit formats` lists them. */
export const otherFormats: readonly Format[] = [
  imageSegmentation,
  coco,
  groundtruth,
  vertex,
  labelme,
  cvat,
  yolo,
  kitti,
  dota,
];
