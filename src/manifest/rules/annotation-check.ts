import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Medium,
  mediumOf,
  type Task,
  tasks,
} from '../../model/index.js';
import { annotationFields, fieldValue, sampleFields } from '../fields.js';
import { isCreationTime, taskOf } from '../values.js';
import { checkAudioContent, SegmentCheck } from './audio.js';
import type { Reporter } from './context.js';
import { EntityCheck } from './entities.js';
import { checkKeys, checkPropertyKeys, fieldPointer } from './keys.js';
import { LabelNameCheck } from './label-name.js';
import { annotationSharedRules, checkHard, checkProperty, checkShare } from './members.js';
import { checkRelations } from './relations.js';
import { checkRepeats } from './repeats.js';
import { type SampleFacts, taskBit } from './sample-facts.js';
import { nearest, pointerTo, show } from './show.js';

/** What a type string means, remembered per string. */
interface TypeInfo {
  readonly task: Task | undefined;
  /** Its bit in the facts, 0 for an unknown task. */
  readonly bit: number;
  readonly medium: Medium | undefined;
  readonly clean: boolean;
}
const typeCacheLimit = 1_000;

/** Pointers of the first annotations, made once. */
const pointers = Array.from({ length: 64 }, (_, i) => `/annotation/${i}`);

/** Runs the rules about the annotations of one sample after the other. */
export class AnnotationCheck {
  readonly names = new LabelNameCheck();
  /** What the first annotation with a known task labels; undefined when there is none. */
  medium: Medium | undefined;
  private readonly out: Reporter;
  private readonly pedantic: boolean;
  private readonly types = new Map<string, TypeInfo>();
  private readonly entities = new EntityCheck();
  private readonly segments = new SegmentCheck();
  private relations = false;

  constructor(out: Reporter) {
    this.out = out;
    this.pedantic = out.context.pedantic === true;
  }

  /** Forgets the last sample. */
  clear(): void {
    this.medium = undefined;
    this.relations = false;
    this.entities.clear();
    this.segments.clear();
  }

  /** Checks the value of `annotation`; `text` is what follows content://, `frame`: the sample is a video frame. */
  check(
    annotation: JsonValue,
    sample: JsonObject,
    text: string | undefined,
    frame: boolean,
    facts: SampleFacts,
  ): void {
    const { out } = this;
    if (!Array.isArray(annotation)) {
      const at = fieldPointer(sample, sampleFields.annotation, '');
      out.add('M029', `annotation is ${show(annotation)}, not an array`, at, {
        hint: isJsonObject(annotation) ? 'put the object into an array' : 'the sample counts as unlabelled',
      });
      return;
    }
    const count = annotation.length;
    if (count === 0) return;
    const base = sample['annotation'] === annotation ? '/annotation' : '/annotations';
    for (let i = 0; i < count; i++) {
      const element = annotation[i]!;
      if (!isJsonObject(element)) {
        out.add('M030', `annotation ${i} is ${show(element)}, not an object`, pointerTo(base, i));
        continue;
      }
      facts.annotations++;
      this.checkAnnotation(element, base, i, frame, facts);
    }
    if (count > 1) checkRepeats(annotation, base, out);
    this.entities.finish(text, out);
    this.segments.finish(out);
    if (this.relations) checkRelations(annotation, base, out);
  }

