import { envelopeLosses, featureOfField, lossNames, sampleKind, says } from '../formats/index.js';
import { ManifestSample, unknownMembers } from '../manifest/index.js';
import {
  type Annotation,
  type ImageAnnotation,
  isVocTask,
  type JsonObject,
  OptionError,
  type Sample,
  type ShapeKind,
  shapeKinds,
} from '../model/index.js';
import { parsePointer } from '../text/index.js';
import {
  type DiffItem,
  fieldsOfImage,
  fieldsOfSample,
  itemOfAnnotation,
  itemOfObject,
} from '../transforms/index.js';
import type { FormatInfo } from './formats.js';
import type { Row } from './rows.js';
import { baseName } from './storage/index.js';

/** What samples and annotations say beside their labels: a format of labels alone has no place for it. */
const envelope: ReadonlySet<string> = new Set([...envelopeLosses, 'image-member']);

/** What can be named beside what `losses` has names for. */
const otherNames = ['label', 'shape', 'sample-type'];

/** All that the format of either side has no place for. */
const uncarried = 'uncarried';

/**
 * The names of what is not compared.
 *
 * @param asked by the caller
 * @throws OptionError for a name that stands for nothing
 */
export function ignoredNames(
  formats: readonly [FormatInfo, FormatInfo],
  asked: readonly string[],
  all: boolean,
): ReadonlySet<string> {
  const known = new Set<string>([...lossNames, ...otherNames]);
  const lost = formats.flatMap(({ cannotCarry }) => cannotCarry);
  const ignored = new Set<string>();
  for (const name of asked) {
    if (name === uncarried) for (const one of lost) ignored.add(one);
    else if (known.has(name)) ignored.add(name);
    else {
      throw new OptionError(`nothing that is compared is called "${name}"`, {
        hint: `Names are ${uncarried}, ${otherNames.join(', ')}, and those of losses, which labelkit formats lists.`,
      });
    }
  }
  const [{ id: one }, { id: two }] = formats;
  if (one !== two && !all) for (const name of lost) if (envelope.has(name)) ignored.add(name);
  return ignored;
}

/** Annotation files of a sample, in order. */
export type Documents = readonly { readonly index: number; readonly document: ImageAnnotation }[];

export interface ComparedOptions {
  /** The formats differ. */
  readonly isCross: boolean;
  readonly all: boolean;
  readonly ignored: ReadonlySet<string>;
}

/** Says what of a sample is compared. */
export class Compared {
  /** Samples that are compared were found to have one source. */
  bySource = false;
  /** Shapes of these kinds count as the boxes around them. */
  readonly loose: ReadonlySet<ShapeKind>;
  private readonly ignored: ReadonlySet<string>;

  constructor(private readonly options: ComparedOptions) {
    this.ignored = options.ignored;
    this.loose = new Set(shapeKinds.filter((kind) => this.ignored.has(`shape-${kind}`)));
  }

  /** What a sample says beside its labels. @param other the one that it is compared with */
  fields({ sample }: Row, files: Documents, other: Row, otherFiles: Documents): JsonObject {
    const { isCross } = this.options;
    const fields = fieldsOfSample(sample);
    const { usage } = sample;
    if (isCross) {
      // What kind of thing it is has other words in each format, or none.
      for (const field of ['source', 'sourceType', 'sampleType']) delete fields[field];
      if (usage !== undefined) fields['usage'] = usage.toUpperCase();
    } else if (!this.bySource && baseName(sample.source) === baseName(other.sample.source)) {
      // Folders of images move with the data set; by source, the whole of it is the same anyway.
      delete fields['source'];
    }
    this.leave(fields, featureOfField.sample);
    if (this.ignored.has('sample-type')) delete fields['sampleType'];
    if (sample instanceof ManifestSample && !this.ignored.has('unknown-member'))
      assign(fields, unknownOf(sample)[0]);
    const own = this.filesOf(sample, files, otherFiles.length === 0);
    const others = this.filesOf(other.sample, otherFiles, files.length === 0);
    own.forEach(({ document }, at) => {
      const prefix = own.length === 1 ? 'image.' : `image[${at + 1}].`;
      const said = fieldsOfImage(document, '');
      this.leave(said, featureOfField.image);
      if (isCross) leaveUntold(said, others[at]?.document);
      for (const [name, value] of Object.entries(said)) fields[prefix + name] = value;
    });
    return fields;
  }

  /** The labels of a sample: objects of its annotation files, and what its annotations say themselves. */
  items({ sample }: Row, files: Documents): DiffItem[] {
    const items: DiffItem[] = [];
    const unknown =
      sample instanceof ManifestSample && !this.ignored.has('unknown-member') ? unknownOf(sample) : [];
    for (const [at, annotation] of sample.annotations.entries()) {
      if (!this.hasTask(annotation)) continue;
      const item = isVocTask(annotation.task) ? this.envelopeOf(sample, annotation) : this.itemOf(annotation);
      if (item === undefined) continue;
      assign(item.fields, unknown[at + 1]);
      items.push(item);
    }
    for (const { index, document } of files) {
      if (!this.hasTask(sample.annotations[index]!)) continue;
      for (const object of document.objects) {
        if (this.ignored.has('object-without-label') && object.name === undefined) continue;
        if (this.ignored.has('object-without-shape') && object.shape === undefined) continue;
        items.push(itemOfObject(object, this.keepsOfObject));
      }
    }
    return this.ignored.has('label') || this.ignored.has('shape')
      ? items.map((item) => this.reduced(item))
      : items;
  }

