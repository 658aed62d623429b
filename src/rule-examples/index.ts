import { cocoExamples } from './coco.js';
import { conversionExamples, splitExamples } from './conversions.js';
import type { RuleExample } from './example.js';
import { folderExamples, textFolderExamples, treeExamples } from './folders.js';
import { manifestAnnotationExamples } from './manifest-annotations.js';
import { manifestLineExamples } from './manifest-lines.js';
import { manifestFileExamples, manifestMediaExamples, manifestTextExamples } from './manifest-media.js';
import { manifestSampleExamples } from './manifest-samples.js';
import { maskExamples, tableExamples } from './masks.js';
import {
  csvBoxesExamples,
  dotaExamples,
  kittiExamples,
  openImagesExamples,
  widerfaceExamples,
} from './publications.js';
import { groundTruthExamples, vertexExamples } from './services.js';
import { cvatExamples, labelmeExamples } from './tools.js';
import { vocImageExamples, vocObjectExamples, vocTextExamples } from './voc-files.js';
import { vocShapeExamples } from './voc-shapes.js';
import { yoloExamples } from './yolo.js';

export type { ExampleFile, ExampleFiles, ExampleRun, RuleExample } from './example.js';

/** An example of every rule that can be shown with files, in order of the ids. */
export const ruleExamples: readonly RuleExample[] = [
  ...manifestLineExamples,
  ...manifestSampleExamples,
  ...manifestAnnotationExamples,
  ...manifestTextExamples,
  ...manifestMediaExamples,
  ...manifestFileExamples,
  ...vocTextExamples,
  ...vocImageExamples,
  ...vocObjectExamples,
  ...vocShapeExamples,
  ...conversionExamples,
  ...folderExamples,
  ...textFolderExamples,
  ...treeExamples,
  ...splitExamples,
  ...yoloExamples,
  ...maskExamples,
  ...tableExamples,
  ...cocoExamples,
  ...groundTruthExamples,
  ...vertexExamples,
  ...labelmeExamples,
  ...cvatExamples,
  ...kittiExamples,
  ...dotaExamples,
  ...widerfaceExamples,
  ...openImagesExamples,
  ...csvBoxesExamples,
];
