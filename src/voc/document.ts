import type { ImageAnnotation, ImageObject } from '../model/image.js';
import { noProperties } from '../model/image.js';
import type { Mode } from '../model/rule.js';
import type { Point, Shape } from '../model/shape.js';

/** The two spellings of the hard coefficient's element. */
export type CoefficientElement = 'hard-coefficient' | 'difficult-coefficient';

/** Markup that means nothing to this package: kept as text, so that a rewrite can carry it over. */
export interface UnknownMarkup {
  /** Element name; `#comment` and `#pi` for what is not an element. */
  readonly name: string;
  /** The markup itself, decoded, as it stood. */
  readonly xml: string;
  /** The known child it stood in (`size`, `source`, `bndbox`); empty when it stood directly in its owner. */
  readonly within: string;
}

/** Shared by all that have no names to hold. */
export const noNames: ReadonlySet<string> = new Set();
/** Shared by all that hold no unknown markup. */
export const noUnknown: readonly UnknownMarkup[] = Object.freeze([]);
/** Shared by all objects without parts. */
export const noParts: readonly VocObject[] = Object.freeze([]);

/** What `new VocObject` can be given: the object's members, and what only XML has. */
export interface VocObjectInit extends Partial<ImageObject> {
  readonly childFormKeys?: ReadonlySet<string>;
  readonly propertiesPresent?: boolean;
  readonly coefficientElement?: CoefficientElement;
  readonly unknown?: readonly UnknownMarkup[];
}

/**
 * One `object` or `part`. Members are plain and may be assigned; `properties`, `parts` and the sets are
 * shared where they are empty, so they are replaced as a whole, never changed in place.
 */
export class VocObject implements ImageObject {
  name: string | undefined = undefined;
  properties: ReadonlyMap<string, string> = noProperties;
  pose: string | undefined = undefined;
  truncated: string | undefined = undefined;
  occluded: string | undefined = undefined;
  difficult: string | undefined = undefined;
  hardCoefficient: number | undefined = undefined;
  hardReasons: string | undefined = undefined;
  confidence: number | undefined = undefined;
  maskColor: string | undefined = undefined;
  maskSource: string | undefined = undefined;
  shape: Shape | undefined = undefined;
  referencePoint: Point | undefined = undefined;
  parts: readonly VocObject[] = noParts;
  actions: ReadonlyMap<string, boolean> | undefined = undefined;
  attributes: ReadonlyMap<string, string> | undefined = undefined;
  /** Property keys that were read from `<key>value</key>` rather than from a key/value pair. */
  childFormKeys: ReadonlySet<string> = noNames;
  /** A `properties` element was there, perhaps without entries. */
  propertiesPresent = false;
  /** The spelling {@link hardCoefficient} was read from; undefined for new objects. */
  coefficientElement: CoefficientElement | undefined = undefined;
  /**
   * Children that are there but gave no value, being empty or malformed (`name`, `bndbox`): the parser has
   * reported them, so they are not to be reported as missing.
   */
  valueless: ReadonlySet<string> = noNames;
  unknown: readonly UnknownMarkup[] = noUnknown;
  /** Which `object` of the document, or `part` of its owner, this was read from, from 1; 0 for new ones. */
  sourceIndex = 0;

  constructor(init?: VocObjectInit) {
    if (init === undefined) return;
    this.name = init.name;
    if (init.properties !== undefined) this.properties = init.properties;
    this.pose = init.pose;
    this.truncated = init.truncated;
    this.occluded = init.occluded;
    this.difficult = init.difficult;
    this.hardCoefficient = init.hardCoefficient;
    this.hardReasons = init.hardReasons;
    this.confidence = init.confidence;
    this.maskColor = init.maskColor;
    this.maskSource = init.maskSource;
    this.shape = init.shape;
    this.referencePoint = init.referencePoint;
    if (init.parts !== undefined) this.parts = init.parts.map(asVocObject);
    this.actions = init.actions;
    this.attributes = init.attributes;
    if (init.childFormKeys !== undefined) this.childFormKeys = init.childFormKeys;
    this.propertiesPresent = init.propertiesPresent ?? this.properties.size > 0;
    this.coefficientElement = init.coefficientElement;
    if (init.unknown !== undefined) this.unknown = init.unknown;
  }
}

/** What `new VocDocument` can be given: the annotation's members, and what only XML has. */
export interface VocDocumentInit extends Partial<ImageAnnotation> {
  readonly sourceFlickrId?: string;
  readonly ownerFlickrId?: string;
  readonly ownerName?: string;
  readonly rootAttributes?: ReadonlyMap<string, string>;
  readonly unknown?: readonly UnknownMarkup[];
}

/**
 * One Pascal VOC file. Members are plain and may be assigned; the shared collections are replaced as a
 * whole, never changed in place. An unmodified document with its {@link source} is written back as it was.
 */
export class VocDocument implements ImageAnnotation {
  folder: string | undefined = undefined;
  fileName: string | undefined = undefined;
  path: string | undefined = undefined;
  database: string | undefined = undefined;
  sourceAnnotation: string | undefined = undefined;
  sourceImage: string | undefined = undefined;
  /** `source/flickrid` (VOC2007). */
  sourceFlickrId: string | undefined = undefined;
  /** `owner/flickrid` (VOC2007). */
  ownerFlickrId: string | undefined = undefined;
  /** `owner/name` (VOC2007). */
  ownerName: string | undefined = undefined;
  width: number | undefined = undefined;
  height: number | undefined = undefined;
  depth: number | undefined = undefined;
  segmented: string | undefined = undefined;
  maskSource: string | undefined = undefined;
  objects: readonly VocObject[] = [];
  /** Attributes of the root element (LabelImg writes `verified`). */
  rootAttributes: ReadonlyMap<string, string> = noProperties;
  /** As {@link VocObject.valueless}, with paths below the root: `folder`, `size/width`; `object` when one was empty. */
  valueless: ReadonlySet<string> = noNames;
  unknown: readonly UnknownMarkup[] = noUnknown;
  /** The mode it was parsed in; undefined for new documents, in which writers fill in what every file must say. */
  readAs: Mode | undefined = undefined;
  /** What it was parsed from, exactly; undefined for new documents and where the caller did not want it kept. */
  source: Uint8Array | string | undefined = undefined;

  constructor(init?: VocDocumentInit) {
    if (init === undefined) return;
    this.folder = init.folder;
    this.fileName = init.fileName;
    this.path = init.path;
    this.database = init.database;
    this.sourceAnnotation = init.sourceAnnotation;
    this.sourceImage = init.sourceImage;
    this.sourceFlickrId = init.sourceFlickrId;
    this.ownerFlickrId = init.ownerFlickrId;
    this.ownerName = init.ownerName;
    this.width = init.width;
    this.height = init.height;
    this.depth = init.depth;
    this.segmented = init.segmented;
    this.maskSource = init.maskSource;
    if (init.objects !== undefined) this.objects = init.objects.map(asVocObject);
    if (init.rootAttributes !== undefined) this.rootAttributes = init.rootAttributes;
    if (init.unknown !== undefined) this.unknown = init.unknown;
  }
}

/** The object itself when it already is one of ours, else a new one with the same members. */
function asVocObject(object: ImageObject): VocObject {
  return object instanceof VocObject ? object : new VocObject(object);
}