  /** True for a sample that may be in one of the data sets alone. @param items what is compared of it */
  mayBeMissing({ sample }: Row, items: readonly DiffItem[]): boolean {
    if (this.ignored.has(sampleKind(sample))) return true;
    const isLoose = ({ shape }: DiffItem) => shape !== undefined && this.loose.has(shape.kind);
    return this.ignored.has('unlabelled-image') && items.every(isLoose);
  }

  /** Files of annotations that are compared; across formats, one without objects says no more than none. */
  private filesOf({ annotations }: Sample, files: Documents, isAlone: boolean): Documents {
    return files.filter(
      ({ index, document }) =>
        this.hasTask(annotations[index]!) &&
        !(this.options.isCross && isAlone && document.objects.length === 0),
    );
  }

  private reduced({ label, shape, ...rest }: DiffItem): DiffItem {
    return {
      ...rest,
      ...(label === undefined || this.ignored.has('label') ? {} : { label }),
      ...(shape === undefined || this.ignored.has('shape') ? {} : { shape }),
    };
  }

  private hasTask({ task }: Annotation): boolean {
    return !this.ignored.has(task ?? 'unknown-task');
  }

  private itemOf(annotation: Annotation): DiffItem {
    const { id, ...item } = itemOfAnnotation(annotation);
    const { isCross } = this.options;
    if (isCross) for (const field of ['loc', 'format']) delete item.fields[field];
    this.leave(item.fields, featureOfField.annotation);
    // Ids of different formats have nothing to do with each other: what belongs together is not found by them.
    if (id === undefined || this.ignored.has('annotation-name')) return item;
    if (!isCross) return { ...item, id };
    item.fields['id'] = id;
    return item;
  }

  /** What an annotation says around the objects of its file. A folder of VOC files has none of that. */
  private envelopeOf(sample: Sample, annotation: Annotation): DiffItem | undefined {
    const { isCross, all } = this.options;
    if (!isCross && sample instanceof ManifestSample) {
      const item = this.itemOf(annotation);
      delete item.fields['loc'];
      return item;
    }
    if (isCross && !all) return undefined;
    const { label, fields } = this.itemOf(annotation);
    for (const field of ['loc', 'format']) delete fields[field];
    const isNamed = label !== undefined && !this.ignored.has('annotation-name');
    if (!isNamed && Object.keys(fields).length === 0) return undefined;
    return { kind: 'objects', ...(isNamed ? { label } : {}), fields };
  }

  private readonly keepsOfObject = (field: string, value: unknown): boolean => {
    const feature = (featureOfField.object as ReadonlyMap<string, string>).get(field);
    if (feature !== undefined && this.ignored.has(feature)) return false;
    // Some formats write "not so", and others nothing.
    return !this.options.isCross || says(value);
  };

  private leave(fields: JsonObject, features: ReadonlyMap<string, string>): void {
    for (const field of Object.keys(fields)) {
      const feature = features.get(field);
      if (feature !== undefined && this.ignored.has(feature)) delete fields[field];
    }
  }
}

/** The name and the channels of an image, and that it has a mask, are known from the image: a format need not say them. */
function leaveUntold(fields: JsonObject, other: ImageAnnotation | undefined): void {
  for (const field of ['fileName', 'depth', 'segmented'] as const)
    if (!says(other?.[field])) delete fields[field];
  // References are written from where they are.
  if (typeof fields['maskSource'] === 'string') fields['maskSource'] = baseName(fields['maskSource']);
  for (const [field, value] of Object.entries(fields)) if (!says(value)) delete fields[field];
}

function assign(fields: JsonObject, more: JsonObject | undefined): void {
  if (more !== undefined) Object.defineProperties(fields, Object.getOwnPropertyDescriptors(more));
}

/** Members that no field is read from, by name: those of the sample, then those of each annotation. */
function unknownOf(sample: ManifestSample): readonly JsonObject[] {
  const found: JsonObject[] = [{}];
  for (const pointer of unknownMembers(sample)) {
    const [first, index, ...rest] = parsePointer(pointer)!;
    const owner = index === undefined ? sample : sample.annotations[Number(index)]!;
    const place = index === undefined ? 0 : Number(index) + 1;
    const name = index === undefined ? first! : rest.join('/');
    const value = owner.member(name);
    found[place] ??= {};
    // Names come out of data: `__proto__` is one like any other.
    if (value !== undefined)
      Object.defineProperty(found[place], name, { value, enumerable: true, configurable: true });
  }
  return found;
}
