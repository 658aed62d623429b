import { cocoExamples } from './coco.js';
import { conversionExamples, splitExamples } from './conversions.js';
import type { RuleExample } from './example.js';
import { folderExamples, textFolderExamples, treeExamples } from './folders.js';
import { libraryExamples } from './library.js';
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
export { withoutExample } from './library.js';
export { type ExampleView, type FileView, viewOf } from './view.js';

/** An example of every rule that can be shown, in order of the ids. */
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
  ...libraryExamples,
].sort((a, b) => (a.rule < b.rule ? -1 : 1));

/** The example of a rule; undefined for those in {@link withoutExample}. */
export function exampleOf(rule: string): RuleExample | undefined {
  return ruleExamples.find((example) => example.rule === rule);
}
