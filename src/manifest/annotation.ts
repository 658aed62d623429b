import type { Annotation, ImageAnnotation, JsonObject, JsonValue, Task } from '../model/index.js';
import type { JsonEdit } from '../text/index.js';
import type { HardStyle } from './canonical.js';
import { annotationFields, type FieldKeys, fieldValue } from './fields.js';
import { refuseUnknownMembers } from './init-members.js';
import { copyJson, setMember, valueAt } from './json-changes.js';
import { ManifestRecord } from './record.js';
import { integerLike, numberLike, taskOf } from './values.js';

/** What a new annotation is made of. Every {@link Annotation} fits. */
export interface AnnotationInit {
  readonly name?: string;
  /** The annotation file, or an XML document itself. */
  readonly loc?: string;
  readonly type?: string;
  readonly id?: string;
  readonly format?: string;
  readonly confidence?: number;
  readonly hard?: boolean;
  readonly hardCoefficient?: number;
  readonly hardReasons?: string;
  readonly locMap?: JsonValue;
  readonly property?: JsonObject;
  readonly annotatedBy?: string;
  /** `yyyy-MM-dd HH:mm:ss` */
  readonly creationTime?: string;
  readonly image?: ImageAnnotation;
}

const fieldNames = Object.keys(annotationFields) as (keyof typeof annotationFields)[];

/** `task` follows from the type: an annotation of another format may have it, and it says nothing more. */
const initMembers: ReadonlySet<string> = new Set([...fieldNames, 'image', 'task']);

function membersOf(init: AnnotationInit): JsonObject {
  refuseUnknownMembers(init, initMembers, 'an annotation');
  const members: JsonObject = {};
  for (const field of fieldNames) {
    const value = init[field];
    if (value === undefined || value === null) continue;
    const key = annotationFields[field][0];
    members[key] = copyJson(value, key);
  }
  return members;
}

/** What an annotation is in. */
export interface AnnotationHolder {
  /** @internal Gives the annotations of a line that was not parsed so far their members. */
  bindAnnotations(): void;
}

/** One label of a manifest sample: a view over one element of its `annotation` array. */
export class ManifestAnnotation extends ManifestRecord implements Annotation {
  /** Place in the stored array of the line it was read from, counted from 0; -1 for a new annotation. */
  readonly index: number;
  /** What the file at {@link loc} says, once it has been joined. Not a part of the manifest. */
  image: ImageAnnotation | undefined;
  /** @internal The sample whose list it was put in. */
  holder: AnnotationHolder | undefined;
  /** What was found in the line without parsing; of no account once {@link parsed} is there. */
  private readonly foundName: string | undefined;
  private readonly foundType: string | undefined;
  private readonly foundLoc: string | undefined;
  private readonly foundConfidence: number | undefined;

  /** @throws {OptionError} for values that JSON cannot say. */
  constructor(init: AnnotationInit);
  /** @internal A view over an element, parsed or (undefined) only searched for the fields that follow. */
  constructor(
    members: JsonObject | undefined,
    index: number,
    holder: AnnotationHolder,
    name?: string,
    type?: string,
    loc?: string,
    confidence?: number,
  );
  constructor(
    init: AnnotationInit | JsonObject | undefined,
    index = -1,
    holder?: AnnotationHolder,
    name?: string,
    type?: string,
    loc?: string,
    confidence?: number,
  ) {
    super(index >= 0 ? (init as JsonObject | undefined) : membersOf(init as AnnotationInit));
    this.index = index;
    this.image = index >= 0 ? undefined : (init as AnnotationInit).image;
    this.holder = holder;
    this.foundName = name;
    this.foundType = type;
    this.foundLoc = loc;
    this.foundConfidence = confidence;
  }

  protected override readMembers(): JsonObject {
    this.holder!.bindAnnotations();
    return this.parsed!;
  }

  /** @internal Gives an annotation that was not parsed its members. */
  bind(members: JsonObject): void {
    this.parsed ??= members;
  }

  protected override get propertyKeys(): FieldKeys {
    return annotationFields.property;
  }

  /** As stored: `modelarts/object_detection`. */
  get type(): string | undefined {
    const { parsed } = this;
    return parsed === undefined ? this.foundType : text(parsed['type']);
  }
  set type(value: string | undefined) {
    this.store(annotationFields.type, value);
  }

  /** The known task that {@link type} names, whatever its provider, letter case, or older name. */
  get task(): Task | undefined {
    const { type } = this;
    return type === undefined ? undefined : taskOf(type).task;
  }

  /** The label. */
  get name(): string | undefined {
    const { parsed } = this;
    return parsed === undefined ? this.foundName : text(parsed['name']);
  }
  set name(value: string | undefined) {
    this.store(annotationFields.name, value);
  }

  /** The annotation file, URI or path as stored, or an XML document itself. */
  get loc(): string | undefined {
    const { parsed } = this;
    return parsed === undefined ? this.foundLoc : text(fieldValue(parsed, annotationFields.loc));
  }
  set loc(value: string | undefined) {
    this.store(annotationFields.loc, value);
  }

