import type { JsonObject } from '../../model/index.js';
import { beganThere, createOnce } from '../service/create-once.js';
import { type Context, requestOf, required } from './context.js';
import type { DatasetInfo } from './types.js';

interface TaskStart {
  /** `/import-tasks` */
  readonly path: string;
  readonly body: JsonObject;
  readonly signal: AbortSignal | undefined;
  /** Whether a task of the list is what the body asks for. */
  readonly isOurs: (task: Readonly<Record<string, unknown>>) => boolean;
  /** The list says of each when it was made, in ms since 1970. Default true. */
  readonly isTimed?: boolean | undefined;
  /** Texts of the body that must not be shown. */
  readonly secrets?: readonly string[] | undefined;
}

/** Starts a task, once: when the answer is lost, looks for it among those that were started since. @returns its id */
export async function startTask(
  context: Context,
  { path, body, signal, isOurs, isTimed = true, secrets }: TaskStart,
): Promise<string> {
  const { timing } = (await context.session.services()).client;
  const began = timing.now();
  const asked = { method: 'POST', path, body, secrets, signal } as const;
  return await createOnce({
    timing,
    signal,
    again: false,
    create: async () => {
      const { taskId } = await requestOf<{ taskId?: string }>(context, asked);
      return required(taskId, 'task_id', { ...asked, path: `/datasets/{dataset_id}${path}` });
    },
    find: async () => {
      let earliest = began;
      const { importTasks, exportTasks, tasks } = await requestOf<
        Record<
          'importTasks' | 'exportTasks' | 'tasks',
          readonly Readonly<Record<string, unknown>>[] | undefined
        >
      >(context, {
        method: 'GET',
        path,
        query: { limit: 100 },
        onHeaders: (headers) => {
          earliest = beganThere(began, timing.now(), headers);
        },
        signal,
      });
      const found = (importTasks ?? exportTasks ?? tasks ?? []).find(
        (task) => (!isTimed || Number(task['createTime']) >= earliest) && isOurs(task),
      );
      return typeof found?.['taskId'] === 'string' ? found['taskId'] : undefined;
    },
  });
}

/** Asks what the data set holds, unless that is known. */
export async function learn({ known, ...context }: Context, signal: AbortSignal | undefined): Promise<void> {
  if (known.datasetType !== undefined || known.dataType !== undefined) return;
  const info = await requestOf<DatasetInfo>({ ...context, known }, { method: 'GET', path: '', signal });
  known.datasetType = info.datasetType;
  known.dataType = info.dataType;
  known.workPath = info.workPath;
}
