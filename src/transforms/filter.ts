import {
  type Annotation,
  type ImageAnnotation,
  isVocTask,
  OptionError,
  type Sample,
  type ShapeKind,
  shapeKinds,
  type Task,
  tasks,
} from '../model/index.js';
import { contentOf, instancesOf, type LabelInstance, ownInstance } from './instances.js';
import { boxOf } from './iou.js';
import { labelMatcher, type Matcher } from './labels.js';
import { type Condition, compileCondition } from './where/index.js';

/**
 * What a filter takes out: whole samples; annotations, and samples that lose all of theirs; or single objects of annotation
 * files too, and annotations and samples that lose all of theirs.
 */
export type FilterUnit = 'sample' | 'annotation' | 'object';

/** What a filter can leave out. */
export const filterUnits: readonly FilterUnit[] = ['sample', 'annotation', 'object'];

/** What is kept. All that is said must hold; what needs a label must hold of one and the same label. */
export interface FilterTests {
  /** Default `sample`. */
  readonly by?: FilterUnit | undefined;
  /** Labels that are kept, as for `labelMatcher`; compared with names of annotations and objects, and spoken content. */
  readonly labels?: readonly string[] | undefined;
  /** Labels that are not: what has one of them is taken out. */
  readonly excludeLabels?: readonly string[] | undefined;
  /** In any letter case. A sample without usage has none of them. */
  readonly usages?: readonly string[] | undefined;
  readonly tasks?: readonly Task[] | undefined;
  /** `true`: hard annotations and difficult objects; `false`: what `true` takes out. */
  readonly hard?: boolean | undefined;
  /** Least confidence, 0…1. A label without one is taken out. */
  readonly minConfidence?: number | undefined;
  /** Samples with annotations, or those without. */
  readonly hasAnnotations?: boolean | undefined;
  readonly shapes?: readonly ShapeKind[] | undefined;
  /** Least length of the shorter side of the box around a shape, in pixels; width is xmax − xmin. */
  readonly minSize?: number | undefined;
  /** Greatest length of its longer side. */
  readonly maxSize?: number | undefined;
  /** Least area of the box, in square pixels. */
  readonly minArea?: number | undefined;
  readonly maxArea?: number | undefined;
  /** An expression about what {@link by} names; see `compileWhere`. */
  readonly where?: string | undefined;
  /**
   * `upstream`: as the ModelArts SDK does. Labels are compared exactly, and `hard: false` asks annotations only, so that a
   * difficult object does not make its annotation hard.
   */
  readonly compat?: 'upstream' | undefined;
}

/** What a filter says of one sample. */
export type Verdict = 'keep' | 'drop' | Pruning;

/** A sample stays without some of its parts. */
export interface Pruning {
  /** For each annotation whether it stays. */
  readonly annotations: readonly boolean[];
  /** Objects to be taken out of the annotation files of annotations that stay, from 0, by index of the annotation. */
  readonly objects: ReadonlyMap<number, readonly number[]>;
}

/** Gives the objects of a detection annotation, where they are read. */
export type ImageOf = (annotation: Annotation) => ImageAnnotation | undefined;

const needsLabel = [
  'labels',
  'tasks',
  'hard',
  'minConfidence',
  'shapes',
  'minSize',
  'maxSize',
  'minArea',
  'maxArea',
] as const;

/** Tests of samples, compiled once. */
export class SampleFilter {
  readonly by: FilterUnit;
  private readonly usages: ReadonlySet<string> | undefined;
  private readonly wanted: Matcher | undefined;
  private readonly unwanted: Matcher | undefined;
  private readonly where: Condition | undefined;
  private lastUsage: string | undefined;
  private lastIsWanted = false;
  /** A label has to pass, so that what has none does not. */
  private readonly asksLabels: boolean;

