import type { JsonObject, JsonValue, Medium } from '../../model/index.js';
import { sampleFields } from '../fields.js';
import type { Reporter } from './context.js';
import { isBlank } from './entities.js';
import { fieldPointer } from './keys.js';
import { noUsage, type SampleFacts, usageTag } from './sample-facts.js';
import { nearest, show } from './show.js';
import { extensionOf, sourceKind } from './source.js';

/** The largest text the service takes for one sample, in UTF-8 bytes. */
const longestText = 100 * 1024;

const usageWords = ['TRAIN', 'EVAL', 'TEST', 'INFERENCE'];
const usageSynonyms: ReadonlyMap<string, string> = new Map([
  ['training', 'TRAIN'],
  ['val', 'EVAL'],
  ['valid', 'EVAL'],
  ['validate', 'EVAL'],
  ['validation', 'EVAL'],
  ['evaluation', 'EVAL'],
  ['testing', 'TEST'],
  ['infer', 'INFERENCE'],
  ['predict', 'INFERENCE'],
]);
const sampleTypes: Readonly<Record<Medium, number>> = { image: 0, text: 1, audio: 2 };
const knownSampleTypes = [0, 1, 2, 4, 6, 9];
const imageExtensions = new Set(['jpg', 'jpeg', 'png', 'bmp']);

/** M012 and M020–M024; gives the source when the line is a sample at all. */
export function checkSource(source: JsonValue | undefined, out: Reporter): string | undefined {
  if (source === undefined || source === null) {
    out.add(
      'M020',
      source === null ? 'source is null' : 'the sample has no source',
      source === null ? '/source' : '',
    );
    return undefined;
  }
  if (typeof source !== 'string' || source === '') {
    out.add('M021', source === '' ? 'source is empty' : `source is ${show(source)}, not a string`, '/source');
    return undefined;
  }
  const kind = sourceKind(source);
  if (kind === 'obs') return source;
  if (kind === 'content') {
    const text = source.slice('content://'.length);
    if (text === '') out.add('M024', 'the text after content:// is empty', '/source');
    else if (isBlank(text.charCodeAt(0)) && text.trim() === '') {
      out.add('M024', 'the text after content:// is blank', '/source');
    }
    if (text.length > longestText / 3) checkTextLength(text, out);
    return source;
  }
  if (kind === 'obs-incomplete') {
    out.add('M022', `source ${show(source)} has no bucket or no key`, '/source', {
      hint: 'write obs://bucket/key',
    });
  } else if (kind === 'unknown') {
    out.add('M022', `source ${show(source)} has an unknown scheme`, '/source', {
      hint: 'known are obs, s3, s3a, s3n, https, http, content, file and hdfs',
    });
  } else if (kind !== 'http') {
    const where = kind === 'hdfs' ? 'lies on HDFS' : 'is a local path';
    out.add('M023', `source ${show(source)} ${where}; the service reads OBS only`, '/source');
  } else if (out.context.profile === 'modelarts-import') {
    out.add(
      'M023',
      `source ${show(source)} is a web address; imports are documented for OBS only`,
      '/source',
      {
        severity: 'warning',
      },
    );
  }
  return source;
}

function checkTextLength(text: string, out: Reporter): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > longestText) {
    out.add('M012', `the text has ${bytes} bytes, the service takes ${longestText}`, '/source');
  }
}

/** M027, M028. */
export function checkUsage(usage: JsonValue, facts: SampleFacts, out: Reporter): void {
  if (typeof usage !== 'string') {
    out.add('M028', `usage is ${show(usage)}, not a string`, '/usage');
    return;
  }
  facts.usage = usage;
  facts.usageTag = usageTag(usage);
  if (facts.usageTag > noUsage && facts.usageTag <= usageWords.length) return;
  const meant = nearest(usage, usageWords) ?? usageSynonyms.get(usage.toLowerCase());
  const known = 'known words are TRAIN, EVAL, TEST and INFERENCE';
  out.add('M027', `usage is ${show(usage)}`, '/usage', {
    hint: meant === undefined ? known : `did you mean ${meant}? ${known}`,
  });
}

/** M041, and M026 for tables; gives the kind of table that `source-type` names. */
export function checkSourceType(
  sourceType: JsonValue | undefined,
  source: string | undefined,
  value: JsonObject,
  out: Reporter,
): 'carbon' | 'csv' | undefined {
  if (sourceType === undefined || sourceType === null) return undefined;
  switch (typeof sourceType === 'string' ? sourceType.toLowerCase() : undefined) {
    case 'carbondata':
    case 'carbon':
      return 'carbon';
    case 'csv': {
      const extension = source === undefined ? 'csv' : extensionOf(source);
      if (extension !== 'csv' && extension !== 'txt') {
        out.add('M026', `source ${show(source)} of a table is not a csv or txt file`, '/source');
      }
      return 'csv';
    }
    default:
      out.add(
        'M041',
        `source-type is ${show(sourceType)}`,
        fieldPointer(value, sampleFields.sourceType, ''),
        {
          hint: 'known are carbondata, carbon and csv',
        },
      );
      return undefined;
  }
}

/** M025 and M026: the source is of the kind that the task labels. */
export function checkMedium(
  medium: Medium,
  source: string,
  text: string | undefined,
  frame: boolean,
  out: Reporter,
): void {
  if (medium === 'text') {
    if (text === undefined) {
      out.add('M025', `the task labels texts, but source ${show(source)} is not content://`, '/source', {
        hint: 'put the text itself after content://',
      });
    }
    return;
  }
  if (text !== undefined) {
    const what = frame ? 'video frames' : medium === 'image' ? 'images' : 'audio';
    out.add('M025', `the task labels ${what}, but source ${show(source)} is a text`, '/source');
    return;
  }
  const extension = extensionOf(source);
  if (medium === 'image' ? imageExtensions.has(extension) : extension === 'wav') return;
  const allowed = medium === 'image' ? 'jpg, jpeg, png and bmp' : 'wav';
  const has = extension === '' ? 'no extension' : `the extension ${show(extension)}`;
  out.add('M026', `source ${show(source)} has ${has}`, '/source', { hint: `the service takes ${allowed}` });
}

/** M038; `medium` is what the annotations label. */
export function checkSampleType(
  sampleType: JsonValue,
  value: JsonObject,
  frame: boolean,
  medium: Medium | undefined,
  out: Reporter,
): void {
  const pointer = (): string => fieldPointer(value, sampleFields.sampleType, '');
  if (typeof sampleType !== 'number' || !knownSampleTypes.includes(sampleType)) {
    out.add('M038', `sample-type is ${show(sampleType)}`, pointer(), {
      hint: 'known are 0 image, 1 text, 2 audio, 4 table, 6 video and 9 free-form',
    });
    return;
  }
  if (medium === undefined || sampleType === 4 || sampleType === 9) return;
  const expected = frame ? 0 : sampleTypes[medium];
  if (sampleType === expected || (frame && sampleType === 6)) return;
  out.add('M038', `sample-type is ${sampleType}, but the annotations label ${medium}`, pointer(), {
    hint: `write ${expected}`,
  });
}
