import { instancesOf } from '../instances.js';
import { ExpressionFault } from './fault.js';
import {
  fieldNames,
  fieldOf,
  propertyOf,
  type Scope,
  type ScopeName,
  type Value,
  type ValueType,
} from './fields.js';
import { compilePattern } from './regular-expression.js';
import { placeInText, type Token, tokenize } from './tokens.js';

/** A part of an expression: what kind of value it has, and how it is worked out. */
interface Part {
  readonly type: ValueType | 'none';
  readonly at: number;
  readonly read: (scope: Scope) => Value;
  /** Written as it is in the expression. */
  readonly isLiteral?: boolean;
}

type Test = (scope: Scope) => boolean;

const comparisons: Readonly<Record<string, (a: string | number, b: string | number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const typeNames: Readonly<Record<Part['type'], string>> = {
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  none: 'none',
};

/** What the things of a scope have of their own that can be counted. */
const within: Readonly<Partial<Record<ScopeName, ScopeName>>> = {
  sample: 'annotation',
  annotation: 'object',
};
const outside: Readonly<Record<ScopeName, readonly ScopeName[]>> = {
  sample: ['sample'],
  annotation: ['annotation', 'sample'],
  object: ['object', 'annotation', 'sample'],
};
const scopeNames: readonly string[] = Object.keys(outside);
const deepest = 100;
/** Words that are no names of fields. */
const keywords = new Set(['and', 'or', 'not', 'in', 'matches', 'true', 'false', 'none']);

export class Compiler {
  /** It looks at what annotation files say. */
  asksFiles = false;
  private readonly tokens: Token[];
  private index = 0;
  private depth = 0;

  constructor(
    private readonly expression: string,
    private scope: ScopeName,
  ) {
    this.tokens = tokenize(expression);
  }

  compile(): Test {
    const test = this.test(this.either());
    const rest = this.token;
    if (rest.kind !== 'end') {
      throw new ExpressionFault(
        rest.text === ')' ? 'this ")" closes nothing' : `${shown(rest)} is not expected here`,
        rest.at,
        rest.text === ')' ? undefined : 'Tests are joined by "and" or "or".',
      );
    }
    return test;
  }

  private get token(): Token {
    return this.tokens[this.index]!;
  }

  private sees(text: string): boolean {
    const { kind, text: own } = this.token;
    return (kind === 'word' || kind === 'sign') && own === text;
  }

  private takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.index++;
    return true;
  }

  private needs(text: string): void {
    if (!this.takes(text))
      throw new ExpressionFault(`"${text}" is missing before ${shown(this.token)}`, this.token.at);
  }

  /** The part as something that is so or not; what the data does not say is not so. */
  private test(part: Part): Test {
    if (part.type !== 'flag') {
      throw new ExpressionFault(
        `this is ${typeNames[part.type]} and no test`,
        part.at,
        'Compare it with something: name == "car", confidence >= 0.5.',
      );
    }
    return (scope) => part.read(scope) === true;
  }

  private either(): Part {
    return this.joined(
      'or',
      () => this.both(),
      (tests) => (scope) => tests.some((test) => test(scope)),
    );
  }

  private both(): Part {
    return this.joined(
      'and',
      () => this.negated(),
      (tests) => (scope) => tests.every((test) => test(scope)),
    );
  }

  private joined(word: string, part: () => Part, join: (tests: readonly Test[]) => Test): Part {
    const first = part();
    if (!this.sees(word)) return first;
    const tests = [this.test(first)];
    while (this.takes(word)) tests.push(this.test(part()));
    return { type: 'flag', at: first.at, read: join(tests) };
  }

  private negated(): Part {
    const { at } = this.token;
    if (!this.sees('not')) return this.comparison();
    let isNegated = false;
    while (this.takes('not')) isNegated = !isNegated;
    const test = this.test(this.comparison());
    return { type: 'flag', at, read: (scope) => test(scope) !== isNegated };
  }

  private comparison(): Part {
    const left = this.operand();
    const operator = this.token;
    if (operator.kind === 'sign') {
      if (operator.text === '==' || operator.text === '=') return this.equality(left, false);
      if (operator.text === '!=') return this.equality(left, true);
      if (Object.hasOwn(comparisons, operator.text)) return this.order(left);
    }
    if (operator.kind !== 'word') return left;
    const isNegated = operator.text === 'not';
    if (isNegated) this.index++;
    if (this.takes('in')) return this.membership(left, isNegated, operator.at);
    if (this.takes('matches')) return this.pattern(left, isNegated, operator.at);
    if (isNegated) {
      throw new ExpressionFault('"not" after a value is followed by "in" or "matches"', operator.at);
    }
    return left;
  }

  private equality(left: Part, isNegated: boolean): Part {
    const { at } = this.token;
    this.index++;
    const right = this.operand();
    if (left.type !== right.type && left.type !== 'none' && right.type !== 'none') mismatch(left, right, at);
    this.refuseChain();
    const [a, b] = [left.read, right.read];
    return { type: 'flag', at: left.at, read: (scope) => (a(scope) === b(scope)) !== isNegated };
  }

  private order(left: Part): Part {
    const { at, text } = this.token;
    const compare = comparisons[text]!;
    this.index++;
    const right = this.operand();
    if (left.type !== right.type) mismatch(left, right, at);
    if (left.type === 'flag' || left.type === 'none')
      throw new ExpressionFault(`"${text}" cannot compare ${typeNames[left.type]}`, at);
    this.refuseChain();
    const read: Test = (scope) => {
      const [a, b] = [left.read(scope), right.read(scope)];
      return a !== undefined && b !== undefined && compare(a as string | number, b as string | number);
    };
    return { type: 'flag', at: left.at, read };
  }

  private refuseChain(): void {
    const { kind, text, at } = this.token;
    if (
      kind === 'sign' &&
      (Object.hasOwn(comparisons, text) || text === '==' || text === '=' || text === '!=')
    )
      throw new ExpressionFault('comparisons cannot be chained', at, 'Join two of them by "and".');
  }

  private membership(left: Part, isNegated: boolean, at: number): Part {
    const values = new Set<Value>();
    this.needs('(');
    do {
      const right = this.operand();
      if (right.isLiteral !== true)
        throw new ExpressionFault('a list holds only texts, numbers and words', right.at);
      if (right.type !== left.type && right.type !== 'none') mismatch(left, right, at);
      values.add(right.read(noScope));
    } while (this.takes(','));
    this.needs(')');
    return { type: 'flag', at: left.at, read: (scope) => values.has(left.read(scope)) !== isNegated };
  }

  private pattern(left: Part, isNegated: boolean, at: number): Part {
    if (left.type !== 'text') {
      throw new ExpressionFault(`"matches" takes a text, and this is ${typeNames[left.type]}`, at);
    }
    const { token } = this;
    if (token.kind !== 'text') {
      throw new ExpressionFault('a regular expression stands between quotes', token.at);
    }
    this.index++;
    const matches = this.compilePattern(token);
    const read: Test = (scope) => {
      const value = left.read(scope);
      return (value !== undefined && matches(value as string)) !== isNegated;
    };
    return { type: 'flag', at: left.at, read };
  }

  private compilePattern(token: Token): (text: string) => boolean {
    try {
      return compilePattern(token.text);
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      throw new ExpressionFault(error.message, placeInText(this.expression, token, error.at), error.hint);
    }
  }

  private operand(): Part {
    const { token } = this;
    this.index++;
    const { at } = token;
    switch (token.kind) {
      case 'text':
        return { type: 'text', at, read: () => token.text, isLiteral: true };
      case 'number':
        return { type: 'number', at, read: () => token.number, isLiteral: true };
      case 'word':
        return this.word(token);
      case 'end':
        throw new ExpressionFault('the expression ends where a value is expected', at);
      default:
        if (token.text === '(') return this.parenthesized(at);
        throw new ExpressionFault(`a value is expected here, not ${shown(token)}`, at);
    }
  }

  private parenthesized(at: number): Part {
    if (++this.depth > deepest) throw new ExpressionFault('parentheses are nested too deep', at);
    const part = this.either();
    this.needs(')');
    this.depth--;
    return { ...part, at };
  }

  private word(token: Token): Part {
    const { text, at } = token;
    if (text === 'true' || text === 'false')
      return { type: 'flag', at, read: () => text === 'true', isLiteral: true };
    if (text === 'none') return { type: 'none', at, read: () => undefined, isLiteral: true };
    if (keywords.has(text)) throw new ExpressionFault(`a value is expected here, not "${text}"`, at);
    if (this.sees('(')) return this.call(token);
    if (!this.takes('.')) return this.field(this.scope, token);
    if (!outside[this.scope].includes(text as ScopeName)) {
      throw new ExpressionFault(
        scopeNames.includes(text) ? `there is no one ${text} here` : `"${text}" has no fields`,
        at,
        `Before the dot stands ${outside[this.scope].join(' or ')}.`,
      );
    }
    const name = this.token;
    if (name.kind !== 'word') throw new ExpressionFault('the name of a field is missing', name.at);
    this.index++;
    if (name.text === 'property' && this.sees('(')) return this.property(text as ScopeName, at);
    return { ...this.field(text as ScopeName, name), at };
  }

  private field(scope: ScopeName, { text, at }: Token): Part {
    const field = fieldOf(scope, text);
    if (field === undefined) {
      const elsewhere = scopeNames.filter((other) => fieldOf(other as ScopeName, text) !== undefined);
      throw new ExpressionFault(
        `${scope === 'sample' ? 'a' : 'an'} ${scope} has no "${text}"`,
        at,
        elsewhere.length > 0 && within[scope] !== undefined
          ? `Ask for it with any(…): any(${elsewhere[0]}: ${text} …).`
          : `There are ${fieldNames(scope).join(', ')}, and property("…"). Texts stand between quotes.`,
      );
    }
    if (field.asksFile) this.asksFiles = true;
    return { type: field.type, at, read: field.read };
  }

  private call({ text, at }: Token): Part {
    switch (text) {
      case 'property':
        return this.property(this.scope, at);
      case 'any':
      case 'all':
      case 'count':
        return this.quantified(text, at);
      default:
        throw new ExpressionFault(
          `there is no function "${text}"`,
          at,
          'There are any(…), all(…), count(…) and property("…").',
        );
    }
  }

  private property(scope: ScopeName, at: number): Part {
    this.needs('(');
    const key = this.token;
    if (key.kind !== 'text') {
      throw new ExpressionFault(
        'the key of a property stands between quotes',
        key.at,
        'property("@modelarts:content")',
      );
    }
    this.index++;
    this.needs(')');
    if (scope === 'object') this.asksFiles = true;
    return { type: 'text', at, read: propertyOf(scope, key.text) };
  }

  /** `any(test)`, `any(object: test)`, `count(annotation)`. */
  private quantified(kind: 'any' | 'all' | 'count', at: number): Part {
    if (++this.depth > deepest) throw new ExpressionFault('parentheses are nested too deep', at);
    this.needs('(');
    const outer = this.scope;
    const inner = this.innerScope(at);
    const isBare = kind === 'count' && this.sees(')');
    this.scope = inner;
    const test: Test = isBare ? () => true : this.test(this.either());
    this.scope = outer;
    this.needs(')');
    this.depth--;
    if (inner === 'object') this.asksFiles = true;
    const scopes = scopesWithin(outer, inner);
    switch (kind) {
      case 'any':
        return { type: 'flag', at, read: (scope) => scopes(scope).some(test) };
      case 'all':
        return { type: 'flag', at, read: (scope) => scopes(scope).every(test) };
      default:
        return { type: 'number', at, read: (scope) => scopes(scope).filter(test).length };
    }
  }

  /** Which things are gone through: those named before a colon, else those that the scope has. */
  private innerScope(at: number): ScopeName {
    const usual = within[this.scope];
    if (usual === undefined) throw new ExpressionFault('an object has nothing in it to go through', at);
    const { token } = this;
    const follower = this.tokens[this.index + 1]?.text;
    if (token.kind !== 'word' || (follower !== ':' && !(follower === ')' && scopeNames.includes(token.text))))
      return usual;
    if (token.text !== 'annotation' && token.text !== 'object')
      throw new ExpressionFault(
        `"${token.text}" cannot be gone through`,
        token.at,
        'There are annotation and object.',
      );
    if (token.text === this.scope)
      throw new ExpressionFault(`there is only one ${token.text} here`, token.at);
    this.index += follower === ':' ? 2 : 1;
    return token.text;
  }
}

/** A literal looks at nothing. */
const noScope: Scope = { sample: { source: '', annotations: [] }, imageOf: () => undefined };

function scopesWithin(outer: ScopeName, inner: ScopeName): (scope: Scope) => Scope[] {
  const annotations = (scope: Scope): Scope[] =>
    scope.sample.annotations.map((annotation) => ({ ...scope, annotation }));
  const objects = (scope: Scope): Scope[] => {
    const annotation = scope.annotation!;
    return instancesOf(annotation, scope.imageOf(annotation)).map((object) => ({ ...scope, object }));
  };
  if (inner === 'annotation') return annotations;
  return outer === 'annotation' ? objects : (scope) => annotations(scope).flatMap(objects);
}

function mismatch(left: Part, right: Part, at: number): never {
  throw new ExpressionFault(
    `${typeNames[left.type]} cannot be compared with ${typeNames[right.type]}`,
    at,
    'Texts stand between quotes, numbers and true and false do not.',
  );
}

function shown(token: Token): string {
  if (token.kind === 'end') return 'the end';
  return token.kind === 'text' ? 'this text' : `"${token.text}"`;
}
