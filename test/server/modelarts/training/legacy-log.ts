import type { Json } from '../json.js';
import { invalid } from '../refusal.js';
import { integerOf } from './envelope.js';

/** Lines are counted from here on, two apart: far beyond what a number of JavaScript holds exactly. */
const firstLine = 1_685_593_480_000_000_001n;
const apart = 2n;

const cursorOf = (index: number) => firstLine + BigInt(index) * apart;

/**
 * Some lines of a log. Without `base_line` the newest; else those after it (`order` `desc`, towards newer ones) or before
 * it (`asc`), nearest to it. Which of the two holds the line itself no document says: here neither does.
 */
export function linesOf(log: readonly string[], query: URLSearchParams): Json {
  const most = integerOf(query, 'lines', 50, 0, 500);
  const order = query.get('order') ?? 'desc';
  if (order !== 'desc' && order !== 'asc') throw invalid('order is asc or desc.', '0105');
  const base = query.get('base_line') ?? '';
  if (!/^\d*$/.test(base)) throw invalid(`base_line is a number of a line, not ${base}.`, '0105');
  let [from, to] = [Math.max(0, log.length - most), log.length];
  if (base !== '') {
    const isAfter = (index: number) => cursorOf(index) > BigInt(base);
    const isBefore = (index: number) => cursorOf(index) < BigInt(base);
    const indices = log.map((_, index) => index);
    if (order === 'desc') {
      from = indices.filter((index) => !isAfter(index)).length;
      to = Math.min(log.length, from + most);
    } else {
      to = indices.filter(isBefore).length;
      from = Math.max(0, to - most);
    }
  }
  const lines = log.slice(from, to);
  const nothing = base === '' ? 0n : BigInt(base);
  return {
    content: lines.map((line) => `${line}\n`).join(''),
    lines: lines.length,
    start_line: lines.length === 0 ? nothing : cursorOf(from),
    end_line: lines.length === 0 ? nothing : cursorOf(to - 1),
  };
}