  /** @throws OptionError for values that make no sense */
  constructor(private readonly tests: FilterTests) {
    checkTests(tests);
    this.by = tests.by ?? 'sample';
    this.usages = tests.usages && new Set(tests.usages.map((usage) => usage.toLowerCase()));
    this.wanted = matcherOf(tests.labels, tests.compat);
    this.unwanted = matcherOf(tests.excludeLabels, tests.compat);
    if (tests.where !== undefined) this.where = compileCondition(tests.where, this.by);
    this.asksLabels = needsLabel.some((name) => tests[name] !== undefined);
  }

  /** Labels are not asked for: {@link passes} is the whole answer, and needs no files. */
  get isAboutSamples(): boolean {
    const { where } = this;
    return (
      !this.asksLabels &&
      this.unwanted === undefined &&
      (where === undefined || (this.by === 'sample' && !where.asksFiles))
    );
  }

  /** The tests of the sample itself, without those of its labels. `annotations` is not looked at unless it is asked for. */
  passes(sample: Sample, imageOf: ImageOf): boolean {
    const { usages, tests, where } = this;
    if (usages !== undefined && !this.isOfUsage(sample.usage, usages)) return false;
    if (tests.hasAnnotations !== undefined && sample.annotations.length > 0 !== tests.hasAnnotations)
      return false;
    return where === undefined || this.by !== 'sample' || where.test({ sample, imageOf });
  }

  /** Neighbours often have the same usage: it is looked up when it changes. */
  private isOfUsage(usage: string | undefined, usages: ReadonlySet<string>): boolean {
    if (usage !== this.lastUsage) {
      this.lastUsage = usage;
      this.lastIsWanted = usage !== undefined && usages.has(usage.toLowerCase());
    }
    return this.lastIsWanted;
  }

  /** Whether {@link verdict} cannot do without the files of a sample's annotations. */
  asksFiles(sample: Sample): boolean {
    const { tests } = this;
    const { annotations } = sample;
    if (!annotations.some(({ task }) => isVocTask(task))) return false;
    if (this.where?.asksFiles === true || this.unwanted !== undefined || asksShapes(tests)) return true;
    if (this.by === 'object' && this.where !== undefined) return true;
    if (tests.labels === undefined && tests.hard === undefined && tests.minConfidence === undefined)
      return false;
    if (this.by === 'object') return true;
    const isUpstream = tests.compat === 'upstream';
    if (isUpstream && tests.hard === false && tests.labels === undefined && tests.minConfidence === undefined)
      return false;
    // What an annotation says itself may be enough, unless its objects can speak against it.
    const isCertain = (annotation: Annotation) =>
      (tests.hard !== false || isUpstream) && this.accepts(ownInstance(annotation), tests.hard);
    return this.by === 'sample'
      ? !annotations.some(isCertain)
      : annotations.some((annotation) => isVocTask(annotation.task) && !isCertain(annotation));
  }

  /**
   * What becomes of a sample.
   *
   * @param imageOf what annotation files say, where {@link asksFiles}; default `image` of the annotations
   */
  verdict(sample: Sample, imageOf: ImageOf = ({ image }) => image): Verdict {
    if (!this.passes(sample, imageOf)) return 'drop';
    if (this.isAboutSamples) return 'keep';
    if (this.by === 'sample') return this.keepsWhole(sample, imageOf) ? 'keep' : 'drop';
    return this.prune(sample, imageOf);
  }

  private keepsWhole({ annotations }: Sample, imageOf: ImageOf): boolean {
    const isUnwanted = (annotation: Annotation) => this.isUnwanted(annotation, imageOf(annotation));
    if (this.unwanted !== undefined && annotations.some(isUnwanted)) return false;
    return !this.asksLabels || annotations.some((annotation) => this.keeps(annotation, imageOf(annotation)));
  }