  private checkAnnotation(
    value: JsonObject,
    base: string,
    index: number,
    frame: boolean,
    facts: SampleFacts,
  ): void {
    const { out } = this;
    let type: JsonValue | undefined;
    let name: JsonValue | undefined;
    let id: JsonValue | undefined;
    let loc: JsonValue | undefined;
    let format: JsonValue | undefined;
    let property: JsonValue | undefined;
    let confidence: JsonValue | undefined;
    let creationTime: JsonValue | undefined;
    let hard: JsonValue | undefined;
    let coefficient: JsonValue | undefined;
    let reasons: JsonValue | undefined;
    let otherKeys = false;
    for (const key in value) {
      switch (key) {
        case 'type':
          type = value[key];
          break;
        case 'name':
          name = value[key];
          break;
        case 'property':
          property = value[key];
          break;
        case 'annotated-by':
          break;
        case 'creation-time':
          creationTime = value[key];
          break;
        case 'confidence':
          confidence = value[key];
          break;
        case 'hard':
          hard = value[key];
          break;
        case 'annotation-loc':
          loc = value[key];
          break;
        case 'annotation-format':
          format = value[key];
          break;
        case 'id':
          id = value[key];
          break;
        case 'hard-coefficient':
          coefficient = value[key];
          break;
        case 'hard-reasons':
          reasons = value[key];
          break;
        default:
          otherKeys = true;
      }
    }
    const pointer = base === '/annotation' && index < pointers.length ? pointers[index]! : `${base}/${index}`;
    if (otherKeys) {
      checkKeys(value, pointer, 'annotation', out);
      property = fieldValue(value, annotationFields.property);
      creationTime = fieldValue(value, annotationFields.creationTime);
      loc = fieldValue(value, annotationFields.loc);
      format = fieldValue(value, annotationFields.format);
      coefficient = fieldValue(value, annotationFields.hardCoefficient);
      reasons = fieldValue(value, annotationFields.hardReasons);
    }

    const task = this.checkType(type, pointer, facts);
    if (frame && task !== undefined && task !== 'object_detection') {
      out.add('M123', `the video frame has an annotation of type ${show(type)}`, `${pointer}/type`);
    }
    if (typeof name === 'string' && name !== '') {
      if (!this.names.isClean(name)) this.names.check(name, `${pointer}/name`, out);
      if (facts.accepted) facts.labels.push(name);
    } else if (name !== undefined && name !== null) {
      out.add(
        'M054',
        name === '' ? 'name is empty' : `name is ${show(name)}, not a string`,
        `${pointer}/name`,
      );
    }
    if (typeof id === 'string' && id.includes('\u0001')) {
      out.add('M057', `id ${show(id)} holds U+0001, the separator of flat label lists`, `${pointer}/id`);
    }
    if (confidence !== undefined && confidence !== null) {
      if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
        checkShare('confidence', confidence, `${pointer}/confidence`, 'M058', out);
      }
    }
    if (creationTime !== undefined && creationTime !== null) {
      if (typeof creationTime !== 'string' || !isCreationTime(creationTime)) {
        const at = fieldPointer(value, annotationFields.creationTime, pointer);
        out.add('M060', `creation-time is ${show(creationTime)}`, at, { hint: 'write yyyy-MM-dd HH:mm:ss' });
      }
    }
    if (hard !== undefined || coefficient !== undefined || reasons !== undefined) {
      checkHard(value, pointer, hard, coefficient, reasons, annotationSharedRules, out);
    }
    const view = checkProperty(
      property,
      value,
      annotationFields.property,
      pointer,
      annotationSharedRules,
      out,
    );
    if (view !== undefined && this.pedantic) {
      checkPropertyKeys(view, fieldPointer(value, annotationFields.property, pointer), out);
    }
    if (task !== undefined) this.checkTask(task, value, pointer, name, loc, format, view);
  }

  private checkType(type: JsonValue | undefined, pointer: string, facts: SampleFacts): Task | undefined {
    if (typeof type !== 'string') {
      const absent = type === undefined;
      this.out.add(
        'M050',
        absent ? 'the annotation has no type' : `type is ${show(type)}, not a string`,
        absent ? pointer : `${pointer}/type`,
        { hint: 'write for example "modelarts/image_classification"' },
      );
      return undefined;
    }
    let info = this.types.get(type);
    if (info === undefined) {
      const { task, prefixed, exactCase } = taskOf(type);
      info = {
        task,
        bit: task === undefined ? 0 : taskBit(task),
        medium: task === undefined ? undefined : mediumOf(task),
        clean: task !== undefined && prefixed && exactCase,
      };
      if (this.types.size >= typeCacheLimit) this.types.clear();
      this.types.set(type, info);
    }
    facts.tasks |= info.bit;
    this.medium ??= info.medium;
    if (!info.clean) this.explainType(type, info.task, pointer);
    return info.task;
  }

  private explainType(type: string, task: Task | undefined, pointer: string): void {
    const at = `${pointer}/type`;
    if (task === undefined) {
      const name = type.slice(type.lastIndexOf('/') + 1);
      const meant = nearest(name, tasks);
      this.out.add('M052', `type ${show(type)} names no known task`, at, {
        hint: meant === undefined ? undefined : `did you mean "modelarts/${meant}"?`,
      });
    } else {
      const { prefixed } = taskOf(type);
      const what = prefixed ? 'is not spelt in lower case' : 'has no provider before the task';
      this.out.add('M051', `type ${show(type)} ${what}`, at, { hint: `write "modelarts/${task}"` });
    }
  }

  private checkTask(
    task: Task,
    value: JsonObject,
    pointer: string,
    name: JsonValue | undefined,
    loc: JsonValue | undefined,
    format: JsonValue | undefined,
    property: JsonObject | undefined,
  ): void {
    const { out } = this;
    switch (task) {
      case 'object_detection':
      case 'image_segmentation':
        this.checkLoc(value, pointer, loc, format);
        return;
      case 'audio_content':
        checkAudioContent(property, value, pointer, out);
        return;
      case 'audio_segmentation':
        this.segments.add(property, value, pointer, out);
        return;
      case 'text_entity':
        this.entities.add(property, value, pointer, out);
        break;
      case 'text_triplet':
        this.relations = true;
        break;
    }
    if (name === undefined || name === null) {
      out.add('M053', `the ${labelWord[task] ?? 'label'} has no name`, pointer);
    }
  }

  private checkLoc(
    value: JsonObject,
    pointer: string,
    loc: JsonValue | undefined,
    format: JsonValue | undefined,
  ): void {
    const { out } = this;
    if (typeof loc !== 'string' || loc === '') {
      const absent = loc === undefined || loc === null || loc === '';
      out.add(
        'M080',
        absent ? 'the annotation has no annotation-loc' : `annotation-loc is ${show(loc)}, not a string`,
        fieldPointer(value, annotationFields.loc, pointer),
      );
    } else if (!isXmlAddress(loc) && !isInlineXml(loc)) {
      const at = fieldPointer(value, annotationFields.loc, pointer);
      out.add('M081', `annotation-loc ${show(loc)} does not end in .xml`, at);
    }
    if (format === undefined || format === null || format === 'PASCAL VOC' || format === '') return;
    const at = fieldPointer(value, annotationFields.format, pointer);
    out.add('M066', `annotation-format is ${show(format)}`, at, { hint: 'only "PASCAL VOC" is supported' });
  }
}

const labelWord: Partial<Record<Task, string>> = { text_entity: 'entity', text_triplet: 'relation' };

function isXmlAddress(loc: string): boolean {
  return loc.endsWith('.xml') || loc.slice(-4).toLowerCase() === '.xml';
}

function isInlineXml(loc: string): boolean {
  return loc.charCodeAt(0) === 0x3c || loc.trimStart().startsWith('<');
}
