import { isJsonObject, type JsonObject, type JsonValue, type Sample } from '../model/index.js';
import { elementsAt, type JsonEdit, locateJson, spliceJson, stringifyJson } from '../text/index.js';
import { type AnnotationHolder, type AnnotationInit, ManifestAnnotation } from './annotation.js';
import type { HardStyle } from './canonical.js';
import { type FieldKeys, fieldKey, fieldValue, sampleFields } from './fields.js';
import { refuseUnknownMembers } from './init-members.js';
import { copyJson, pointerOf } from './json-changes.js';
import { quickAdd, quickReplace } from './quick-edit.js';
import { ManifestRecord } from './record.js';
import { contentTextOf, numberLike } from './values.js';

/** What a new sample is made of. Every {@link Sample} fits. */
export interface SampleInit {
  /** URI or path, or `content://` and the text. */
  readonly source: string;
  readonly annotations?: Iterable<ManifestAnnotation | AnnotationInit>;
  /** TRAIN, EVAL, TEST or INFERENCE; written in upper case. */
  readonly usage?: string;
  readonly id?: string;
  readonly inferenceLoc?: string;
  readonly sourceType?: string;
  readonly sampleType?: number;
  readonly hard?: boolean;
  readonly hardCoefficient?: number;
  readonly hardReasons?: string;
  readonly sourceMap?: JsonValue;
  readonly property?: JsonObject;
}

const plainFields = (Object.keys(sampleFields) as (keyof typeof sampleFields)[]).filter(
  (field) => field !== 'annotation' && field !== 'usage',
) as Exclude<keyof typeof sampleFields, 'annotation' | 'usage'>[];

const knownUsage = /^(?:train|eval|test|inference)$/i;

function usageToWrite(usage: string): string {
  return knownUsage.test(usage) ? usage.toUpperCase() : usage;
}

const initMembers: ReadonlySet<string> = new Set([...plainFields, 'usage', 'annotations']);

function membersOf(init: SampleInit): JsonObject {
  refuseUnknownMembers(init, initMembers, 'a sample');
  const members: JsonObject = {};
  for (const field of plainFields) {
    if (field === 'hard' && init.usage !== undefined) members['usage'] = usageToWrite(init.usage);
    const value = init[field];
    if (value === undefined || value === null) continue;
    const key = sampleFields[field][0];
    members[key] = copyJson(value, key);
  }
  return members;
}

/**
 * One line of a manifest: a view over its parsed object that reads fields when they are asked for and keeps
 * the line's text, so that all that is not changed is written as it was read.
 */
export class ManifestSample extends ManifestRecord implements Sample, AnnotationHolder {
  /** The line as it was read, without its terminator; undefined for a sample made in memory. */
  readonly text: string | undefined;
  /** Physical line, 1-based. */
  readonly line: number | undefined;
  /** Byte offset of the line's start in the file. */
  readonly offset: number | undefined;
  /** The manifest's name, as the caller gave it. */
  readonly file: string | undefined;
  private list: ManifestAnnotation[] | undefined = undefined;
  /** Elements of the stored list when it was replaced; -1: there was none. Undefined: it was not replaced. */
  private replacedCount: number | undefined = undefined;
  /** The whole of the members was handed out. */
  private shown = false;
  /** What was found in the line without parsing; of no account once {@link parsed} is there. */
  private foundSource: string | undefined = undefined;
  private foundUsage: string | undefined = undefined;

  /** @throws {OptionError} for values that JSON cannot say. */
  constructor(init: SampleInit);
  /** @internal A view over a line, parsed or (undefined) yet to be; then {@link found} is called next. */
  constructor(members: JsonObject | undefined, text: string, line?: number, offset?: number, file?: string);
  constructor(
    init: SampleInit | JsonObject | undefined,
    text?: string,
    line?: number,
    offset?: number,
    file?: string,
  ) {
    super(text === undefined ? membersOf(init as SampleInit) : (init as JsonObject | undefined));
    this.text = text;
    this.line = line;
    this.offset = offset;
    this.file = file;
    if (text === undefined) {
      const given = (init as SampleInit).annotations;
      if (given !== undefined) this.annotations = given;
    }
  }

  /**
   * @internal Takes what was found in a line that was not parsed.
   *
   * @param list an annotation for each element of the stored array
   */
  found(source: string, usage: string | undefined, list: ManifestAnnotation[]): void {
    this.foundSource = source;
    this.foundUsage = usage;
    this.list = list;
  }

  protected override readMembers(): JsonObject {
    const members = JSON.parse(this.text!) as JsonObject;
    this.parsed = members;
    const { list } = this;
    if (list !== undefined && list.length > 0) {
      const elements = members[sampleFields.annotation[0]] as JsonObject[];
      for (let i = 0; i < list.length; i++) list[i]!.bind(elements[i]!);
    }
    return members;
  }

  bindAnnotations(): void {
    if (this.parsed === undefined) this.readMembers();
  }

  protected override get propertyKeys(): FieldKeys {
    return sampleFields.property;
  }

