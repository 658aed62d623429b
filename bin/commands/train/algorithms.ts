import type { Command } from 'commander';
import type { BuiltinAlgorithm } from '../../../src/dataset-io/cloud.js';
import { exitCodes } from '../../exit-codes.js';
import {
  cell,
  notices,
  type PageFlags,
  printPages,
  type Shell,
  withPageOptions,
  withServiceOptions,
  withServices,
} from '../dataset/shared.js';

interface AlgorithmFlags extends PageFlags {
  readonly search?: string;
}

const usages: Readonly<Record<number, string>> = {
  1: 'classification',
  2: 'detection',
  3: 'segmentation',
  4: 'language',
  5: 'graph embedding',
};

/** `labelkit train algorithms` */
export function addAlgorithms(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('algorithms')))
    .description('list built-in algorithms of the old training')
    .option('--search <text>', 'only those with this in their name')
    .action(async (flags: AlgorithmFlags) => {
      const { LegacyEstimator } = await import('../../../src/dataset-io/cloud.js');
      await withServices(flags, io, (session) =>
        printPages<BuiltinAlgorithm>(flags, io, {
          key: 'algorithms',
          what: 'algorithms',
          head: ['name', 'for', 'precision', 'trained on', 'parameters', 'id'],
          textColumns: 5,
          row: ({ modelName, modelUsage, modelPrecision, modelTrainDataset, parameter, modelId }) => [
            modelName,
            usages[modelUsage ?? 0] ?? cell(modelUsage),
            cell(modelPrecision),
            cell(modelTrainDataset),
            Array.isArray(parameter)
              ? parameter.map(({ label, value }) => `${label}=${value}`).join(', ')
              : cell(parameter as string | undefined),
            cell(modelId),
          ],
          ask: async (page, perPage) => {
            const { algorithms, total } = await LegacyEstimator.getBuiltinAlgorithms(session, {
              page: page + 1,
              perPage,
              searchContent: flags.search,
              onNotice: notices(flags, io),
              signal: io.signal,
            });
            return { items: algorithms, total };
          },
        }),
      );
      done(exitCodes.done);
    });
}
