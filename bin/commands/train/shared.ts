import type { Command } from 'commander';
import type {
  OnNotice,
  ServiceSession,
  TrainingAlgorithm,
  TrainingJob,
  TrainingJobInfo,
} from '../../../src/dataset-io/cloud.js';
import { LabelkitError, OptionError } from '../../../src/model/index.js';
import type { CommandIo } from '../../io.js';
import { isNoId, notices, rehearse, type ServiceFlags, withServices } from '../dataset/shared.js';

/** Adds the option that means the old training instead of the new one. */
export function withLegacy(command: Command): Command {
  return command.option('--legacy', 'of the old training');
}

/** @throws OptionError for flags that were said and are for something else */
export function refuseFlags(flags: Readonly<Record<string, unknown>>, use: string): void {
  const said = Object.keys(flags).find((name) => flags[name] !== undefined);
  if (said === undefined) return;
  const option = said.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new OptionError(`--${option} cannot be said here`, { hint: `It is for ${use}.` });
}

/** {@link withLegacy}, where a job of the old training has versions. */
export function withLegacyVersion(command: Command): Command {
  return withLegacy(command).option(
    '--version <version>',
    'with --legacy: id or name of a version (default: the newest)',
  );
}

/**
 * Runs work with the job of an id, or of a name that no other job has.
 *
 * @throws OptionError; LabelkitError `NotFound`; ServiceError
 */
export async function withJob<R>(
  idOrName: string,
  flags: ServiceFlags,
  io: CommandIo,
  work: (job: TrainingJob) => Promise<R>,
): Promise<R> {
  const { TrainingJob } = await import('../../../src/dataset-io/cloud.js');
  await rehearse((nowhere) => work(new TrainingJob(nowhere, idOrName)));
  return await withServices(flags, io, async (session) =>
    work(await findJob(session, idOrName, notices(flags, io), io.signal)),
  );
}

async function findJob(
  session: ServiceSession,
  idOrName: string,
  onNotice: OnNotice,
  signal: AbortSignal,
): Promise<TrainingJob> {
  const { Estimator, TrainingJob } = await import('../../../src/dataset-io/cloud.js');
  const byId = new TrainingJob(session, idOrName, { onNotice });
  try {
    await byId.getJobInfo({ signal });
    return byId;
  } catch (error) {
    if (!isNoId(error)) throw error;
  }
  const found: TrainingJob[] = [];
  const filters = [{ key: 'name', operator: 'like', value: [idOrName] }] as const;
  for await (const job of Estimator.jobs(session, { filters, onNotice, signal }))
    if (job.info?.metadata.name === idOrName) found.push(job);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) {
    throw new LabelkitError('NotFound', `there is no job with the id or name ${JSON.stringify(idOrName)}`, {
      hint: 'labelkit train jobs shows them; check project and region too (labelkit whoami).',
    });
  }
  throw new LabelkitError('NotFound', `${found.length} jobs have the name ${JSON.stringify(idOrName)}`, {
    hint: `Say which by its id: ${found.map(({ jobId }) => jobId).join(', ')}.`,
  });
}

const hidden = '[redacted]';

/** A job as it is printed: without the values of variables, and of parameters that are marked as sensitive. */
export function printed(info: TrainingJobInfo): TrainingJobInfo {
  const { algorithm, tasks } = info;
  return {
    ...info,
    ...(algorithm && { algorithm: withoutValues(algorithm) }),
    ...(tasks && {
      tasks: tasks.map((task) => ({
        ...task,
        ...(task.algorithm && { algorithm: withoutValues(task.algorithm) }),
      })),
    }),
  };
}

function withoutValues(algorithm: TrainingAlgorithm): TrainingAlgorithm {
  const { environments, parameters } = algorithm;
  return {
    ...algorithm,
    ...(environments && { environments: namesOf(environments) }),
    ...(parameters && {
      parameters: parameters.map((parameter) =>
        parameter.constraint?.sensitive === true ? { ...parameter, value: hidden } : parameter,
      ),
    }),
  };
}

/** Variables by their names only. */
export function namesOf(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, hidden]));
}
