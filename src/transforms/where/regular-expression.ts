import { ExpressionFault } from './fault.js';

/** Steps of the machine that a pattern is made into; repeats are written out. */
const mostSteps = 10_000;
const deepestGroups = 100;
const largestRepeat = 1000;

/** A character by its code point. */
type CharacterTest = (code: number) => boolean;

type Part =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most: number };

/** One step: reads a character, goes on elsewhere, or has arrived. */
type Step =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'start' | 'end' | 'match' }
  | { readonly kind: 'fork'; to: readonly number[] };

/**
 * Makes a regular expression into a test whether it matches anywhere in a text. All ways through the pattern are followed
 * at once, so that the time is at most that of pattern times text, whatever they are.
 *
 * Known: characters, `.`, `[a-z]`, `[^…]`, `\d \w \s` and `\D \W \S`, `\` before a sign, `*`, `+`, `?`, `{n}`, `{n,}`,
 * `{n,m}`, `(…)`, `(?:…)`, `|`, `^`, `$`, and `(?i)` at the start for any letter case. A character is a Unicode code point;
 * `^` and `$` are the ends of the text, and `.` is any character.
 *
 * @throws ExpressionFault with the place in the pattern
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const steps = new StepList(pattern).steps;
  return (text) => run(steps, text);
}

class PatternParser {
  private at = 0;
  private depth = 0;
  private readonly anyCase: boolean;

  constructor(private readonly pattern: string) {
    this.anyCase = pattern.startsWith('(?i)');
    if (this.anyCase) this.at = 4;
  }

  parse(): Part {
    const part = this.choice();
    if (this.at < this.pattern.length) throw new ExpressionFault('this ")" closes nothing', this.at);
    return part;
  }

  private choice(): Part {
    const parts = [this.sequence()];
    while (this.takes('|')) parts.push(this.sequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private sequence(): Part {
    const parts: Part[] = [];
    while (this.at < this.pattern.length && !this.sees('|') && !this.sees(')')) parts.push(this.repeated());
    return { kind: 'sequence', parts };
  }

  private repeated(): Part {
    const from = this.at;
    let part = this.single();
    for (let count = 0; ; count++) {
      const at = this.at;
      const range = this.repeat();
      if (range === undefined) return part;
      if (part.kind === 'start' || part.kind === 'end')
        throw new ExpressionFault('"^" and "$" cannot be repeated', from);
      if (count > 0) {
        throw new ExpressionFault(
          'a repeat cannot be repeated',
          at,
          'Put the first one in parentheses: (a*)*.',
        );
      }
      part = { kind: 'repeat', part, ...range };
    }
  }

  private repeat(): { readonly least: number; readonly most: number } | undefined {
    if (this.takes('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.takes('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.takes('?')) return { least: 0, most: 1 };
    if (!this.sees('{')) return undefined;
    const found = /^\{(\d{1,6})(?:(,)(\d{1,6})?)?\}/.exec(this.pattern.slice(this.at, this.at + 20));
    if (found === null) {
      throw new ExpressionFault(
        '"{" begins no repeat',
        this.at,
        'Write {3}, {3,} or {3,5}; \\{ for the character.',
      );
    }
    const least = Number(found[1]);
    const most =
      found[2] === undefined ? least : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (least > most) throw new ExpressionFault(`${least} is more than ${most}`, this.at);
    if (least > largestRepeat || (most > largestRepeat && most !== Number.POSITIVE_INFINITY))
      throw new ExpressionFault(`more than ${largestRepeat} repeats are too many`, this.at);
    this.at += found[0].length;
    return { least, most };
  }

  private single(): Part {
    const at = this.at;
    const character = this.next();
    switch (character) {
      case '(':
        return this.group(at);
      case '[':
        return { kind: 'character', test: this.set(at) };
      case '.':
        return { kind: 'character', test: () => true };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '*':
      case '+':
      case '?':
        throw new ExpressionFault(
          `"${character}" has nothing to repeat`,
          at,
          `Write \\${character} for the character.`,
        );
      case '{':
        throw new ExpressionFault('"{" has nothing to repeat', at, 'Write \\{ for the character.');
      case '\\':
        return { kind: 'character', test: this.escaped(at) };
      default:
        return { kind: 'character', test: this.exactly(character.codePointAt(0)!) };
    }
  }

  private group(at: number): Part {
    if (this.takes('?') && !this.takes(':')) {
      throw new ExpressionFault(
        'this kind of group is not known',
        at,
        'There are (…) and (?:…), and (?i) at the start; neither looking ahead or behind nor references.',
      );
    }
    if (++this.depth > deepestGroups) throw new ExpressionFault('groups are nested too deep', at);
    const part = this.choice();
    if (!this.takes(')')) throw new ExpressionFault('this group is not closed', at);
    this.depth--;
    return part;
  }

  private set(at: number): CharacterTest {
    const isNegated = this.takes('^');
    const tests: CharacterTest[] = [];
    for (let isFirst = true; ; isFirst = false) {
      if (this.at >= this.pattern.length) throw new ExpressionFault('this "[" is not closed', at);
      if (!isFirst && this.takes(']')) break;
      tests.push(this.member());
    }
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }

  /** One character of a set, a kind of characters, or a range. */
  private member(): CharacterTest {
    const at = this.at;
    const first = this.memberCharacter();
    if (typeof first === 'function') return first;
    if (!this.sees('-') || this.pattern[this.at + 1] === ']' || this.at + 1 >= this.pattern.length)
      return this.exactly(first);
    this.at++;
    const last = this.memberCharacter();
    if (typeof last === 'function') throw new ExpressionFault('a range ends with one character', at);
    if (last < first) throw new ExpressionFault('this range is the wrong way round', at);
    const isIn = (code: number) => code >= first && code <= last;
    return this.anyCase ? (code) => casesOf(code).some(isIn) : isIn;
  }

  private memberCharacter(): number | CharacterTest {
    const at = this.at;
    const character = this.next();
    if (character !== '\\') return character.codePointAt(0)!;
    const sign = this.signAfter(at);
    return characterKinds[sign] ?? this.signCode(sign, at);
  }

  private escaped(at: number): CharacterTest {
    const sign = this.signAfter(at);
    return characterKinds[sign] ?? this.exactly(this.signCode(sign, at));
  }

  private signAfter(at: number): string {
    if (this.at >= this.pattern.length) throw new ExpressionFault('nothing follows the "\\"', at);
    return this.next();
  }

  private signCode(sign: string, at: number): number {
    const control = controlCharacters[sign];
    if (control !== undefined) return control;
    if (/[\p{L}\p{N}]/u.test(sign)) {
      throw new ExpressionFault(
        `"\\${sign}" is not known`,
        at,
        'There are \\d \\w \\s \\D \\W \\S \\t \\n \\r.',
      );
    }
    return sign.codePointAt(0)!;
  }

  private exactly(code: number): CharacterTest {
    if (!this.anyCase) return (other) => other === code;
    const cases = new Set(casesOf(code));
    return (other) => cases.has(other) || casesOf(other).includes(code);
  }

  private next(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    this.at += character.length;
    return character;
  }

  private sees(character: string): boolean {
    return this.pattern[this.at] === character;
  }

  private takes(character: string): boolean {
    if (!this.sees(character)) return false;
    this.at++;
    return true;
  }
}

