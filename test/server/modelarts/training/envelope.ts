import type { Json } from '../json.js';
import { invalid, Refusal } from '../refusal.js';
import { ok, type Reply, sorted } from '../routes.js';

/** Every answer of old training says whether it did what it was asked for. */
export const success = (body: Json = {}): Reply => ok(withIntegers({ is_success: true, ...body }));

/** As text, where there are integers that no number holds. */
function withIntegers(body: Json): unknown {
  const mark = '\u{1}';
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? `${mark}${value}${mark}` : value,
  );
  return text.replace(/"\\u0001(\d+)\\u0001"/g, '$1');
}

/** What old training says instead of the usual refusal. Bad values are refused with status 200. */
export const refusedByLegacy = ({ status, code, message, headers }: Refusal): Reply => ({
  status: status === 400 ? 200 : status,
  headers,
  body: { is_success: false, error_code: code, error_message: message },
});

/** @throws Refusal: no document says which code it has; the status says what it means */
export const missing = (what: string, id: string) =>
  new Refusal(404, 'ModelArts.0110', `The ${what} ${id} does not exist.`);

/** An integer of the query. @throws Refusal */
export function integerOf(
  query: URLSearchParams,
  name: string,
  absent: number,
  least: number,
  most: number,
): number {
  const text = query.get(name);
  const value = text === null ? absent : /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw invalid(`${name} is from ${least} to ${most}, not ${text}.`, '0105');
  return value;
}

interface ListOptions<T> {
  /** What can be sorted by; the first is the usual one. */
  readonly keys: Readonly<Record<string, (item: T) => string | number>>;
  readonly textOf: (item: T) => string;
  readonly most?: number;
}

/** Found by `search_content`, sorted by `sortBy` and `order`, and the page of them. `page` counts from 1. */
export function listOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  { keys, textOf, most = 1000 }: ListOptions<T>,
): { found: T[]; page: T[] } {
  const perPage = integerOf(query, 'per_page', 10, 1, most);
  const page = integerOf(query, 'page', 1, 1, 65_535);
  const search = query.get('search_content') ?? '';
  if (search.length > 100) throw invalid('search_content has at most 100 characters.', '0105');
  const by = query.get('sortBy') ?? (Object.keys(keys)[0] as string);
  const key = keys[by];
  if (key === undefined) throw invalid(`Nothing is sorted by ${by}.`, '0105');
  const found = sorted(
    items.filter((item) => textOf(item).includes(search)),
    query.get('order') ?? 'asc',
    key,
  );
  return { found, page: found.slice((page - 1) * perPage, page * perPage) };
}
