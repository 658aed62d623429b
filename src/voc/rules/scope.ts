import type { Finding, Severity } from '../../model/diagnostic.js';
import type { ImageObject } from '../../model/image.js';
import type { Mode, Profile } from '../../model/rule.js';
import { noNames, VocObject } from '../document.js';
import { type VocRuleId, vocSeverity } from './table.js';

/** The image that an annotation is about, as read from the image file itself. */
export interface ImageFacts {
  /** Pixels, as stored in the file, before any EXIF rotation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 5 to 8 swap width and height when shown. */
  readonly orientation?: number;
}

/** A segmentation mask, as read from the mask file. */
export interface MaskFacts {
  /** Why the mask could not be read; the other members then mean nothing. */
  readonly problem?: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The colours that occur in it, each as red × 65536 + green × 256 + blue. */
  readonly colors: ReadonlySet<number>;
}

/** What the checks need to know beside the document. */
export interface VocCheckContext {
  readonly mode: Mode;
  /** Default: `generic`. */
  readonly profile?: Profile;
  /** Name of the XML file without folder and `.xml`; without it V027 does not compare with it. */
  readonly stem?: string;
  /** Base name of the image that a manifest pairs with the file. */
  readonly imageName?: string;
  /** The real image, when it was looked at; without it V028 does not fire. */
  readonly image?: ImageFacts;
  /** The mask, when it was looked at; without it V057 does not fire. */
  readonly mask?: MaskFacts;
  /** The caller knows that the file is a segmentation; default: it is when any mask or mask colour is named. */
  readonly segmentation?: boolean;
}

/** Receives the findings: of the header, of each object in turn, then of objects compared with each other. */
export type Report = (finding: Finding) => void;

/** Where an object is: an `object` of the document, or a `part` of `owner`. One is reused for all siblings. */
export interface Place {
  readonly owner: Place | undefined;
  /** From 1, as in the XML text. */
  index: number;
}

/** Element path of an object, with `child` (`bndbox/xmin`) below it. */
export function pointerTo(place: Place, child = ''): string {
  const own =
    place.owner === undefined
      ? `/annotation/object[${place.index}]`
      : `${pointerTo(place.owner)}/part[${place.index}]`;
  return child === '' ? own : `${own}/${child}`;
}

/** The number of an object among its siblings, from 1: that of the XML text where it was read from one. */
export function siblingNumber(object: ImageObject, position: number): number {
  return object instanceof VocObject && object.sourceIndex > 0 ? object.sourceIndex : position + 1;
}

/** The children that gave no value and were reported for that by the parser. */
export function valuelessIn(object: ImageObject): ReadonlySet<string> {
  return object instanceof VocObject ? object.valueless : noNames;
}

/** One run of the checks over one document. */
export class Scope {
  readonly context: VocCheckContext;
  /** Pixels; undefined where neither the file nor the image says. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly #report: Report;

  constructor(
    context: VocCheckContext,
    report: Report,
    width: number | undefined,
    height: number | undefined,
  ) {
    this.context = context;
    this.width = width;
    this.height = height;
    this.#report = report;
  }

  /** Reports a rule; `atMost` for the milder half of one. */
  fault(rule: VocRuleId, pointer: string, message: string, hint?: string, atMost?: Severity): void {
    const severity = vocSeverity(rule, this.context.mode, atMost, this.context.profile);
    this.#report(
      hint === undefined ? { rule, severity, message, pointer } : { rule, severity, message, hint, pointer },
    );
  }
}

/** A value as it is shown in a message: quoted, control characters visible, and not longer than a line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
