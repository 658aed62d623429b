import { wideCharacter, zeroWidthCharacter } from '../src/report/character-width.js';

const control = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Columns that a text takes in a terminal. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += zeroWidthCharacter.test(character) ? 0 : wideCharacter.test(character) ? 2 : 1;
  return width;
}

/** A text of the data as it may be printed: control characters would end the line, or worse. */
export function printable(text: string): string {
  return text.replace(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text, cut with `…` when it takes more columns than `most`. */
function clip(text: string, most: number): string {
  if (displayWidth(text) <= most) return text;
  let width = 0;
  let cut = '';
  for (const character of text) {
    width += displayWidth(character);
    if (width > most - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** A column is as wide as this at most. */
const widestColumn = 40;

/** Rows of cells in columns: texts to the left, numbers (given as texts) to the right. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number,
): string[] {
  return new TextTable(head, textColumns).lines(rows);
}

/** A table whose rows come a part at a time: columns keep the width they had, or grow. */
export class TextTable {
  readonly #textColumns: number;
  readonly #widths: number[];
  #head: readonly string[] | undefined;

  constructor(head: readonly string[], textColumns: number) {
    this.#head = head;
    this.#textColumns = textColumns;
    this.#widths = head.map(() => 0);
  }

  /** The next rows as lines, the first time below the head. */
  lines(rows: readonly (readonly string[])[]): string[] {
    const all = this.#head === undefined ? rows : [this.#head, ...rows];
    this.#head = undefined;
    const cells = all.map((row) => row.map((cell) => clip(printable(cell), widestColumn)));
    for (const column of this.#widths.keys()) {
      const widest = Math.max(0, ...cells.map((row) => displayWidth(row[column] ?? '')));
      this.#widths[column] = Math.max(this.#widths[column] ?? 0, widest);
    }
    return cells.map((row) => {
      const padded = row.map((cell, column) => {
        const blanks = ' '.repeat((this.#widths[column] ?? 0) - displayWidth(cell));
        return column < this.#textColumns ? cell + blanks : blanks + cell;
      });
      return padded.join('  ').trimEnd();
    });
  }
}
