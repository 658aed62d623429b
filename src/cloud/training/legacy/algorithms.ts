import { pages } from '../../service/paging.js';
import type { CallOptions, ServiceSession } from '../../service/session.js';
import { checkList } from './checks.js';
import { fromWire, parsedLeniently, request, root } from './context.js';
import type { BuiltinAlgorithm, LegacyListOptions } from './types.js';

export interface ListAlgorithmsOptions extends LegacyListOptions {
  /** Default: what the service takes, `engine`. */
  readonly sortBy?: (typeof algorithmColumns)[number] | undefined;
}

/** One page of built-in algorithms. */
export interface AlgorithmPage {
  readonly total: number | undefined;
  readonly algorithms: readonly BuiltinAlgorithm[];
}

const algorithmColumns = [
  'engine',
  'model_name',
  'model_precision',
  'model_usage',
  'model_size',
  'create_time',
  'parameter',
] as const;
/** As many as the service gives at a time. */
const longestPage = 100;

/** Built-in algorithms, up to 100 a page. @throws OptionError (T115–T117), ServiceError */
export async function listAlgorithms(
  session: ServiceSession,
  { signal, onNotice, ...options }: ListAlgorithmsOptions = {},
): Promise<AlgorithmPage> {
  checkList({ ...options, onNotice }, { columns: algorithmColumns, longest: longestPage });
  const { perPage, page, sortBy, order, searchContent } = options;
  const { modelTotalCount, models = [] } = await request<{
    modelTotalCount?: number;
    models?: BuiltinAlgorithm[];
  }>(session, {
    method: 'GET',
    path: `${root}/built-in-algorithms`,
    query: { per_page: perPage, page, sortBy, order, search_content: searchContent },
    signal,
  });
  const algorithms = models.map((model) => ({
    ...model,
    parameter: fromWire<BuiltinAlgorithm['parameter']>(parsedLeniently(model.parameter)),
  }));
  return { total: modelTotalCount, algorithms };
}

/** All built-in algorithms. @throws ServiceError */
export async function allAlgorithms(
  session: ServiceSession,
  { signal }: CallOptions = {},
): Promise<BuiltinAlgorithm[]> {
  const found: BuiltinAlgorithm[] = [];
  const ask = async (page: number, perPage: number) => {
    const { algorithms, total } = await listAlgorithms(session, { page, perPage, signal });
    return { items: algorithms, total };
  };
  for await (const one of pages({ paging: 'page-number', limit: longestPage, ask })) found.push(one);
  return found;
}
