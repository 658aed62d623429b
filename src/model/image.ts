import { decimalOf } from './decimal.js';
import type { Point, Shape } from './shape.js';

/**
 * The labelled objects of one image: what a Pascal VOC file with the ModelArts extensions says, and the
 * meeting point of every detection and segmentation format.
 *
 * `undefined` means that the file does not say. Flags are the stored text; {@link flagOf} gives the boolean.
 */
export interface ImageAnnotation {
  readonly folder?: string;
  readonly fileName?: string;
  /** Absolute path on the labelling machine; kept, never opened. */
  readonly path?: string;
  readonly database?: string;
  readonly sourceAnnotation?: string;
  readonly sourceImage?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Channels. */
  readonly depth?: number;
  readonly segmented?: string;
  readonly maskSource?: string;
  readonly objects: readonly ImageObject[];
}

/** One labelled object, or a part of one. */
export interface ImageObject {
  /** The label, verbatim. */
  readonly name?: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly pose?: string;
  readonly truncated?: string;
  readonly occluded?: string;
  readonly difficult?: string;
  /** How hard the example is, 0…1. */
  readonly hardCoefficient?: number;
  /** Reason ids joined by `-`. */
  readonly hardReasons?: string;
  /** Score given by a machine, 0…1. */
  readonly confidence?: number;
  /** `R,G,B` of the object's class in the mask. */
  readonly maskColor?: string;
  readonly maskSource?: string;
  readonly shape?: Shape;
  /** The extra `point` of classic action files, which is not the shape. */
  readonly referencePoint?: Point;
  readonly parts: readonly ImageObject[];
  /** VOC2012 actions: name → done or not. */
  readonly actions?: ReadonlyMap<string, boolean>;
  /** CVAT/Datumaro `attributes`, read-only extras. */
  readonly attributes?: ReadonlyMap<string, string>;
}

/** Shared by every object without properties. */
export const noProperties: ReadonlyMap<string, string> = new Map();

/** True for `1`, `true`, `True`; false for `0`, `false`, `False`; else undefined. */
export function flagOf(text: string | undefined): boolean | undefined {
  if (text === '1' || text === 'true' || text === 'True') return true;
  if (text === '0' || text === 'false' || text === 'False') return false;
  return undefined;
}

/** Degrees clockwise stored as `@modelarts:clockwise_angle`, undefined when absent or not a number. */
export function rotationOf(object: ImageObject): number | undefined {
  const text = object.properties.get('@modelarts:clockwise_angle');
  return text === undefined ? undefined : decimalOf(text);
}
