/** Markup: what {@link html} made, or what a trusted library made. Everything else is text. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What a template takes: text and numbers are escaped, lists joined, and what is undefined or false left out. */
export type Part = Markup | string | number | false | undefined | readonly Part[];

/** Markup of a template literal whose values are escaped, for element content and attributes in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]!;
  for (const [at, part] of parts.entries()) text += textOf(part) + strings[at + 1]!;
  return new Markup(text);
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** Text without what no page may hold or show: control characters and halves of surrogate pairs become U+FFFD. */
export function printable(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** The text, or its beginning and `…`, never half a character. @param most UTF-16 units */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** A path or an address, of which the end says most. @param most UTF-16 units */
export function shortenedPath(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(text.length - most + 1);
  return `…${/^[\udc00-\udfff]/.test(cut) ? cut.slice(1) : cut}`;
}

/** A text out of the data: kept apart from the direction of what stands around it. */
export function data(text: string, most = 200): Markup {
  return html`<bdi>${shortened(text, most)}</bdi>`;
}

/** As {@link data}, for paths. */
export function path(text: string, most = 160): Markup {
  return html`<bdi class="path">${shortenedPath(text, most)}</bdi>`;
}
