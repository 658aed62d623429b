import { isJsonObject, type JsonObject, type JsonValue } from '../model/index.js';
import type { JsonEdit } from '../text/index.js';
import type { HardStyle } from './canonical.js';
import { type FieldKeys, fieldKey, fieldValue } from './fields.js';
import { changedPaths, copyJson, pointerOf, setMember, valueAt } from './json-changes.js';
import { booleanLike, numberLike, parseHardReasons, propertyView } from './values.js';

type Path = readonly (string | number)[];

/** Something that a setter did. */
interface Change {
  readonly path: Path;
  /** The member was not there before. */
  readonly isNew: boolean;
}

const idKeys: FieldKeys = ['id'];
const hardKeys: FieldKeys = ['hard'];
const hardCoefficientKeys: FieldKeys = ['hard-coefficient', 'hard_coefficient'];
const hardReasonsKeys: FieldKeys = ['hard-reasons', 'hard_reasons'];

/**
 * What samples and annotations have in common: a stored JSON object, read lazily through typed getters, and
 * the memory of what has been changed since it was read, so that the writer can leave all else as it was.
 */
export abstract class ManifestRecord {
  /** The stored members; undefined until somebody needs more than what was found without parsing. */
  protected parsed: JsonObject | undefined;
  /** What setters did since reading. */
  protected edited: Change[] | undefined = undefined;
  /** A part of {@link members} was handed out and may have been changed directly. */
  protected exposed = false;
  /** The parsed form of a `property` stored as a string, once handed out. */
  private view: JsonObject | undefined = undefined;

  /** @param members undefined when {@link readMembers} is to get them from the line's text when they are needed */
  protected constructor(members: JsonObject | undefined) {
    this.parsed = members;
  }

  /** The stored members. Subclasses read them; changes go through {@link store}. */
  protected get members(): JsonObject {
    return this.parsed ?? this.readMembers();
  }

  /** Parses what was not parsed so far. */
  protected abstract readMembers(): JsonObject;

  /** Keys of `property`, the first being the canonical one. */
  protected abstract readonly propertyKeys: FieldKeys;

  get id(): string | undefined {
    const value = this.members['id'];
    if (typeof value === 'string') return value;
    return Number.isSafeInteger(value) ? String(value) : undefined;
  }
  set id(value: string | undefined) {
    this.store(idKeys, value);
  }

  /** Marked as a hard example; every boolean-like spelling is read. */
  get hard(): boolean | undefined {
    return booleanLike(this.members['hard']);
  }
  set hard(value: boolean | undefined) {
    this.store(hardKeys, value);
  }

  /** 0…1 */
  get hardCoefficient(): number | undefined {
    return numberLike(fieldValue(this.members, hardCoefficientKeys));
  }
  set hardCoefficient(value: number | undefined) {
    this.store(hardCoefficientKeys, value);
  }

  /** Reason ids joined by `-`, also when an array is stored. */
  get hardReasons(): string | undefined {
    return parseHardReasons(fieldValue(this.members, hardReasonsKeys))?.text;
  }
  set hardReasons(value: string | undefined) {
    this.store(hardReasonsKeys, value);
  }

  /**
   * Free properties. A string holding a JSON object is shown as that object, any other string as an empty
   * one. Changes made directly in the object are written.
   */
  get property(): JsonObject | undefined {
    const stored = fieldValue(this.members, this.propertyKeys);
    if (stored === undefined || stored === null) return undefined;
    this.exposed = true;
    if (typeof stored !== 'string') return propertyView(stored);
    this.view ??= propertyView(stored);
    return this.view;
  }
  set property(value: JsonObject | undefined) {
    this.view = undefined;
    this.store(this.propertyKeys, value);
  }

  /** One key of {@link property}, without the cost of handing out the whole of it. */
  propertyValue(key: string): JsonValue | undefined {
    const stored = fieldValue(this.members, this.propertyKeys);
    if (typeof stored === 'string') this.view ??= propertyView(stored);
    const property = this.view ?? propertyView(stored);
    return property !== undefined && Object.hasOwn(property, key) ? property[key] : undefined;
  }