  /**
   * The stored object, with all its members under their stored keys. Changes made directly in it are
   * written, at the price of reading the line once more.
   */
  get value(): JsonObject {
    this.shown = true;
    this.exposed = true;
    return this.members;
  }

  get source(): string {
    const { parsed } = this;
    if (parsed === undefined) return this.foundSource!;
    const value = parsed['source'];
    return typeof value === 'string' ? value : '';
  }
  set source(value: string) {
    this.store(sampleFields.source, value);
  }

  /** The text itself when {@link source} is `content://…`. */
  get contentText(): string | undefined {
    return contentTextOf(this.source);
  }

  /** As stored; a new value is written in upper case. */
  get usage(): string | undefined {
    const { parsed } = this;
    if (parsed === undefined) return this.foundUsage;
    const value = parsed['usage'];
    return typeof value === 'string' ? value : undefined;
  }
  set usage(value: string | undefined) {
    this.store(sampleFields.usage, value === undefined ? undefined : usageToWrite(value));
  }

  get inferenceLoc(): string | undefined {
    return text(fieldValue(this.members, sampleFields.inferenceLoc));
  }
  set inferenceLoc(value: string | undefined) {
    this.store(sampleFields.inferenceLoc, value);
  }

  get sourceType(): string | undefined {
    return text(fieldValue(this.members, sampleFields.sourceType));
  }
  set sourceType(value: string | undefined) {
    this.store(sampleFields.sourceType, value);
  }

  /** 0 image, 1 text, 2 audio, 4 table, 6 video, 9 free-form. */
  get sampleType(): number | undefined {
    const value = fieldValue(this.members, sampleFields.sampleType);
    return typeof value === 'number' ? value : undefined;
  }
  set sampleType(value: number | undefined) {
    this.store(sampleFields.sampleType, value);
  }

  /** Opaque: no source says what it holds. */
  get sourceMap(): JsonValue | undefined {
    const value = fieldValue(this.members, sampleFields.sourceMap);
    if (typeof value === 'object' && value !== null) this.exposed = true;
    return value;
  }
  set sourceMap(value: JsonValue | undefined) {
    this.store(sampleFields.sourceMap, value);
  }

  /** The video that this frame is from. */
  get parentSource(): string | undefined {
    return text(this.propertyValue('@modelarts:parent_source'));
  }

  /** Seconds that the frame's video lasts. */
  get parentDuration(): number | undefined {
    return numberLike(this.propertyValue('@modelarts:parent_duration'));
  }

  /** Seconds from the start of the frame's video. */
  get timeInVideo(): number | undefined {
    return numberLike(this.propertyValue('@modelarts:time_in_video'));
  }

  /** Columns of a table, name → type, in order; older files have the key without its prefix. */
  get schema(): JsonObject | undefined {
    const value = this.propertyValue('@modelarts:schema') ?? this.propertyValue('schema');
    if (!isJsonObject(value)) return undefined;
    this.exposed = true;
    return value;
  }

  /** The line has an `annotation` member, be it null, empty, or of a wrong kind. */
  get hasAnnotationKey(): boolean {
    return fieldKey(this.members, sampleFields.annotation) !== undefined;
  }

  /** The labels; empty when the list is absent, null, or no list. Elements that are no objects are left out. */
  get annotations(): readonly ManifestAnnotation[] {
    if (this.list !== undefined) return this.list;
    const list: ManifestAnnotation[] = [];
    const stored = fieldValue(this.members, sampleFields.annotation);
    if (Array.isArray(stored)) {
      for (let i = 0; i < stored.length; i++) {
        const element = stored[i];
        if (isJsonObject(element)) list.push(new ManifestAnnotation(element, i, this));
      }
    }
    this.list = list;
    return list;
  }

  /**
   * Replaces the whole stored list. Annotations of this sample keep their text; those of other samples are
   * copied, so that no two samples share one.
   */
  set annotations(annotations: Iterable<ManifestAnnotation | AnnotationInit>) {
    const next = new Set<ManifestAnnotation>();
    for (const given of annotations) next.add(this.adopt(given, next));
    const key = fieldKey(this.members, sampleFields.annotation) ?? sampleFields.annotation[0];
    if (this.replacedCount === undefined) {
      const stored = this.members[key];
      this.replacedCount = Array.isArray(stored) ? stored.length : -1;
    }
    for (const other of sampleFields.annotation) {
      if (other !== key && Object.hasOwn(this.members, other)) super.setMember(other, undefined);
    }
    this.list = [...next];
    this.members[key] = this.list.map((annotation) => annotation.stored());
  }

  private adopt(
    given: ManifestAnnotation | AnnotationInit,
    taken: ReadonlySet<ManifestAnnotation>,
  ): ManifestAnnotation {
    let annotation: ManifestAnnotation;
    if (!(given instanceof ManifestAnnotation)) annotation = new ManifestAnnotation(given);
    else if (taken.has(given) || (given.holder !== undefined && given.holder !== this))
      annotation = given.copy();
    else annotation = given;
    annotation.holder = this;
    return annotation;
  }

  override member(key: string): JsonValue | undefined {
    const value = super.member(key);
    if (typeof value === 'object' && isListKey(key)) this.shown = true;
    return value;
  }