  /** {@link loc} is not a place but the XML document itself: its first character that is not blank is `<`. */
  get isInlineXml(): boolean {
    return this.loc?.trimStart().startsWith('<') ?? false;
  }

  get format(): string | undefined {
    return text(fieldValue(this.members, annotationFields.format));
  }
  set format(value: string | undefined) {
    this.store(annotationFields.format, value);
  }

  /** 0…1; a numeric string is read too. */
  get confidence(): number | undefined {
    const { parsed } = this;
    return parsed === undefined ? this.foundConfidence : numberLike(parsed['confidence']);
  }
  set confidence(value: number | undefined) {
    this.store(annotationFields.confidence, value);
  }

  get creationTime(): string | undefined {
    return text(fieldValue(this.members, annotationFields.creationTime));
  }
  set creationTime(value: string | undefined) {
    this.store(annotationFields.creationTime, value);
  }

  get annotatedBy(): string | undefined {
    return text(fieldValue(this.members, annotationFields.annotatedBy));
  }
  set annotatedBy(value: string | undefined) {
    this.store(annotationFields.annotatedBy, value);
  }

  /** Opaque: no source says what it holds. */
  get locMap(): JsonValue | undefined {
    const value = fieldValue(this.members, annotationFields.locMap);
    if (typeof value === 'object' && value !== null) this.exposed = true;
    return value;
  }
  set locMap(value: JsonValue | undefined) {
    this.store(annotationFields.locMap, value);
  }

  /** First character of the entity in the text, counted from 0; undefined when absent or no such number. */
  get startIndex(): number | undefined {
    return offset(this.propertyValue('@modelarts:start_index'));
  }
  set startIndex(value: number | undefined) {
    this.setProperty('@modelarts:start_index', value);
  }

  /** The character after the entity's last one. */
  get endIndex(): number | undefined {
    return offset(this.propertyValue('@modelarts:end_index'));
  }
  set endIndex(value: number | undefined) {
    this.setProperty('@modelarts:end_index', value);
  }

  /** Id of the entity that a relation starts at. */
  get from(): string | undefined {
    return text(this.propertyValue('@modelarts:from'));
  }
  set from(value: string | undefined) {
    this.setProperty('@modelarts:from', value);
  }

  /** Id of the entity that a relation ends at. */
  get to(): string | undefined {
    return text(this.propertyValue('@modelarts:to'));
  }
  set to(value: string | undefined) {
    this.setProperty('@modelarts:to', value);
  }

  /** What is spoken. */
  get content(): string | undefined {
    return text(this.propertyValue('@modelarts:content'));
  }
  set content(value: string | undefined) {
    this.setProperty('@modelarts:content', value);
  }

  /** Start of a speech segment as stored, `hh:mm:ss.SSS`. */
  get startTime(): string | undefined {
    return text(this.propertyValue('@modelarts:start_time'));
  }
  set startTime(value: string | undefined) {
    this.setProperty('@modelarts:start_time', value);
  }

  /** End of a speech segment as stored. */
  get endTime(): string | undefined {
    return text(this.propertyValue('@modelarts:end_time'));
  }
  set endTime(value: string | undefined) {
    this.setProperty('@modelarts:end_time', value);
  }

  /** Who speaks (`@modelarts:source`). */
  get speaker(): string | undefined {
    return text(this.propertyValue('@modelarts:source'));
  }
  set speaker(value: string | undefined) {
    this.setProperty('@modelarts:source', value);
  }

  /** A new annotation with the same members, unknown ones included, and no place in any line. */
  copy(): ManifestAnnotation {
    const copy = new ManifestAnnotation({});
    for (const key of Object.keys(this.members)) copy.setMember(key, this.members[key]);
    copy.image = this.image;
    return copy;
  }

  /** @internal Adds the changes since reading, as edits of the sample's line. */
  addEdits(edits: JsonEdit[], listKey: string, original: () => JsonObject, hardAs: HardStyle): void {
    const element = (): JsonObject => valueAt(original(), [listKey, this.index]) as JsonObject;
    this.collectChanges(edits, [listKey, this.index], element, { hardAs });
  }

  /** @internal The stored object as it is written into a list that was not there. */
  toWrite(hardAs: HardStyle): JsonObject {
    const stored = this.stored();
    if (hardAs === 'boolean' || typeof stored['hard'] !== 'boolean') return stored;
    const members: JsonObject = {};
    for (const key of Object.keys(stored)) setMember(members, key, stored[key]!);
    members['hard'] = String(stored['hard']);
    return members;
  }

  /** @internal A setter was used or an object handed out, so {@link addEdits} may have something to add. */
  get touched(): boolean {
    return this.edited !== undefined || this.exposed;
  }
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function offset(value: JsonValue | undefined): number | undefined {
  const number = integerLike(value);
  return number !== undefined && number >= 0 ? number : undefined;
}
