import type { JsonBreak } from './json-window.js';

/** A category of the file. */
export interface Category {
  readonly id: number | string;
  readonly name: string;
  /** In the array. */
  readonly index: number;
  /** Where its element begins in the file. */
  readonly offset: number;
  /** Names of keypoints; empty when it has none. */
  readonly keypoints: readonly string[];
}

/** A finding whose line is yet to be worked out. */
export interface Remark {
  readonly rule: string;
  readonly message: string;
  /** In the file, in bytes. */
  readonly offset: number;
  readonly pointer?: string;
  readonly hint?: string;
  /** Of the sample. */
  readonly source?: string;
}

/** Where the elements of an array are in the file. */
export interface ArrayPlace {
  /** Behind its bracket. */
  readonly start: number;
  /** Of its last bracket, or of the place where the file breaks off. */
  readonly end: number;
  readonly count: number;
}

/** What the first pass over a file finds. */
export interface Survey {
  readonly images: ArrayPlace | undefined;
  readonly annotations: ArrayPlace | undefined;
  readonly categories: readonly Category[] | undefined;
  /** Annotations are of objects, not captions or labels of whole images, as far as the first one tells. */
  readonly hasObjects: boolean;
  /** Of the categories and of the file as a whole. */
  readonly remarks: readonly Remark[];
  /** Why the file cannot be read any further, or at all. */
  readonly fault: (JsonBreak & { readonly rule: string }) | undefined;
}
