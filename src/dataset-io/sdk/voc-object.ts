import { OptionError } from '../../model/index.js';
import { buildVocObject, VocObject as VocObjectData } from '../../voc/index.js';
import { type AnyPosition, type Position, positionOf } from './position.js';

/** What a new object is made of. */
export interface VocObjectInit {
  /** The label. */
  readonly name: string;
  /**
   * `@modelarts:shape` and `@modelarts:feature` give the position; `pose`, `truncated`, `difficult`, `occluded`,
   * `hard-coefficient` (or `difficult-coefficient`) and `confidence` become elements; an object under
   * `secondary_labels` is flattened; everything else becomes a property. Is left as it is.
   */
  readonly properties?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown> | undefined;
  readonly pose?: string | undefined;
  readonly truncated?: string | undefined;
  readonly occluded?: string | undefined;
  readonly difficult?: string | undefined;
  /** 0…1 */
  readonly hardCoefficient?: number | undefined;
  /** The SDK's older name of {@link hardCoefficient}. */
  readonly difficultCoefficient?: number | undefined;
  /** Ids joined by `-`. */
  readonly hardReasons?: string | undefined;
  /** 0…1 */
  readonly confidence?: number | undefined;
  /** Instead of `@modelarts:shape` and `@modelarts:feature`. */
  readonly position?: Position | undefined;
  readonly parts?: Iterable<VocObject> | null | undefined;
  /** `R,G,B` of the object's class in the mask. */
  readonly maskColor?: string | undefined;
  readonly maskSource?: string | undefined;
}

const shapeKey = '@modelarts:shape';
const featureKey = '@modelarts:feature';

/** The members that properties and arguments can both give. */
const shared = ['pose', 'truncated', 'difficult', 'occluded', 'hardCoefficient', 'confidence'] as const;

/** One labelled object of a Pascal VOC file, or a part of one, under the names of the Python SDK. */
export class VocObject {
  /** The object itself, which can be changed: a `VocObject` of `labelkit/voc`. */
  readonly data: VocObjectData;

  /**
   * @throws OptionError without a name, or when an argument contradicts the properties. LabelkitError `InvalidData`
   *   when the position is missing, unknown or malformed, or a coefficient is not a number.
   */
  constructor(init: VocObjectInit | VocObjectData) {
    this.data = init instanceof VocObjectData ? init : build(init);
  }

  get name(): string | undefined {
    return this.data.name;
  }
  /**
   * The free properties as they are in the file, in order. Those of the constructor that say something about the
   * position or the flags are not among them: they have members of their own.
   */
  get properties(): Record<string, string> {
    return Object.fromEntries(this.data.properties);
  }
  get pose(): string | undefined {
    return this.data.pose;
  }
  get truncated(): string | undefined {
    return this.data.truncated;
  }
  get occluded(): string | undefined {
    return this.data.occluded;
  }
  get difficult(): string | undefined {
    return this.data.difficult;
  }
  get hardCoefficient(): number | undefined {
    return this.data.hardCoefficient;
  }
  get difficultCoefficient(): number | undefined {
    return this.data.hardCoefficient;
  }
  get hardReasons(): string | undefined {
    return this.data.hardReasons;
  }
  get confidence(): number | undefined {
    return this.data.confidence;
  }
  get position(): AnyPosition | undefined {
    const { shape } = this.data;
    return shape === undefined ? undefined : positionOf(shape);
  }
  get parts(): VocObject[] {
    return this.data.parts.map((part) => new VocObject(part));
  }
  get maskColor(): string | undefined {
    return this.data.maskColor;
  }
  get maskSource(): string | undefined {
    return this.data.maskSource;
  }

  /** The label. */
  getName(): string | undefined {
    return this.name;
  }
  /** Properties by name. */
  getProperties(): Record<string, string> {
    return this.properties;
  }
  /** What `pose` says. */
  getPose(): string | undefined {
    return this.pose;
  }
  /** What `truncated` says: `1` for an object cut off at the edge of the image. */
  getTruncated(): string | undefined {
    return this.truncated;
  }
  /** What `occluded` says: `1` for an object hidden in part. */
  getOccluded(): string | undefined {
    return this.occluded;
  }
  /** What `difficult` says: `1` for an object that is hard to tell. */
  getDifficult(): string | undefined {
    return this.difficult;
  }
  /** How hard the object is. */
  getHardCoefficient(): number | undefined {
    return this.hardCoefficient;
  }
  /** The same as {@link getHardCoefficient}, by its other name. */
  getDifficultCoefficient(): number | undefined {
    return this.hardCoefficient;
  }
  /** What `confidence` says. */
  getConfidence(): number | undefined {
    return this.confidence;
  }
  /** Its shape; undefined when it has none. */
  getPosition(): AnyPosition | undefined {
    return this.position;
  }
  /** Parts of it, as objects of their own. */
  getParts(): VocObject[] {
    return this.parts;
  }
}

function build(init: VocObjectInit): VocObjectData {
  const { name } = init;
  if (typeof name !== 'string' || name === '') throw new OptionError('an object has no name');
  const { properties = {} } = init;
  const property = new Map<string, unknown>(
    properties instanceof Map ? properties : Object.entries(properties),
  );
  const given = init.position;
  const isFree = !isSet(property.get(shapeKey)) && !isSet(property.get(featureKey));
  if (given !== undefined && isFree) {
    property.set(shapeKey, given.type);
    property.set(featureKey, given.feature);
  }
  const data = buildVocObject({ name, property });
  if (given !== undefined && !isFree) {
    const { type, feature } = positionOf(data.shape!);
    if (type !== given.type || JSON.stringify(feature) !== JSON.stringify(given.feature))
      throw contradicts(name, 'position', `a ${given.type}`, `a ${type} by its properties`);
  }
  const values = { ...init, hardCoefficient: coefficientOf(init) };
  for (const member of shared) {
    const value = values[member];
    if (!isSet(value)) continue;
    if (data[member] !== undefined && data[member] !== value)
      throw contradicts(name, member, value, data[member]);
    Object.assign(data, { [member]: value });
  }
  data.hardReasons = init.hardReasons;
  data.maskColor = init.maskColor;
  data.maskSource = init.maskSource;
  if (isSet(init.parts)) data.parts = [...init.parts].map((part) => part.data);
  return data;
}

function coefficientOf({ name, hardCoefficient, difficultCoefficient }: VocObjectInit): number | undefined {
  if (isSet(hardCoefficient) && isSet(difficultCoefficient) && hardCoefficient !== difficultCoefficient)
    throw contradicts(name, 'hardCoefficient', hardCoefficient, difficultCoefficient);
  return hardCoefficient ?? difficultCoefficient;
}

/** Callers who come from Python pass null for what they do not give. */
function isSet<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}

function contradicts(name: string, member: string, one: unknown, other: unknown): OptionError {
  return new OptionError(
    `the object ${JSON.stringify(name)} has two values of ${member}: ${one} and ${other}`,
    {
      hint: 'give it as an argument or in the properties, not both',
    },
  );
}