  private prune(sample: Sample, imageOf: ImageOf): Verdict {
    const { annotations } = sample;
    const objects = new Map<number, readonly number[]>();
    const kept = annotations.map((annotation, index) => {
      const image = imageOf(annotation);
      if (this.by === 'object' && image !== undefined) {
        const gone = this.goneObjects(sample, annotation, image, imageOf);
        const mustHave = this.asksLabels || this.where !== undefined;
        if (gone.length === image.objects.length) return gone.length === 0 && !mustHave;
        if (gone.length > 0) objects.set(index, gone);
        return true;
      }
      return this.keepsAnnotation(sample, annotation, image, imageOf);
    });
    dropRelations(annotations, kept);
    if (kept.every((stays) => stays)) {
      if (annotations.length === 0 && (this.asksLabels || this.where !== undefined)) return 'drop';
      return objects.size === 0 ? 'keep' : { annotations: kept, objects };
    }
    return kept.some((stays) => stays) ? { annotations: kept, objects } : 'drop';
  }

  private keepsAnnotation(
    sample: Sample,
    annotation: Annotation,
    image: ImageAnnotation | undefined,
    imageOf: ImageOf,
  ): boolean {
    if (this.isUnwanted(annotation, image)) return false;
    if (this.asksLabels && !this.keeps(annotation, image)) return false;
    if (this.where === undefined) return true;
    return this.by === 'annotation'
      ? this.where.test({ sample, annotation, imageOf })
      : this.where.test({ sample, annotation, object: ownInstance(annotation), imageOf });
  }

  /** Indices of the objects that do not stay. */
  private goneObjects(
    sample: Sample,
    annotation: Annotation,
    image: ImageAnnotation,
    imageOf: ImageOf,
  ): number[] {
    const gone: number[] = [];
    for (const [index, object] of instancesOf(annotation, image).entries()) {
      const stays =
        !(object.name !== undefined && this.unwanted?.(object.name) === true) &&
        this.accepts(object, this.tests.hard) &&
        (this.where?.test({ sample, annotation, object, imageOf }) ?? true);
      if (!stays) gone.push(index);
    }
    return gone;
  }

  private isUnwanted(annotation: Annotation, image: ImageAnnotation | undefined): boolean {
    const { unwanted } = this;
    if (unwanted === undefined) return false;
    return (
      hasLabel(annotation, unwanted) ||
      (image?.objects.some(({ name }) => name !== undefined && unwanted(name)) ?? false)
    );
  }

  /** One label of the annotation passes: itself, or an object of its file. */
  private keeps(annotation: Annotation, image: ImageAnnotation | undefined): boolean {
    const { hard, compat } = this.tests;
    const labels = [ownInstance(annotation)];
    if (image !== undefined) labels.push(...instancesOf(annotation, image));
    const accepts = (isHard: boolean | undefined) => labels.some((label) => this.accepts(label, isHard));
    if (hard !== false || compat === 'upstream') return accepts(hard);
    return accepts(undefined) && !accepts(true);
  }

  /** The tests of one label. */
  private accepts(label: LabelInstance, hard: boolean | undefined): boolean {
    const { tests, wanted } = this;
    const { annotation, object } = label;
    if (hard !== undefined) {
      const asksAnnotation = hard === false && tests.compat === 'upstream';
      if ((asksAnnotation ? annotation.hard === true : label.isHard) !== hard) return false;
    }
    if (wanted !== undefined) {
      const isWanted =
        object === undefined
          ? hasLabel(annotation, wanted)
          : object.name !== undefined && wanted(object.name);
      if (!isWanted) return false;
    }
    if (
      tests.tasks !== undefined &&
      (annotation.task === undefined || !tests.tasks.includes(annotation.task))
    )
      return false;
    if (tests.minConfidence !== undefined) {
      const { confidence } = label;
      if (confidence === undefined || !(confidence >= tests.minConfidence)) return false;
    }
    return !asksShapes(tests) || fits(object?.shape, tests);
  }
}

function asksShapes({ shapes, minSize, maxSize, minArea, maxArea }: FilterTests): boolean {
  return [shapes, minSize, maxSize, minArea, maxArea].some((test) => test !== undefined);
}

