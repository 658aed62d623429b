import { type Json, numberOf, objectsOf, textOf } from '../json.js';
import { invalid } from '../refusal.js';
import { sorted } from '../routes.js';
import type { TrainingJob } from './state.js';

/** What can be asked for and sorted by. */
const fields: Readonly<Record<string, (job: TrainingJob) => string | number>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  description: ({ description }) => description,
  kind: () => 'job',
  phase: ({ job }) => job.stage,
  create_time: ({ created }) => created,
  user_name: () => 'user',
  workspace_id: ({ workspace }) => workspace,
};

const operators: Readonly<Record<string, (value: string, wanted: readonly string[]) => boolean>> = {
  in: (value, wanted) => wanted.includes(value),
  not: (value, wanted) => !wanted.includes(value),
  like: (value, wanted) => wanted.some((part) => value.includes(part)),
  between: (value, [from, to]) => Number(value) >= Number(from) && Number(value) <= Number(to),
};

const fieldOf = (name: string) => {
  const field = fields[name];
  if (field === undefined) throw invalid(`Jobs are not asked for by ${name}.`);
  return field;
};

/** A page of jobs: `offset` counts jobs. @throws Refusal */
export function searchOf(jobs: readonly TrainingJob[], body: Json, infoOf: (job: TrainingJob) => Json): Json {
  const limit = numberOf(body, 'limit') ?? 50;
  const offset = numberOf(body, 'offset') ?? 0;
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) throw invalid('limit is from 1 to 50.');
  if (!Number.isInteger(offset) || offset < 0) throw invalid('offset is from 0 on.');
  const by = textOf(body, 'sort_by') ?? 'create_time';
  const order = textOf(body, 'order') ?? 'desc';
  const wanted = objectsOf(body, 'filters').map((filter) => {
    const field = fieldOf(String(filter['key']));
    const operator = operators[textOf(filter, 'operator') ?? 'in'];
    const { value } = filter;
    if (operator === undefined || !Array.isArray(value))
      throw invalid('A filter has an operator and a list of values.');
    return (job: TrainingJob) => operator(String(field(job)), value.map(String));
  });
  const found = jobs.filter((job) => wanted.every((fits) => fits(job)));
  const items = sorted(found, order, fieldOf(by)).slice(offset, offset + limit);
  return {
    total: found.length,
    count: items.length,
    limit,
    offset,
    sort_by: by,
    order,
    group_by: textOf(body, 'group_by') ?? '',
    workspace_id: '0',
    ai_project: 'default-ai-project',
    items: items.map(infoOf),
  };
}
