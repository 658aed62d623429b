import { isJsonObject, type JsonObject, type JsonValue } from '../../model/index.js';
import { duplicateKeys, hasDuplicateKeys } from '../../text/index.js';
import { fieldValue, sampleFields } from '../fields.js';
import { contentTextOf } from '../values.js';
import { AnnotationCheck } from './annotation-check.js';
import { type ManifestCheckContext, type Report, Reporter } from './context.js';
import { checkKeys, checkPropertyKeys, fieldPointer } from './keys.js';
import type { LabelNameCheck } from './label-name.js';
import { checkSchema, checkVideoFrame, isVideoFrame } from './media.js';
import { checkHard, checkProperty, sampleSharedRules } from './members.js';
import { checkMindsporeSample } from './mindspore.js';
import { newFacts, type SampleFacts, taskBit, videoBit } from './sample-facts.js';
import { checkMedium, checkSampleType, checkSource, checkSourceType, checkUsage } from './sample-members.js';
import { show } from './show.js';

/**
 * Runs the rules about one line on its parsed value. One instance serves a whole file, so that what was
 * found out about a type or a label is not found out again; it keeps nothing about earlier samples.
 */
export class LineCheck {
  private readonly out: Reporter;
  private readonly mindspore: boolean;
  private readonly pedantic: boolean;
  private readonly annotations: AnnotationCheck;

  constructor(context: ManifestCheckContext, report: Report) {
    this.out = new Reporter(context, report);
    this.annotations = new AnnotationCheck(this.out);
    this.mindspore = context.profile === 'mindspore';
    this.pedantic = context.pedantic === true;
  }

  /** Knows which label names are clean. */
  get names(): LabelNameCheck {
    return this.annotations.names;
  }

  /** Set while a finding is handed on that is reported once per key of the file. */
  get onceKey(): string | undefined {
    return this.out.onceKey;
  }

  /** Reports a fault that was not found by the checks of this class. */
  get reporter(): Reporter {
    return this.out;
  }