const isDigit: CharacterTest = (code) => code >= 0x30 && code <= 0x39;
const isWord: CharacterTest = (code) =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
const isSpace: CharacterTest = (code) => /\s/u.test(String.fromCodePoint(code));

const characterKinds: Readonly<Record<string, CharacterTest | undefined>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isSpace,
  S: (code) => !isSpace(code),
};

const controlCharacters: Readonly<Record<string, number | undefined>> = { t: 0x09, n: 0x0a, r: 0x0d };

/** The character, and what it is in the other letter cases, where that is one character. */
function casesOf(code: number): number[] {
  const text = String.fromCodePoint(code);
  return [text, text.toLowerCase(), text.toUpperCase()]
    .filter((other) => [...other].length === 1)
    .map((other) => other.codePointAt(0)!);
}

/** A pattern as steps, the first of which is step 0. */
class StepList {
  readonly steps: Step[] = [];

  constructor(pattern: string) {
    this.add(new PatternParser(pattern).parse());
    this.push({ kind: 'match' });
  }

  private push(step: Step): number {
    if (this.steps.length >= mostSteps) {
      throw new ExpressionFault('the pattern is too large', 0, 'Repeats of repeats multiply.');
    }
    return this.steps.push(step) - 1;
  }

  private fork(to: readonly number[]): { kind: 'fork'; to: readonly number[] } {
    const step = { kind: 'fork' as const, to };
    this.push(step);
    return step;
  }

  private add(part: Part): void {
    switch (part.kind) {
      case 'sequence':
        for (const one of part.parts) this.add(one);
        break;
      case 'choice':
        this.addChoice(part.parts);
        break;
      case 'repeat':
        this.addRepeat(part.part, part.least, part.most);
        break;
      default:
        this.push(part);
    }
  }

  private addChoice(parts: readonly Part[]): void {
    const entry = this.fork([]);
    const starts: number[] = [];
    const exits = parts.map((part) => {
      starts.push(this.steps.length);
      this.add(part);
      return this.fork([]);
    });
    entry.to = starts;
    for (const exit of exits) exit.to = [this.steps.length];
  }

  private addRepeat(part: Part, least: number, most: number): void {
    for (let time = 0; time < least; time++) this.add(part);
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.fork([]);
      const body = this.steps.length;
      this.add(part);
      this.fork([body - 1]);
      loop.to = [body, this.steps.length];
      return;
    }
    const forks = [];
    for (let time = least; time < most; time++) {
      const fork = this.fork([]);
      forks.push({ fork, body: this.steps.length });
      this.add(part);
    }
    for (const { fork, body } of forks) fork.to = [body, this.steps.length];
  }
}

/** Follows every way through the steps, from every character of the text on. */
function run(steps: readonly Step[], text: string): boolean {
  const seen = new Int32Array(steps.length).fill(-1);
  const pending: number[] = [];
  let current: number[] = [];
  let next: number[] = [];
  /** Adds a step and all that it leads to without reading; true when one of them has arrived. */
  const enter = (first: number, list: number[], place: number, at: number): boolean => {
    pending.push(first);
    let arrived = false;
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (seen[index] === place) continue;
      seen[index] = place;
      const step = steps[index]!;
      if (step.kind === 'fork') pending.push(...step.to);
      else if (step.kind === 'character') list.push(index);
      else if (step.kind === 'match') arrived = true;
      else if (step.kind === 'start' ? at === 0 : at === text.length) pending.push(index + 1);
    }
    return arrived;
  };
  let place = 0;
  if (enter(0, current, place, 0)) return true;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at)!;
    at += code > 0xffff ? 2 : 1;
    place++;
    for (const index of current) {
      const { test } = steps[index] as Step & { kind: 'character' };
      if (test(code) && enter(index + 1, next, place, at)) return true;
    }
    if (enter(0, next, place, at)) return true;
    [current, next] = [next, current];
    next.length = 0;
  }
  return false;
}
