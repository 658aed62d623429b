/** What spreadsheets take for a formula at the beginning of a cell. */
const formula = /^[=+\-@]/;
const guarded = /^\t[=+\-@]/;

/** The cell with a Tab before it, so that no spreadsheet runs it as a formula; negative numbers get one too. */
export function guardCell(cell: string): string {
  return formula.test(cell) ? `\t${cell}` : cell;
}

/** The cell without the Tab that {@link guardCell} put before it. */
export function unguardCell(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell;
}

/** True for a cell that looks guarded before it is: afterwards nobody can tell. */
export function looksGuarded(cell: string): boolean {
  return guarded.test(cell);
}