  override setMember(key: string, value: JsonValue | undefined): void {
    super.setMember(key, value);
    if (!isListKey(key)) return;
    this.list = undefined;
    this.shown = true;
    this.exposed = true;
  }

  /** @internal The stored object itself, with what was changed in handed-out string properties. */
  override stored(): JsonObject {
    if (this.list !== undefined) for (const annotation of this.list) annotation.stored();
    return super.stored();
  }

  /** @internal False when nothing can have changed since the line was read. */
  get touched(): boolean {
    if (this.text === undefined || this.edited !== undefined || this.exposed) return true;
    if (this.replacedCount !== undefined) return true;
    if (this.list !== undefined) {
      for (const annotation of this.list) if (annotation.touched) return true;
    }
    return false;
  }

  /** @internal The members of a new sample that is as it was given: in canonical order, checked, never handed out. */
  get untouchedMembers(): JsonObject | undefined {
    if (this.text !== undefined || this.edited !== undefined || this.exposed) return undefined;
    if (this.list !== undefined) {
      for (const annotation of this.list) if (annotation.touched || annotation.index >= 0) return undefined;
    }
    return this.members;
  }

  /**
   * The line's text with the changes since reading: untouched members keep their order, spelling and number
   * tokens. Undefined for a sample made in memory.
   */
  currentText(hardAs: HardStyle = 'boolean'): string | undefined {
    const { text } = this;
    if (text === undefined || !this.touched) return text;
    const quick = this.quickText(text);
    if (quick !== undefined) return quick;
    this.stored();
    let parsed: JsonObject | undefined;
    const original = (): JsonObject => {
      parsed ??= JSON.parse(text) as JsonObject;
      return parsed;
    };
    const edits: JsonEdit[] = [];
    const before = [...sampleFields.annotation];
    if (this.shown) {
      this.collectChanges(edits, [], original, { hardAs, before });
      return edits.length === 0 ? text : spliceJson(text, edits);
    }
    const key = fieldKey(this.members, sampleFields.annotation) ?? sampleFields.annotation[0];
    this.collectChanges(edits, [], original, { hardAs, before, skip: key });
    for (const annotation of this.list ?? []) {
      if (annotation.index >= 0 && annotation.touched) annotation.addEdits(edits, key, original, hardAs);
    }
    const inOrder = this.addListEdits(edits, key, hardAs);
    const spliced = edits.length === 0 ? text : spliceJson(text, edits);
    return inOrder ? spliced : this.withReorderedList(spliced, key, hardAs);
  }

  /** The text when all that happened is that one member became a string; undefined for anything else. */
  private quickText(text: string): string | undefined {
    const { edited, list } = this;
    if (edited?.length !== 1 || this.exposed || this.replacedCount !== undefined) return undefined;
    const { path, isNew } = edited[0]!;
    const key = path[0];
    if (path.length !== 1 || typeof key !== 'string' || !isPlainName(key)) return undefined;
    const value = this.members[key];
    if (typeof value !== 'string') return undefined;
    if (list !== undefined) for (const annotation of list) if (annotation.touched) return undefined;
    const json = stringifyJson(value);
    return isNew
      ? quickAdd(
          text,
          key,
          json,
          sampleFields.annotation.find((name) => Object.hasOwn(this.members, name)),
        )
      : quickReplace(text, key, json);
  }

  /** Adds what the replacing of the list did; false when its order changed, which edits cannot say. */
  private addListEdits(edits: JsonEdit[], key: string, hardAs: HardStyle): boolean {
    const { list, replacedCount } = this;
    if (list === undefined || replacedCount === undefined) return true;
    const pointer = pointerOf([key]);
    if (replacedCount < 0) {
      edits.push({ pointer, value: list.map((annotation) => annotation.toWrite(hardAs)) });
      return true;
    }
    let last = -1;
    for (const { index } of list) {
      const place = index < 0 ? replacedCount : index;
      if (place < last) return false;
      last = place;
    }
    let next = 0;
    for (let i = 0; i < replacedCount; i++) {
      if (list[next]?.index === i) next++;
      else edits.push({ pointer: `${pointer}/${i}`, value: undefined });
    }
    for (; next < list.length; next++) {
      edits.push({ pointer: `${pointer}/-`, value: list[next]!.toWrite(hardAs) });
    }
    return true;
  }

  private withReorderedList(line: string, key: string, hardAs: HardStyle): string {
    const { start, end } = locateJson(line, pointerOf([key]))!;
    const spans = elementsAt(line, start);
    const elements = this.list!.map((annotation) => {
      const span = spans[annotation.index];
      return span === undefined
        ? stringifyJson(annotation.toWrite(hardAs))
        : line.slice(span.start, span.end);
    });
    return `${line.slice(0, start)}[${elements.join(',')}]${line.slice(end)}`;
  }
}

/** A name of the known fields: nothing in it that JSON escapes. */
function isPlainName(key: string): boolean {
  return /^[a-z_-]+$/.test(key);
}

function isListKey(key: string): boolean {
  return (sampleFields.annotation as readonly string[]).includes(key);
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
