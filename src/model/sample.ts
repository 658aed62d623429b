import type { ImageAnnotation } from './image.js';
import type { JsonObject } from './json.js';
import type { Task } from './task.js';

/**
 * One labelled thing, whatever format it came from. `undefined` means that the file does not say;
 * nothing is filled in. Names are those of the ModelArts SDK in camelCase.
 */
export interface Sample {
  /** Where the thing is: URI or path as stored; `content://` and the text itself for texts. */
  readonly source: string;
  readonly annotations: readonly Annotation[];
  /** As stored: TRAIN, EVAL, TEST, INFERENCE in any letter case, or something else. */
  readonly usage?: string;
  readonly id?: string;
  readonly inferenceLoc?: string;
  readonly sourceType?: string;
  readonly sampleType?: number;
  readonly hard?: boolean;
  /** 0…1 */
  readonly hardCoefficient?: number;
  readonly hardReasons?: string;
  readonly property?: JsonObject;
}

/** One label of a sample. */
export interface Annotation {
  /** As stored: `modelarts/object_detection`. */
  readonly type?: string;
  /** The known task that {@link type} names. */
  readonly task?: Task;
  /** The label. */
  readonly name?: string;
  readonly id?: string;
  /** The annotation file, URI or path as stored, or an XML document itself (first character `<`). */
  readonly loc?: string;
  /** Default meaning `PASCAL VOC`. */
  readonly format?: string;
  readonly property?: JsonObject;
  /** 0…1 */
  readonly confidence?: number;
  /** `yyyy-MM-dd HH:mm:ss`, no zone. */
  readonly creationTime?: string;
  readonly annotatedBy?: string;
  readonly hard?: boolean;
  readonly hardCoefficient?: number;
  readonly hardReasons?: string;
  /** What the file at {@link loc} says, once it has been joined. */
  readonly image?: ImageAnnotation;
}
