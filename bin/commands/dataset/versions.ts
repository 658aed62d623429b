import type { Command } from 'commander';
import type { Dataset, VersionInfo } from '../../../src/dataset-io/cloud.js';
import { LabelkitError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import {
  cell,
  checkYes,
  nameOf,
  printDone,
  printFacts,
  printList,
  type ServiceFlags,
  type Shell,
  time,
  typeNumber,
  type WaitFlags,
  waiting,
  withDataset,
  withServiceOptions,
  withWaitOptions,
} from './shared.js';

interface PublishFlags extends WaitFlags {
  readonly name?: string;
  readonly description?: string;
  readonly versionFormat?: string;
  readonly trainRatio?: string;
  readonly labelTask?: string;
  readonly labelTaskType?: string;
  readonly keepUsage?: boolean;
  readonly keepHard?: boolean;
  readonly waitForSlot?: boolean;
}

interface VersionFlags extends ServiceFlags {
  readonly delete?: boolean;
  readonly yes?: boolean;
}

/** `labelkit dataset versions|publish|version` */
export function addVersions(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('versions'))
    .description('list the versions of a data set')
    .argument('<dataset>', 'id or name')
    .action(async (name: string, flags: ServiceFlags) => {
      const status = await statusName();
      const versions = await withDataset(name, flags, io, (dataset) =>
        dataset.listVersions({ signal: io.signal }),
      );
      await printList<VersionInfo>(
        flags,
        io,
        {
          key: 'versions',
          what: 'versions',
          head: ['id', 'name', 'status', 'current', 'created', 'samples', 'labelled'],
          textColumns: 5,
          row: (version) => [
            version.versionId,
            cell(version.versionName),
            status(version),
            version.isCurrent === true ? 'yes' : '',
            time(version.createTime),
            cell(version.totalSampleCount),
            cell(version.annotatedSampleCount),
          ],
        },
        versions,
      );
      done(exitCodes.done);
    });

  withWaitOptions(withServiceOptions(group.command('publish')), 'its manifest is written')
    .description('publish a version of a data set: a manifest of its samples as they are now')
    .argument('<dataset>', 'id or name')
    .option('--name <name>', 'name of the version (default: the next of V001, V002…)')
    .option('--description <text>', 'what it is, in up to 256 characters')
    .option('--version-format <format>', 'Default; tables also CarbonData, CSV')
    .option('--train-ratio <ratio>', 'which part is for training: 0.80')
    .option('--label-task <id>', 'the label task it is made of')
    .option('--label-task-type <type>', 'or a type of label task, by number or name')
    .option('--keep-usage', 'keep what samples are used for')
    .option('--keep-hard', 'keep marks of hard samples')
    .option('--wait-for-slot', 'one version a minute is taken: wait for that instead of failing')
    .addHelpText(
      'after',
      '\nExample:\n  labelkit dataset publish pets --name V002 --train-ratio 0.80 --wait\n',
    )
    .action(async (name: string, flags: PublishFlags) => {
      const { datasetTypes } = await import('../../../src/dataset-io/cloud.js');
      const status = await statusName();
      const labelTaskType =
        flags.labelTaskType === undefined ? undefined : typeNumber(datasetTypes)(flags.labelTaskType);
      const version = await withDataset(name, flags, io, async (dataset): Promise<VersionInfo> => {
        const versionId = await dataset.createVersion({
          name: flags.name,
          description: flags.description,
          versionFormat: flags.versionFormat,
          trainEvaluateSampleRatio: flags.trainRatio,
          labelTaskId: flags.labelTask,
          labelTaskType,
          removeSampleUsage: flags.keepUsage === true ? false : undefined,
          clearHardProperty: flags.keepHard === true ? false : undefined,
          waitForVersionSlot: flags.waitForSlot,
          signal: io.signal,
        });
        if (flags.wait !== true) return { versionId };
        return await dataset.waitForVersion(
          versionId,
          waiting(flags, io, (found) => `version ${versionId}: ${status(found)}`),
        );
      });
      const { obsPath } = await import('../../../src/dataset-io/cloud.js');
      const { versionId, manifestPath } = version;
      const where = manifestPath === undefined ? '' : `, ${obsPath(manifestPath)}`;
      const verb = flags.wait === true ? 'published' : 'publishing';
      await printDone(flags, io, version, `${verb} version ${versionId}${where}`);
      done(exitCodes.done);
    });

  withServiceOptions(group.command('version'))
    .description('say what the service knows of a version, or delete it')
    .argument('<dataset>', 'id or name')
    .argument('<version>', 'id or name of the version')
    .option('--delete', 'delete the version')
    .option('--yes', 'it is meant')
    .addHelpText(
      'after',
      '\nExamples:\n  labelkit dataset version pets V001\n  labelkit dataset version pets V001 --delete --yes\n',
    )
    .action(async (name: string, version: string, flags: VersionFlags) => {
      if (flags.delete === true) checkYes(flags.yes, `deleting the version ${version}`);
      const found = await withDataset(name, flags, io, async (dataset) => {
        const info = await findVersion(dataset, version, io.signal);
        if (flags.delete === true) await dataset.deleteVersion(info.versionId, { signal: io.signal });
        return info;
      });
      if (flags.delete === true) {
        const { versionId, versionName } = found;
        await printDone(
          flags,
          io,
          { versionId, versionName, deleted: true },
          `deleted the version ${versionId}`,
        );
      } else {
        const [status, { obsPath }] = await Promise.all([
          statusName(),
          import('../../../src/dataset-io/cloud.js'),
        ]);
        await printFacts(flags, io, found, [
          ['id', found.versionId],
          ['name', found.versionName],
          ['status', status(found)],
          ['message', found.message],
          ['current', found.isCurrent === true ? 'yes' : ''],
          ['format', found.versionFormat],
          ['description', found.description],
          ['created', time(found.createTime)],
          ['manifest', found.manifestPath === undefined ? undefined : obsPath(found.manifestPath)],
          ['samples', found.totalSampleCount],
          ['labelled', found.annotatedSampleCount],
          ['train ratio', found.trainEvaluateSampleRatio],
          [
            'labels',
            (found.labelStats ?? []).map(({ name, count }) => `${name} ${cell(count)}`.trimEnd()).join(', '),
          ],
        ]);
      }
      done(exitCodes.done);
    });
}

/** The version with an id, or with exactly that name. @throws LabelkitError `NotFound`; ServiceError */
export async function findVersion(
  dataset: Dataset,
  idOrName: string,
  signal: AbortSignal,
): Promise<VersionInfo> {
  const listed = (await dataset.listVersions({ signal })).find(
    ({ versionId, versionName }) => versionId === idOrName || versionName === idOrName,
  );
  if (listed !== undefined) return await dataset.getVersionInfo(listed.versionId, { signal });
  throw new LabelkitError(
    'NotFound',
    `data set ${dataset.datasetId} has no version with the id or name ${JSON.stringify(idOrName)}`,
    { hint: `labelkit dataset versions ${dataset.datasetId} shows them.` },
  );
}

async function statusName(): Promise<(version: VersionInfo) => string> {
  const { versionStatus } = await import('../../../src/dataset-io/cloud.js');
  const names = { publishing: versionStatus.creating, published: versionStatus.running };
  return ({ status }) => nameOf({ ...names, ...versionStatus }, status);
}
