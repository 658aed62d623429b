import type { Finding, Severity } from '../model/diagnostic.js';
import type { Mode, Profile } from '../model/rule.js';
import type { XmlElement } from '../text/xml-tree.js';
import type { UnknownMarkup } from './document.js';
import { isBlank } from './number.js';
import { vocSeverity } from './rules/table.js';
import type { StructuralRule } from './structural-rules.js';

/** What reading one document's tree carries along: how strict it is, what was found, and the text for verbatim pieces. */
export class TreeContext {
  readonly findings: Finding[] = [];

  constructor(
    readonly text: string,
    readonly mode: Mode,
    readonly profile: Profile,
  ) {}

  /** Adds a finding with the severity of the rule's table, or `atMost` where this is the rule's milder half. */
  report(
    rule: StructuralRule,
    message: string,
    pointer?: string,
    more: { atMost?: Severity; hint?: string } = {},
  ) {
    this.findings.push({
      rule,
      severity: vocSeverity(rule, this.mode, more.atMost, this.profile),
      message,
      ...(more.hint === undefined ? {} : { hint: more.hint }),
      ...(pointer === undefined ? {} : { pointer }),
    });
  }

  /** As {@link report}, for a fault that lenient reading recovers from although the rule is an error in both modes. */
  reportRecovered(rule: StructuralRule, message: string, pointer: string) {
    this.report(rule, message, pointer, this.mode === 'lenient' ? { atMost: 'warning' } : {});
  }

  reportEmpty(rule: StructuralRule, pointer: string, atMost?: Severity) {
    this.report(rule, `${pointer} can't be empty`, pointer, atMost === undefined ? {} : { atMost });
  }

  /**
   * Goes over the children of an element whose children are elements. What is not in `known` is reported, and kept in
   * `unknown` when that is given; the rest is handed to `visit` under its lower-case name.
   */
  children(
    element: XmlElement,
    pointer: string,
    known: ReadonlySet<string>,
    visit: (name: string, child: XmlElement) => void,
    unknown?: UnknownMarkup[],
    within = '',
  ): void {
    for (const child of element.children) {
      if (child.kind !== 'element') {
        if (child.kind === 'comment' || child.kind === 'pi') {
          unknown?.push({ name: `#${child.kind}`, xml: this.text.slice(child.start, child.end), within });
        } else if (!isBlank(child.text)) {
          this.report(
            'V009',
            `${pointer} has text between its elements, which is not part of the format`,
            pointer,
          );
        }
        continue;
      }
      const name = this.knownName(child.name, known, pointer);
      if (name !== undefined) visit(name, child);
      else this.keepUnknown(child, pointer, unknown, within, known.has(child.name.toLowerCase()));
    }
  }

  /** The name among `known` that an element stands for; one in another letter case is reported, and taken when lenient. */
  knownName(name: string, known: ReadonlySet<string>, pointer: string): string | undefined {
    if (known.has(name)) return name;
    const lower = name.toLowerCase();
    if (!known.has(lower)) return undefined;
    this.report(
      'V008',
      `${pointer}/${name} is not in lower case: the format's name is "${lower}"`,
      `${pointer}/${name}`,
    );
    return this.mode === 'lenient' ? lower : undefined;
  }

  /** Keeps an element that has no meaning here, and reports it unless it has been. */
  keepUnknown(
    element: XmlElement,
    parent: string,
    unknown: UnknownMarkup[] | undefined,
    within: string,
    reported = false,
  ): void {
    if (!reported) {
      const pointer = `${parent}/${element.name}`;
      this.report('V009', `${pointer} is not an element of the format`, pointer);
    }
    unknown?.push({ name: element.name, xml: this.text.slice(element.start, element.end), within });
  }

  /** Reports the attributes of an element that should have none. */
  attributes(element: XmlElement, pointer: string): void {
    for (const { name } of element.attributes) {
      this.report(
        'V009',
        `${pointer} has the attribute "${name}", which is not part of the format`,
        `${pointer}/@${name}`,
      );
    }
  }

  /** The text of an element that holds only text; undefined when there is none but blanks. */
  leaf(element: XmlElement, pointer: string): string | undefined {
    if (element.attributes.length > 0) this.attributes(element, pointer);
    let text = '';
    for (const child of element.children) {
      if (child.kind === 'text' || child.kind === 'cdata') text += child.text;
      else if (child.kind === 'element') this.keepUnknown(child, pointer, undefined, '');
    }
    return isBlank(text) ? undefined : text;
  }
}

/** True when the element has at least one element in it. */
export function hasElements(element: XmlElement): boolean {
  for (const child of element.children) if (child.kind === 'element') return true;
  return false;
}

/**
 * Remembers the last of each singleton, and reports every one after the first.
 * Order of the map is the order of first appearance.
 */
export class Singletons {
  readonly elements = new Map<string, XmlElement>();
  readonly #counts = new Map<string, number>();

  constructor(
    readonly context: TreeContext,
    readonly pointer: string,
  ) {}

  add(name: string, element: XmlElement): void {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.elements.set(name, element);
    if (count > 1) {
      const pointer = `${this.pointer}/${name}[${count}]`;
      this.context.report(
        'V010',
        `${pointer} repeats an element that may occur once: the last one counts`,
        pointer,
      );
    }
  }

  /** The text of the last one; undefined when there is none, or nothing but blanks in it. */
  leaf(name: string): string | undefined {
    const element = this.elements.get(name);
    return element === undefined ? undefined : this.context.leaf(element, `${this.pointer}/${name}`);
  }
}
