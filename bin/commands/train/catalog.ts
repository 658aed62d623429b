import { type Command, Option } from 'commander';
import type { FlavorOptions, TrainingEngine, TrainingFlavor } from '../../../src/dataset-io/cloud.js';
import { exitCodes } from '../../exit-codes.js';
import {
  cell,
  printList,
  type ServiceFlags,
  type Shell,
  withServiceOptions,
  withServices,
} from '../dataset/shared.js';
import { withLegacy } from './shared.js';

interface FlavorFlags extends ServiceFlags {
  readonly legacy?: boolean;
  readonly type?: FlavorOptions['flavorType'];
}

/** `labelkit train flavors|engines` */
export function addCatalog(group: Command, { io, done }: Shell): void {
  withLegacy(withServiceOptions(group.command('flavors')))
    .description('list what jobs can run on')
    .addOption(new Option('--type <type>', 'only of this type').choices(['CPU', 'GPU', 'Ascend']))
    .action(async (flags: FlavorFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyFlavors(flags, { io, done });
        return;
      }
      const { Estimator, mostNodes } = await import('../../../src/dataset-io/cloud.js');
      const flavors = await withServices(flags, io, (session) =>
        Estimator.getSpecList(session, { flavorType: flags.type, signal: io.signal }),
      );
      await printList<TrainingFlavor>(
        flags,
        io,
        {
          key: 'flavors',
          what: 'flavors',
          head: ['id', 'type', 'accelerator', 'memory', 'cores', 'nodes up to'],
          textColumns: 4,
          row: (flavor) => [
            cell(flavor.flavorId),
            cell(flavor.flavorType),
            accelerator(flavor),
            memory(flavor),
            cell(flavor.flavorInfo?.cpu?.coreNum),
            cell(mostNodes(flavor)),
          ],
        },
        flavors,
      );
      done(exitCodes.done);
    });

  withLegacy(withServiceOptions(group.command('engines')))
    .description('list preset frameworks and their versions')
    .action(async (flags: ServiceFlags & { readonly legacy?: boolean }) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyEngines(flags, { io, done });
        return;
      }
      const { Estimator } = await import('../../../src/dataset-io/cloud.js');
      const engines = await withServices(flags, io, (session) =>
        Estimator.getEngines(session, { signal: io.signal }),
      );
      await printList<TrainingEngine>(
        flags,
        io,
        {
          key: 'engines',
          what: 'engines',
          head: ['framework', 'version', 'id'],
          textColumns: 3,
          row: ({ engineName, engineVersion, engineId }) => [
            cell(engineName),
            cell(engineVersion),
            cell(engineId),
          ],
        },
        engines,
      );
      done(exitCodes.done);
    });
}

function accelerator({ flavorInfo }: TrainingFlavor): string {
  const { unitNum, productName } = flavorInfo?.gpu ?? flavorInfo?.npu ?? {};
  return productName === undefined ? '' : `${cell(unitNum)} ${productName}`.trim();
}

function memory({ flavorInfo }: TrainingFlavor): string {
  const { size, unit } = flavorInfo?.memory ?? {};
  return size === undefined ? '' : `${size} ${cell(unit)}`.trim();
}
