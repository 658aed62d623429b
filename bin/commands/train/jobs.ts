import { type Command, Option } from 'commander';
import type { TrainingInput, TrainingJobInfo } from '../../../src/dataset-io/cloud.js';
import { exitCodes } from '../../exit-codes.js';
import { wholeNumber } from '../../options.js';
import {
  another,
  cell,
  checkYes,
  type PageFlags,
  printDone,
  printFacts,
  printPages,
  type ServiceFlags,
  type Shell,
  time,
  type WaitFlags,
  waiting,
  withServiceOptions,
  withServices,
  withWaitOptions,
} from '../dataset/shared.js';
import { printed, withJob, withLegacy, withLegacyVersion } from './shared.js';

interface LegacyFlag {
  readonly legacy?: boolean;
  readonly version?: string;
}

interface JobsFlags extends PageFlags, LegacyFlag {
  readonly name?: string;
  readonly phase?: string[];
  readonly sortBy?: string;
  readonly order?: 'asc' | 'desc';
  readonly workspace?: string;
}

interface DeleteFlags extends ServiceFlags, LegacyFlag {
  readonly yes?: boolean;
}

/** `labelkit train jobs|show|describe|stop|delete` */
export function addJobs(group: Command, { io, done }: Shell): void {
  withLegacy(withServiceOptions(group.command('jobs')))
    .description('list the training jobs of the project')
    .option('--name <text>', 'only jobs with this in their name')
    .option('--phase <phase>', 'only jobs in this phase: Running, Completed, …; repeatable', another)
    .option('--sort-by <member>', 'what they are sorted by', 'create_time')
    .addOption(new Option('--order <order>', 'in which order').choices(['asc', 'desc']).default('desc'))
    .option('--workspace <id>', 'only jobs of this workspace')
    .option('--page <n>', 'which page, from 1 (default: 1)', wholeNumber(1))
    .option('--limit <n>', 'how many a page, up to 50 (default: 10; with --all 50)', wholeNumber(1))
    .option('--all', 'this page and all that follow, printed as they come')
    .action(async (flags: JobsFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyJobs(flags, { io, done });
        return;
      }
      const { Estimator } = await import('../../../src/dataset-io/cloud.js');
      const filters = [
        ...(flags.name === undefined
          ? []
          : [{ key: 'name', operator: 'like', value: [flags.name] } as const]),
        ...(flags.phase === undefined ? [] : [{ key: 'phase', value: flags.phase }]),
      ];
      await withServices(flags, io, (session) =>
        printPages<TrainingJobInfo>({ ...flags, limit: flags.limit ?? (flags.all === true ? 50 : 10) }, io, {
          key: 'jobs',
          what: 'jobs',
          head: ['id', 'name', 'phase', 'created', 'flavor', 'nodes', 'minutes'],
          textColumns: 5,
          row: ({ metadata, status, spec }) => [
            metadata.id,
            cell(metadata.name),
            cell(status?.phase),
            time(metadata.createTime),
            cell(spec?.resource?.flavorId),
            cell(spec?.resource?.nodeCount),
            minutes(status?.duration),
          ],
          ask: async (page, limit) => {
            const { jobs, total } = await Estimator.getJobList(session, {
              offset: page * limit,
              limit,
              filters,
              sortBy: flags.sortBy,
              order: flags.order,
              workspaceId: flags.workspace,
              signal: io.signal,
            });
            return { items: jobs.map(({ info }) => printed(info!)), total };
          },
        }),
      );
      done(exitCodes.done);
    });

  withLegacyVersion(withServiceOptions(group.command('show')))
    .description('say what the service knows of a job')
    .argument('<job>', 'id or name')
    .action(async (job: string, flags: ServiceFlags & LegacyFlag) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyShow(job, flags, { io, done });
        return;
      }
      const info = printed(await withJob(job, flags, io, (found) => found.getJobInfo({ signal: io.signal })));
      const { metadata, status, algorithm, spec } = info;
      const { engine } = algorithm ?? {};
      await printFacts(flags, io, info, [
        ['id', metadata.id],
        ['name', metadata.name],
        ['description', metadata.description],
        ['phase', status?.phase],
        ['in detail', status?.secondaryPhase],
        ['created', time(metadata.createTime)],
        ['minutes', minutes(status?.duration)],
        ['engine', engine?.imageUrl ?? `${cell(engine?.engineName)} ${cell(engine?.engineVersion)}`.trim()],
        ['command', algorithm?.command],
        ['code', algorithm?.codeDir],
        ['boot file', algorithm?.bootFile],
        [
          'parameters',
          (algorithm?.parameters ?? []).map(({ name, value }) => `${cell(name)}=${cell(value)}`).join(', '),
        ],
        ['variables', Object.keys(algorithm?.environments ?? {}).join(', ')],
        ['inputs', (algorithm?.inputs ?? []).map(place).join(', ')],
        ['outputs', (algorithm?.outputs ?? []).map(place).join(', ')],
        ['flavor', spec?.resource?.flavorId],
        ['pool', spec?.resource?.poolId],
        ['nodes', spec?.resource?.nodeCount],
        ['logs', spec?.logExportPath?.obsUrl],
        ['tasks', (status?.tasks ?? []).join(', ')],
        ...(status?.taskStatuses ?? []).map(
          ({ task, exitCode, message }) =>
            [cell(task), `exit code ${cell(exitCode)}${message ? `: ${message}` : ''}`] as const,
        ),
      ]);
      done(exitCodes.done);
    });

  withLegacy(withServiceOptions(group.command('describe')))
    .description('change the description of a job')
    .argument('<job>', 'id or name')
    .argument('<text>', 'up to 256 characters; an empty one removes it')
    .action(async (job: string, description: string, flags: ServiceFlags & LegacyFlag) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyDescribe(job, description, flags, { io, done });
        return;
      }
      const jobId = await withJob(job, flags, io, async (found) => {
        await found.updateJobConfigs({ description, signal: io.signal });
        return found.jobId;
      });
      await printDone(flags, io, { jobId, description }, `described the job ${jobId}`);
      done(exitCodes.done);
    });

  withLegacyVersion(withWaitOptions(withServiceOptions(group.command('stop')), 'it has ended', 'no end'))
    .description('end a job')
    .argument('<job>', 'id or name')
    .action(async (job: string, flags: WaitFlags & LegacyFlag) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyStop(job, flags, { io, done });
        return;
      }
      const { trainingPhases } = await import('../../../src/dataset-io/cloud.js');
      const info = await withJob(job, flags, io, async (found) => {
        const stopping = await found.controlJob({ signal: io.signal });
        if (flags.wait !== true) return stopping;
        const follow = waiting(
          flags,
          io,
          ({ status }: TrainingJobInfo) => `job ${found.jobId}: ${status?.phase}`,
        );
        return await found.wait({ intervalMs: 1_000, ...follow }).catch((error: unknown) => {
          // Terminated is the end that is wanted here.
          if (trainingPhases.get(found.info?.status?.phase ?? '')?.terminal === true) return found.info!;
          throw error;
        });
      });
      const { id } = info.metadata;
      await printDone(flags, io, printed(info), `job ${id}: ${cell(info.status?.phase)}`);
      done(exitCodes.done);
    });

  withLegacyVersion(withServiceOptions(group.command('delete')))
    .description('delete a job; what it has written stays')
    .argument('<job>', 'id or name')
    .option('--yes', 'it is meant')
    .action(async (job: string, flags: DeleteFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyDelete(job, flags, { io, done });
        return;
      }
      checkYes(flags.yes, `deleting the job ${job}`);
      const jobId = await withJob(job, flags, io, async (found) => {
        await found.deleteJob({ signal: io.signal });
        return found.jobId;
      });
      await printDone(flags, io, { jobId, deleted: true }, `deleted the job ${jobId}`);
      done(exitCodes.done);
    });
}

function minutes(ms: number | undefined): string {
  return ms === undefined ? '' : (ms / 60_000).toFixed(1);
}

function place({ name, remote }: TrainingInput): string {
  const { obs, dataset } = remote ?? {};
  const where = dataset === undefined ? cell(obs?.obsUrl) : `version ${dataset.versionId} of ${dataset.id}`;
  return `${cell(name)}=${where}`;
}