  /** Checks one sample and writes what file-level rules need to `facts`. */
  check(value: JsonObject, facts: SampleFacts): void {
    const { out } = this;
    let source: JsonValue | undefined;
    let usage: JsonValue | undefined;
    let id: JsonValue | undefined;
    let annotation: JsonValue | undefined;
    let property: JsonValue | undefined;
    let hard: JsonValue | undefined;
    let coefficient: JsonValue | undefined;
    let reasons: JsonValue | undefined;
    let sourceType: JsonValue | undefined;
    let sampleType: JsonValue | undefined;
    let inferenceLoc: JsonValue | undefined;
    let otherKeys = false;
    for (const key in value) {
      switch (key) {
        case 'source':
          source = value[key];
          break;
        case 'usage':
          usage = value[key];
          break;
        case 'annotation':
          annotation = value[key];
          break;
        case 'id':
          id = value[key];
          break;
        case 'property':
          property = value[key];
          break;
        case 'hard':
          hard = value[key];
          break;
        case 'hard-coefficient':
          coefficient = value[key];
          break;
        case 'hard-reasons':
          reasons = value[key];
          break;
        case 'source-type':
          sourceType = value[key];
          break;
        case 'sample-type':
          sampleType = value[key];
          break;
        case 'inference-loc':
          inferenceLoc = value[key];
          break;
        default:
          otherKeys = true;
      }
    }
    if (otherKeys) {
      checkKeys(value, '', 'sample', out);
      annotation = fieldValue(value, sampleFields.annotation);
      property = fieldValue(value, sampleFields.property);
      coefficient = fieldValue(value, sampleFields.hardCoefficient);
      reasons = fieldValue(value, sampleFields.hardReasons);
      sourceType = fieldValue(value, sampleFields.sourceType);
      sampleType = fieldValue(value, sampleFields.sampleType);
      inferenceLoc = fieldValue(value, sampleFields.inferenceLoc);
    }

    facts.reset();
    this.annotations.clear();
    const sourceText = checkSource(source, out);
    const text = sourceText === undefined ? undefined : contentTextOf(sourceText);
    if (sourceText !== undefined) {
      facts.accepted = true;
      facts.source = sourceText;
    }
    if (usage !== undefined && usage !== null) checkUsage(usage, facts, out);
    if (id !== undefined && id !== null) {
      if (typeof id === 'string') {
        facts.id = id;
        if (id.includes('\u0001'))
          out.add('M057', `id ${show(id)} holds U+0001, the separator of flat label lists`, '/id');
      } else out.add('M039', `id is ${show(id)}, not a string`, '/id', { hint: 'put it in quotes' });
    }
    if (inferenceLoc !== undefined && (typeof inferenceLoc !== 'string' || inferenceLoc === '')) {
      const pointer = fieldPointer(value, sampleFields.inferenceLoc, '');
      out.add('M040', `inference-loc is ${show(inferenceLoc)}, not a non-empty string`, pointer);
    }
    if (hard !== undefined || coefficient !== undefined || reasons !== undefined) {
      checkHard(value, '', hard, coefficient, reasons, sampleSharedRules, out);
    }
    const view = checkProperty(property, value, sampleFields.property, '', sampleSharedRules, out);
    const propertyPointer = view === undefined ? '' : fieldPointer(value, sampleFields.property, '');
    if (view !== undefined && this.pedantic) checkPropertyKeys(view, propertyPointer, out);
    const frame = view !== undefined && isVideoFrame(view);
    if (frame) checkVideoFrame(view, propertyPointer, out);
    const table = checkSourceType(sourceType, sourceText, value, out);
    if (table !== undefined || view !== undefined) {
      checkSchema(view, propertyPointer, table !== undefined, table === 'carbon', out);
    }

    if (annotation !== undefined && annotation !== null) {
      this.annotations.check(annotation, value, text, frame, facts);
    }
    if (frame) facts.tasks = (facts.tasks & ~taskBit('object_detection')) | videoBit;
    const { medium: labelled } = this.annotations;
    const medium = frame ? 'image' : labelled;
    if (medium !== undefined && sourceText !== undefined) checkMedium(medium, sourceText, text, frame, out);
    if (sampleType !== undefined && sampleType !== null)
      checkSampleType(sampleType, value, frame, labelled, out);
    if (facts.annotations > 0 && (table !== undefined || sampleType === 4 || sampleType === 9)) {
      const kind = table !== undefined || sampleType === 4 ? 'table' : 'free-form';
      out.add('M134', `a ${kind} sample has annotations`, fieldPointer(value, sampleFields.annotation, ''));
    }
    if (this.mindspore) checkMindsporeSample(value, sourceText, out);
  }
}

/**
 * Runs every rule about one line on its parsed value.
 *
 * @param value the parsed line; anything but an object is M006
 * @param text the line itself, for what parsing hides: repeated member names
 * @returns what file-level rules need to know; `accepted` is false when the line is no sample
 */
export function checkManifestLine(
  value: JsonValue,
  text: string,
  context: ManifestCheckContext,
  report: Report,
): SampleFacts {
  const facts = newFacts();
  const check = new LineCheck(context, report);
  if (!isJsonObject(value)) {
    reportNotObject(value, check.reporter);
    return facts;
  }
  const bytes = Buffer.from(text);
  if (hasDuplicateKeys(bytes, 0, bytes.length)) reportDuplicates(text, check.reporter);
  check.check(value, facts);
  return facts;
}

/** M006. */
export function reportNotObject(value: JsonValue, out: Reporter): void {
  out.add('M006', `the line is ${show(value)}, not an object`, undefined, {
    hint: Array.isArray(value) ? 'write each element on a line of its own, without the brackets' : undefined,
  });
}

/** M008, for every later occurrence. */
export function reportDuplicates(text: string, out: Reporter): void {
  for (const { pointer, name } of duplicateKeys(text)) {
    out.add('M008', `member ${show(name)} occurs twice, the last one counts`, pointer, { atKey: true });
  }
}