  /**
   * Sets one key of {@link property}, or removes it with undefined; other keys stay. A string-typed property
   * becomes an object.
   */
  setProperty(key: string, value: JsonValue | undefined): void {
    const stored = fieldValue(this.members, this.propertyKeys);
    if (!isJsonObject(stored)) {
      const next = copyJson(this.view ?? propertyView(stored) ?? {}, 'property') as JsonObject;
      if (value !== undefined) setMember(next, key, value);
      this.property = next;
      return;
    }
    if (value === undefined) delete stored[key];
    else setMember(stored, key, copyJson(value, key));
    this.note([fieldKey(this.members, this.propertyKeys)!, key]);
  }

  /** The stored keys, in stored order. */
  get memberNames(): readonly string[] {
    return Object.keys(this.members);
  }

  /** A member under its stored key, known or not, as stored. Undefined when it is absent. */
  member(key: string): JsonValue | undefined {
    if (!Object.hasOwn(this.members, key)) return undefined;
    const value = this.members[key];
    if (typeof value === 'object' && value !== null) this.exposed = true;
    return value;
  }

  /** Sets or, with undefined, removes a member under exactly this key. Meant for keys that no field has. */
  setMember(key: string, value: JsonValue | undefined): void {
    const isNew = !Object.hasOwn(this.members, key);
    if (value === undefined) delete this.members[key];
    else setMember(this.members, key, copyJson(value, key));
    this.note([key], isNew);
  }

  /**
   * Changes a field: in place under the key that holds it, else under the canonical key. Other spellings of
   * the field go, so that no reader finds an old value. Undefined removes it.
   */
  protected store(keys: FieldKeys, value: JsonValue | undefined): void {
    const key = fieldKey(this.members, keys) ?? keys[0];
    for (const other of keys) {
      if (other === key || !Object.hasOwn(this.members, other)) continue;
      delete this.members[other];
      this.note([other]);
    }
    const isNew = !Object.hasOwn(this.members, key);
    if (this.members[key] === value) return;
    if (value === undefined) delete this.members[key];
    else this.members[key] = copyJson(value, key);
    this.note([key], isNew);
  }

  private note(path: Path, isNew = false): void {
    this.edited ??= [];
    this.edited.push({ path, isNew });
  }

  /** @internal The stored object itself, with what was changed in a handed-out string property. */
  stored(): JsonObject {
    this.settleView();
    return this.members;
  }

  private settleView(): void {
    if (this.view === undefined || !this.exposed) return;
    const key = fieldKey(this.members, this.propertyKeys)!;
    let changed = false;
    changedPaths(propertyView(this.members[key]), this.view, () => {
      changed = true;
    });
    if (changed) this.property = this.view;
  }

  /**
   * Adds the changes since reading to `edits`. `original` gives the object as it was read, and is only asked
   * when something was handed out.
   */
  protected collectChanges(
    edits: JsonEdit[],
    base: Path,
    original: () => JsonObject,
    how: {
      readonly hardAs: HardStyle;
      /** New members go before the first of these. */
      readonly before?: string[];
      /** A member that the caller sees to. */
      readonly skip?: string;
    },
  ): void {
    const { hardAs, before, skip } = how;
    const paths = new Map<string, Path>();
    const add = (path: Path): void => {
      if (path[0] !== skip) paths.set(pointerOf(path), path);
    };
    for (const { path } of this.edited ?? []) add(path);
    if (this.exposed) changedPaths(original(), this.members, add);
    const prefix = pointerOf(base);
    for (const [pointer, path] of paths) {
      if (isBelowAnother(path, paths)) continue;
      const stored = valueAt(this.members, path);
      const flag =
        path.length === 1 && path[0] === 'hard' && hardAs === 'string' && typeof stored === 'boolean';
      const value = flag ? String(stored) : stored;
      const addable = before !== undefined && path.length === 1;
      edits.push(
        addable ? { pointer: prefix + pointer, value, before } : { pointer: prefix + pointer, value },
      );
    }
  }
}

/** True when a shorter path of the set covers this one. */
function isBelowAnother(path: Path, paths: ReadonlyMap<string, Path>): boolean {
  for (let length = path.length - 1; length > 0; length--) {
    if (paths.has(pointerOf(path.slice(0, length)))) return true;
  }
  return false;
}
