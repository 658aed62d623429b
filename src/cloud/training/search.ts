import { refuse } from '../service/checks.js';
import { pages } from '../service/paging.js';
import type { CallOptions, OnNotice, ServiceSession } from '../service/session.js';
import { request } from './context.js';
import { TrainingJob } from './jobs.js';
import type { TrainingJobInfo } from './types.js';
import { toWire } from './wire.js';

const operators = ['between', 'in', 'like', 'not', 'rely_to'] as const;

/** Jobs whose member `key` is, holds or is between what `value` says. */
export interface JobFilter {
  /** `name`, `phase`, `create_time`… */
  readonly key: string;
  /** Default `in`. */
  readonly operator?: (typeof operators)[number] | undefined;
  readonly value: readonly string[];
}

export interface ListJobsOptions extends CallOptions {
  /** How many jobs are passed over. Default 0. */
  readonly offset?: number | undefined;
  /** 1 to 50 a page. The service's default is 10. */
  readonly limit?: number | undefined;
  readonly sortBy?: string | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly groupBy?: string | undefined;
  readonly filters?: readonly JobFilter[] | undefined;
  readonly workspaceId?: string | undefined;
  readonly onNotice?: OnNotice | undefined;
  /** Is given the headers of the answer, names lower-case. */
  readonly onHeaders?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
}

/** One page of a search. */
export interface TrainingJobPage {
  /** How many there are in all. */
  readonly total: number | undefined;
  readonly jobs: readonly TrainingJob[];
}

/** T017 @throws OptionError */
function checkSearch({ offset, limit, order, filters }: ListJobsOptions): void {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 50))
    refuse('T017', `limit is ${String(limit)}`, 'Say a whole number from 1 to 50.');
  if (offset !== undefined && !(Number.isInteger(offset) && offset >= 0))
    refuse(
      'T017',
      `offset is ${String(offset)}`,
      'Say how many jobs are passed over: a whole number from 0 on.',
    );
  if (order !== undefined && order !== 'asc' && order !== 'desc')
    refuse('T017', `order is ${JSON.stringify(order)}`, 'Say asc or desc.');
  for (const [index, { key, operator = 'in', value }] of (filters ?? []).entries()) {
    const at = `filters[${index}]`;
    if (typeof key !== 'string' || key === '')
      refuse('T017', `${at}.key is ${JSON.stringify(key)}`, 'Say what jobs are looked for by.');
    if (!operators.includes(operator))
      refuse('T017', `${at}.operator is ${JSON.stringify(operator)}`, `Say ${operators.join(', ')}.`);
    if (!Array.isArray(value) || value.length === 0 || value.some((one) => typeof one !== 'string'))
      refuse('T017', `${at}.value is ${JSON.stringify(value)}`, 'Say a list of texts.');
  }
}

/** One page of the jobs of the project. @throws OptionError (T017), ServiceError */
export async function listJobs(
  session: ServiceSession,
  options: ListJobsOptions = {},
): Promise<TrainingJobPage> {
  checkSearch(options);
  const { signal, onHeaders, onNotice, filters, ...search } = options;
  const { total, items = [] } = await request<{ total?: number; items?: TrainingJobInfo[] }>(session, {
    method: 'POST',
    path: '/v2/{project_id}/training-job-searches',
    body: toWire({ ...search, filters: filters?.map((filter) => ({ operator: 'in', ...filter })) }),
    repeatable: true,
    onHeaders,
    signal,
  });
  return {
    total,
    jobs: items.map((info) => new TrainingJob(session, info.metadata.id, { info, onNotice })),
  };
}

/** All jobs of the project, page by page. `limit` (default 50) is how many are asked for at a time. */
export async function* jobs(
  session: ServiceSession,
  { offset, limit = 50, ...options }: ListJobsOptions = {},
): AsyncGenerator<TrainingJob, void> {
  yield* pages({
    paging: 'record-offset',
    limit,
    start: offset,
    ask: async (position, size) => {
      const { total, jobs: items } = await listJobs(session, { ...options, offset: position, limit: size });
      return { total, items };
    },
  });
}