function fits(shape: NonNullable<LabelInstance['object']>['shape'], tests: FilterTests): boolean {
  const box = shape && boxOf(shape);
  if (shape === undefined || box === undefined) return false;
  const { shapes, minSize = 0, maxSize = Infinity, minArea = 0, maxArea = Infinity } = tests;
  const width = box.xmax - box.xmin;
  const height = box.ymax - box.ymin;
  const area = width * height;
  return (
    (shapes === undefined || shapes.includes(shape.kind)) &&
    Math.min(width, height) >= minSize &&
    Math.max(width, height) <= maxSize &&
    area >= minArea &&
    area <= maxArea
  );
}

/** The annotation's name or what is spoken in it. */
function hasLabel(annotation: Annotation, matches: Matcher): boolean {
  if (annotation.name !== undefined && matches(annotation.name)) return true;
  const content = contentOf(annotation);
  return content !== undefined && matches(content);
}

/** A relation does not stay without the entities at its ends. */
function dropRelations(annotations: readonly Annotation[], kept: boolean[]): void {
  const gone = new Set<string>();
  for (const [index, { task, id }] of annotations.entries())
    if (!kept[index] && task === 'text_entity' && id !== undefined) gone.add(id);
  if (gone.size === 0) return;
  for (const [index, { task, property }] of annotations.entries()) {
    if (task !== 'text_triplet') continue;
    const ends = [property?.['@modelarts:from'], property?.['@modelarts:to']];
    if (ends.some((end) => typeof end === 'string' && gone.has(end))) kept[index] = false;
  }
}

function matcherOf(
  labels: readonly string[] | undefined,
  compat: FilterTests['compat'],
): Matcher | undefined {
  if (labels === undefined) return undefined;
  if (compat !== 'upstream') return labelMatcher(labels);
  const names = new Set(labels);
  return (label) => names.has(label);
}

function checkTests(tests: FilterTests): void {
  const { by, compat, minConfidence } = tests;
  if (by !== undefined && !filterUnits.includes(by)) {
    throw new OptionError(`there is nothing "${by}" to filter by`, {
      hint: `There are ${filterUnits.join(', ')}.`,
    });
  }
  if (compat !== undefined && compat !== 'upstream') {
    throw new OptionError(`there is no compatibility with "${compat}"`, { hint: 'There is upstream.' });
  }
  for (const task of tests.tasks ?? []) {
    if (!tasks.includes(task))
      throw new OptionError(`there is no task "${task}"`, { hint: `Tasks: ${tasks.join(', ')}.` });
  }
  for (const shape of tests.shapes ?? []) {
    if (!shapeKinds.includes(shape))
      throw new OptionError(`there is no shape "${shape}"`, { hint: `Shapes: ${shapeKinds.join(', ')}.` });
  }
  if (minConfidence !== undefined && !(minConfidence >= 0 && minConfidence <= 1))
    throw new OptionError(`minConfidence is ${minConfidence}`, {
      hint: 'A confidence is a number from 0 to 1.',
    });
  for (const name of ['minSize', 'maxSize', 'minArea', 'maxArea'] as const) {
    const value = tests[name];
    if (value !== undefined && !(value >= 0))
      throw new OptionError(`${name} is ${value}`, { hint: 'Give a number of pixels from 0.' });
  }
  for (const name of ['labels', 'excludeLabels', 'usages', 'tasks', 'shapes'] as const) {
    if (tests[name]?.length === 0)
      throw new OptionError(`${name} is empty`, { hint: 'Nothing would be kept; leave it out to keep all.' });
  }
}

/**
 * The samples that have one of these labels, whole. What files of annotations say is in `image` of the annotations.
 * `SampleFilter` knows more tests, and what is to be taken out of a sample.
 *
 * @param labels names or patterns, as for `labelMatcher`
 */
export function* filterByLabel<S extends Sample>(
  samples: Iterable<S>,
  labels: readonly string[],
): Generator<S, void, undefined> {
  const filter = new SampleFilter({ labels });
  for (const sample of samples) if (filter.verdict(sample) === 'keep') yield sample;
}
