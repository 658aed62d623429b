import type { Reporter } from './context.js';
import { show } from './show.js';

const allowed = /^[\p{L}\p{M}\p{N}_-]*$/u;
const control = /[\0-\x1f\x7f-\x9f]/;
const controls = /[\0-\x1f\x7f-\x9f]/g;
const olderLimit = 32;
const newerLimit = 1024;
/** Clean names remembered, so that a repeated label costs one lookup. */
const cacheLimit = 20_000;
const longestCached = 64;

/** Checks label names (M055–M057), remembering the clean ones. */
export class LabelNameCheck {
  private readonly clean = new Set<string>();

  /** True when the name breaks none of the rules. */
  isClean(name: string): boolean {
    if (this.clean.has(name)) return true;
    if (!allowed.test(name) || lengthOf(name) > olderLimit) return false;
    if (name.length <= longestCached) {
      if (this.clean.size >= cacheLimit) this.clean.clear();
      this.clean.add(name);
    }
    return true;
  }

  /** Reports what is wrong with a non-empty name. */
  check(name: string, pointer: string, out: Reporter): void {
    const trimmed = name.trim();
    if (name.includes('\u0001')) {
      out.add('M057', `name ${show(name)} holds U+0001, the separator of flat label lists`, pointer);
    }
    const inner = name.replaceAll('\u0001', '');
    if (control.test(inner)) {
      out.add('M056', `label ${show(name)} holds control characters`, pointer);
    } else if (trimmed !== name) {
      out.add('M056', `label ${show(name)} starts or ends with white space`, pointer, {
        hint: trimmed === '' ? 'give it a visible name' : `did you mean ${show(trimmed)}?`,
      });
    }
    const visible = trimmed.replace(controls, '');
    const length = lengthOf(name);
    if (length > newerLimit) {
      out.add('M055', `label ${show(name)} has ${length} characters, more than ${newerLimit}`, pointer);
    } else if (!allowed.test(visible)) {
      const odd = [...visible].find((char) => !allowed.test(char));
      out.add('M055', `label ${show(name)} holds ${show(odd)}`, pointer, {
        hint: 'the console takes letters, digits, CJK, "-" and "_"',
      });
    } else if (length > olderLimit) {
      out.add(
        'M055',
        `label ${show(name)} has ${length} characters, more than older consoles take (${olderLimit})`,
        pointer,
      );
    }
  }
}

/** Code points of a text. */
function lengthOf(text: string): number {
  if (text.length <= olderLimit) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
