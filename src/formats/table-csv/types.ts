import { decimalOf } from '../../model/index.js';
import type { LossName } from '../shared/losses.js';

export const title = 'ModelArts table (CSV)';

/** What can be done about files that the platform publishes in its own binary form. */
export const carbonHint = 'Publish the version as CSV, which is read.';

/** What is kept of a sample: its file. The schema is found again where it has only types that are found out from cells. */
export const tableCsvCarries: ReadonlySet<LossName> = new Set(['table-sample']);

/** Types of columns, as table data sets of ModelArts name them. */
export const columnTypes = [
  'STRING',
  'SHORT',
  'INT',
  'LONG',
  'FLOAT',
  'DOUBLE',
  'BYTE',
  'DATE',
  'TIMESTAMP',
  'BOOLEAN',
] as const;
export type ColumnType = (typeof columnTypes)[number];

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** The type that a name means, in any letter case. */
export function columnTypeOf(name: string): ColumnType | undefined {
  const upper = name.toUpperCase();
  return columnTypes.find((type) => type === upper);
}

const ranges: Readonly<Partial<Record<ColumnType, readonly [bigint, bigint]>>> = {
  BYTE: [-(2n ** 7n), 2n ** 7n - 1n],
  SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
  INT: [-(2n ** 31n), 2n ** 31n - 1n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** True when a cell spells a value of a type. An empty one is no value, and fits every type. */
export function fits(cell: string, type: ColumnType): boolean {
  if (cell === '') return true;
  const range = ranges[type];
  if (range !== undefined) {
    if (!/^[+-]?\d{1,40}$/.test(cell)) return false;
    const value = BigInt(cell.replace('+', ''));
    return value >= range[0] && value <= range[1];
  }
  switch (type) {
    case 'FLOAT':
      return Number.isFinite(Math.fround(decimalOf(cell) ?? Infinity)) && cell.trim() === cell;
    case 'DOUBLE':
      return decimalOf(cell) !== undefined && cell.trim() === cell;
    case 'BOOLEAN':
      return /^(?:true|false)$/i.test(cell);
    case 'DATE':
      return isDate(cell);
    case 'TIMESTAMP':
      return /^.{10} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(cell) && isDate(cell.slice(0, 10));
    default:
      return true;
  }
}

const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** `yyyy-MM-dd`, of a day that there is. */
function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (month === 2 && isLeap ? 29 : (daysOf[month - 1] ?? 0));
}

/** The types that are tried for a column, in their order. */
const tried: readonly ColumnType[] = ['BOOLEAN', 'INT', 'LONG', 'DOUBLE', 'DATE', 'TIMESTAMP'];

/** The types that columns can be found to have. */
export const guessedTypes: ReadonlySet<string> = new Set<string>([...tried, 'STRING']);

/** Finds the first type of BOOLEAN, INT, LONG, DOUBLE, DATE and TIMESTAMP that all cells of a column fit; else STRING. */
export class TypeGuess {
  private left = tried;
  private hasValues = false;

  add(cell: string): void {
    if (cell === '' || this.left.length === 0) return;
    this.hasValues = true;
    // 007 is a name of seven letters, not a number.
    const isCode = /^[+-]?0\d/.test(cell) && !cell.includes('-', 1);
    this.left = isCode ? [] : this.left.filter((type) => fits(cell, type));
  }

  get type(): ColumnType {
    return this.hasValues ? (this.left[0] ?? 'STRING') : 'STRING';
  }
}
