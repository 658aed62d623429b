import type { JsonObject, JsonValue } from '../../model/index.js';
import { annotationFields } from '../fields.js';
import { parseClock } from '../values.js';
import type { Reporter } from './context.js';
import { fieldPointer } from './keys.js';
import { pointerTo, show } from './show.js';

const contentKey = '@modelarts:content';
const startKey = '@modelarts:start_time';
const endKey = '@modelarts:end_time';
const speakerKey = '@modelarts:source';
const separator = '\u0001';

/** Checks a speech annotation (M110, M057); `owner` is the annotation at `pointer`. */
export function checkAudioContent(
  property: JsonObject | undefined,
  owner: JsonObject,
  pointer: string,
  out: Reporter,
): void {
  const content = property?.[contentKey];
  if (typeof content === 'string' && content !== '' && !content.includes(separator)) return;
  const propertyPointer = fieldPointer(owner, annotationFields.property, pointer);
  if (content === undefined || content === null) {
    out.add(
      'M110',
      `the annotation has no ${contentKey}`,
      property === undefined ? pointer : propertyPointer,
    );
  } else if (content === '') {
    out.add('M110', `${contentKey} is empty`, pointerTo(propertyPointer, contentKey), {
      severity: 'warning',
    });
  } else if (typeof content !== 'string') {
    out.add(
      'M110',
      `${contentKey} is ${show(content)}, not a string`,
      pointerTo(propertyPointer, contentKey),
    );
  } else {
    checkSeparator(content, contentKey, propertyPointer, out);
  }
}

function checkSeparator(text: string, key: string, propertyPointer: string, out: Reporter): void {
  if (!text.includes(separator)) return;
  out.add('M057', `${key} holds U+0001, the separator of flat label lists`, pointerTo(propertyPointer, key));
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly pointer: string;
}

/** The segments of one recording, collected annotation by annotation. */
export class SegmentCheck {
  private readonly bySpeaker = new Map<string, Segment[]>();

  clear(): void {
    if (this.bySpeaker.size > 0) this.bySpeaker.clear();
  }

  /** Takes one segment (M111–M113, M115, M057). */
  add(property: JsonObject | undefined, owner: JsonObject, pointer: string, out: Reporter): void {
    const propertyPointer = fieldPointer(owner, annotationFields.property, pointer);
    const start = clockOf(property?.[startKey], startKey, propertyPointer, out);
    const end = clockOf(property?.[endKey], endKey, propertyPointer, out);
    const speaker = property?.[speakerKey];
    const content = property?.[contentKey];
    const hasSpeaker = typeof speaker === 'string' && speaker !== '';
    const hasContent = typeof content === 'string' && content !== '';
    if (!hasSpeaker || !hasContent) {
      const missing = hasSpeaker
        ? contentKey
        : hasContent
          ? speakerKey
          : `${speakerKey} and no ${contentKey}`;
      out.add('M115', `the segment has no ${missing}`, propertyPointer);
    }
    if (hasSpeaker) checkSeparator(speaker, speakerKey, propertyPointer, out);
    if (hasContent) checkSeparator(content, contentKey, propertyPointer, out);
    if (start === undefined || end === undefined) return;
    if (start >= end) {
      out.add(
        'M113',
        `the segment starts at ${show(property?.[startKey])} and ends at ${show(property?.[endKey])}`,
        pointerTo(propertyPointer, startKey),
      );
      return;
    }
    if (!hasSpeaker) return;
    const segments = this.bySpeaker.get(speaker);
    const segment = { start, end, pointer };
    if (segments === undefined) this.bySpeaker.set(speaker, [segment]);
    else segments.push(segment);
  }

  /** Judges the segments of each speaker against each other (M114). */
  finish(out: Reporter): void {
    for (const [speaker, segments] of this.bySpeaker) {
      if (segments.length < 2) continue;
      segments.sort((a, b) => a.start - b.start);
      let furthest = segments[0]!.end;
      for (let i = 1; i < segments.length; i++) {
        const { start, end, pointer } = segments[i]!;
        if (start < furthest) {
          out.add('M114', `speaker ${show(speaker)} already speaks when this segment starts`, pointer);
        }
        if (end > furthest) furthest = end;
      }
    }
  }
}

/** Milliseconds, or undefined after reporting. */
function clockOf(
  value: JsonValue | undefined,
  key: string,
  propertyPointer: string,
  out: Reporter,
): number | undefined {
  if (value === undefined || value === null || value === '') {
    out.add('M111', `the segment has no ${key}`, propertyPointer);
    return undefined;
  }
  const clock = typeof value === 'string' ? parseClock(value) : undefined;
  if (clock === undefined) {
    out.add('M112', `${key} is ${show(value)}`, pointerTo(propertyPointer, key), {
      hint: 'write hh:mm:ss.SSS with minutes and seconds below 60',
    });
    return undefined;
  }
  if (!clock.strict) {
    out.add('M112', `${key} is ${show(value)}`, pointerTo(propertyPointer, key), {
      hint: `write ${formatClock(clock.ms)}`,
      ...(out.context.mode === 'lenient' ? { severity: 'warning' } : {}),
    });
  }
  return clock.ms;
}

function formatClock(ms: number): string {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}:${pad(seconds % 60, 2)}.${pad(ms % 1000, 3)}`;
}
