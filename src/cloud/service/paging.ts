/**
 * How a list counts: `page-index` from page 0 on, sent as `offset` (data sets, models); `record-offset` records to pass
 * over, sent as `offset` (training jobs); `page-number` from page 1 on, sent as `page` with `per_page`.
 */
export type Paging = 'page-index' | 'record-offset' | 'page-number';

/** One page as a service gave it. */
export interface Page<T> {
  readonly items: readonly T[];
  /** How many there are in all, as of this answer; it may change from page to page. */
  readonly total?: number | undefined;
}

export interface PagesOptions<T> {
  readonly paging: Paging;
  /** Items asked for at a time. */
  readonly limit: number;
  /** The first position, in the list's own counting. Default: its beginning. */
  readonly start?: number | undefined;
  /** Gets the page at a position, which goes out as `offset` or `page`. */
  readonly ask: (position: number, limit: number) => Promise<Page<T>>;
}

/**
 * Every item of a list, one page in memory at a time. It ends on an empty page, or when as many were passed as the last
 * page says there are; a list that grows or shrinks meanwhile is followed to its end.
 */
export async function* pages<T>({ paging, limit, start, ask }: PagesOptions<T>): AsyncGenerator<T, void> {
  const first = paging === 'page-number' ? 1 : 0;
  let position = start ?? first;
  let passed = paging === 'record-offset' ? position : (position - first) * limit;
  for (;;) {
    const { items, total } = await ask(position, limit);
    if (items.length === 0) return;
    yield* items;
    passed += items.length;
    if (total !== undefined && passed >= total) return;
    position += paging === 'record-offset' ? items.length : 1;
  }
}
