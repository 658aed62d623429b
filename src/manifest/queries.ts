import {
  DataError,
  type Diagnostic,
  isJsonObject,
  type JsonValue,
  type Mode,
  mediumOf,
  OptionError,
  type Task,
  tasks,
} from '../model/index.js';
import type { ManifestAnnotation } from './annotation.js';
import { readingFinding, syntaxFault, valueFault } from './faults.js';
import { locateFinding } from './locate.js';
import { ManifestSample } from './sample.js';
import { taskOf } from './values.js';

/** Joins the parts of a label that is more than a name, as the ModelArts SDK does. */
export const labelSeparator = '\u0001';

/** Which samples {@link getSampleList} gives. */
export interface SampleListOptions {
  /** Annotations must have exactly the given type. Default: any provider, letter case, or older name of the task. */
  readonly exactlyMatchType?: boolean;
  /** Only samples of this usage, in any letter case; default `all`. */
  readonly usage?: string;
  /** `strict` throws at a label that cannot be told; `lenient` (default) reports it and leaves it out. */
  readonly mode?: Mode;
  /** Called for each finding. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** What {@link getSampleList} gives. */
export interface SampleList {
  /** Source (for texts: the text itself) and labels, in file order. */
  readonly samples: [source: string, labels: string[]][];
  /** `multi` when a sample of the usage has several annotations, of whatever task. */
  readonly labelType: 'single' | 'multi';
  /** The same, counting annotations of the asked task only. */
  readonly taskLabelType: 'single' | 'multi';
}

type Samples = AsyncIterable<ManifestSample> | Iterable<ManifestSample>;

/**
 * Lists the samples that have labels of a task, each with its labels as texts: the name; for entities name,
 * start, end; for relations name, id, from, to; for speech its content; for speech segments start, end,
 * speaker, content (parts joined by U+0001); for detection and segmentation the annotation file as stored.
 * Querying the usage `inference` also lists samples without labels. A sample without usage only matches `all`.
 *
 * @param taskType `image_classification`, or with a provider, `modelarts/image_classification`.
 * @throws {OptionError} for an unknown task, before anything is read.
 * @throws {DataError} in strict mode, for a label that cannot be told.
 */
export async function getSampleList(
  manifest: Samples,
  taskType: string,
  options: SampleListOptions = {},
): Promise<SampleList> {
  const { task } = taskOf(taskType);
  if (task === undefined) {
    throw new OptionError(`${JSON.stringify(taskType)} is not a task`, {
      code: 'Unsupported',
      hint: `tasks are ${tasks.join(', ')}`,
    });
  }
  const matches = matcher(task, options.exactlyMatchType === true ? taskType : undefined);
  const usage = (options.usage ?? 'all').toLowerCase();
  const report = reporter(options);
  const isText = mediumOf(task) === 'text';
  const samples: [string, string[]][] = [];
  let multi = false;
  let taskMulti = false;
  for await (const sample of manifest) {
    if (usage !== 'all' && sample.usage?.toLowerCase() !== usage) continue;
    const { annotations } = sample;
    if (annotations.length > 1) multi = true;
    const wanted = annotations.filter(matches);
    if (wanted.length > 1) taskMulti = true;
    if (wanted.length === 0 && usage !== 'inference') continue;
    const source = isText ? sample.contentText : sample.source;
    if (source === undefined) {
      report(sample, undefined, 'M025', 'the source of a text sample does not start with content://');
      continue;
    }
    const labels: string[] = [];
    for (const annotation of wanted) {
      const label = labelOf(task, annotation, (rule, message) => report(sample, annotation, rule, message));
      if (label !== undefined) labels.push(label);
    }
    samples.push([source, labels]);
  }
  return { samples, labelType: multi ? 'multi' : 'single', taskLabelType: taskMulti ? 'multi' : 'single' };
}

function matcher(task: Task, exactType: string | undefined): (annotation: ManifestAnnotation) => boolean {
  if (exactType === undefined) return (annotation) => annotation.task === task;
  // The older name of a task is asked for by its newer one, with the same provider.
  const type = exactType.replace(/(^|\/)sound_classification$/, '$1audio_classification');
  return (annotation) => annotation.type === type;
}

type Report = (
  sample: ManifestSample,
  annotation: ManifestAnnotation | undefined,
  rule: string,
  message: string,
) => void;

function reporter({ mode = 'lenient', onDiagnostic }: SampleListOptions): Report {
  return (sample, annotation, rule, message) => {
    const pointer =
      annotation === undefined ? '/source' : `/annotation/${sample.annotations.indexOf(annotation)}`;
    const finding = readingFinding({ mode, profile: 'generic' }, rule, message, { pointer });
    const { file = '<memory>', line, offset, source } = sample;
    const diagnostic = locateFinding(finding, sample.text ?? '', { file, line, offset }, { source });
    onDiagnostic?.(diagnostic);
    if (mode === 'strict' && diagnostic.severity === 'error') throw new DataError(diagnostic);
  };
}

/** The text form of a label; undefined, reported, when it lacks what the form needs. */
function labelOf(
  task: Task,
  annotation: ManifestAnnotation,
  report: (rule: string, message: string) => void,
): string | undefined {
  switch (task) {
    case 'object_detection':
    case 'image_segmentation':
      return present(annotation.loc, () => report('M080', 'the annotation has no annotation-loc'));
    case 'audio_content':
      return present(annotation.content, () => report('M110', 'the annotation has no @modelarts:content'));
    case 'audio_segmentation': {
      const { startTime, endTime, speaker = '', content = '' } = annotation;
      if (startTime === undefined || endTime === undefined) {
        report('M111', 'the segment lacks its start or end time');
        return undefined;
      }
      return joined([startTime, endTime, speaker, content], report);
    }
  }
  const name = present(annotation.name, () => report('M053', 'the annotation has no name'));
  if (name === undefined) return undefined;
  if (task === 'text_entity') {
    const start = annotation.startIndex;
    const end = annotation.endIndex;
    if (start === undefined || end === undefined) {
      const lacks = isAbsent(annotation, 'start_index') || isAbsent(annotation, 'end_index');
      report(
        lacks ? 'M091' : 'M092',
        lacks ? 'the entity lacks an offset' : 'an offset of the entity is no whole number',
      );
      return undefined;
    }
    return joined([name, String(start), String(end)], report);
  }
  if (task === 'text_triplet') {
    const { id = '', from, to } = annotation;
    if (from === undefined || to === undefined) {
      report('M101', 'the relation lacks an end');
      return undefined;
    }
    if (id === '') report('M100', 'the relation has no id');
    return joined([name, id, from, to], report);
  }
  return name;
}

function isAbsent(annotation: ManifestAnnotation, key: string): boolean {
  const value = annotation.propertyValue(`@modelarts:${key}`);
  return value === undefined || value === null;
}

function present(value: string | undefined, missing: () => void): string | undefined {
  if (value === undefined || value === '') {
    missing();
    return undefined;
  }
  return value;
}

function joined(parts: readonly string[], report: (rule: string, message: string) => void): string {
  if (parts.some((part) => part.includes(labelSeparator))) {
    report('M057', 'the label contains U+0001, so its parts cannot be told from the joined form');
  }
  return parts.join(labelSeparator);
}

/** The sources of all samples of a source type (`carbondata`), in any letter case, in file order. */
export async function getSources(manifest: Samples, sourceType: string): Promise<string[]> {
  const wanted = sourceType.toLowerCase();
  const sources: string[] = [];
  for await (const sample of manifest) {
    if (sample.sourceType?.toLowerCase() === wanted) sources.push(sample.source);
  }
  return sources;
}

/**
 * The annotations in the text of one JSON object, which need not be a whole sample; none when it has no list.
 *
 * @throws {DataError} when the text is not a JSON object.
 */
export function getAnnotations(text: string): readonly ManifestAnnotation[] {
  const context = { mode: 'strict', profile: 'generic' } as const;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    const { finding, column } = syntaxFault(text, context);
    throw new DataError(locateFinding(finding, text, { file: '<text>' }, { column }), { cause });
  }
  if (!isJsonObject(value)) {
    const { finding, column } = valueFault(value, context);
    throw new DataError(locateFinding(finding, text, { file: '<text>' }, { column }));
  }
  return new ManifestSample(value, text).annotations;
}
