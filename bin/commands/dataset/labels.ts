import { type Command, Option } from 'commander';
import type { BatchResult, Dataset, Label } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { writeText } from '../../io.js';
import { printable } from '../../text-table.js';
import {
  another,
  cell,
  checkYes,
  printJson,
  printList,
  type ServiceFlags,
  type Shell,
  typeNumber,
  withDataset,
  withServiceOptions,
} from './shared.js';
import { findVersion } from './versions.js';

interface Flags extends ServiceFlags {
  readonly of?: string;
  readonly add?: string[];
  readonly rename?: string[];
  readonly delete?: string[];
  readonly type?: string;
  readonly color?: string;
  readonly policy: 'labels' | 'samples' | 'files';
  readonly yes?: boolean;
}

/** `labelkit dataset labels` */
export function addLabels(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('labels'))
    .description('list the labels of a data set, or make, rename or delete some')
    .argument('<dataset>', 'id or name')
    .option('--of <version>', 'those of a version, by id or name')
    .option('--add <name>', 'make this label; repeatable', another)
    .option('--rename <old=new>', 'give a label another name; repeatable', another)
    .option('--delete <name>', 'delete this label; repeatable', another)
    .option('--type <type>', 'type of the labels, by number or name: 1, object-detection')
    .option('--color <#RRGGBB>', 'colour of the labels that are made')
    .addOption(
      new Option(
        '--policy <what>',
        'delete labels only, samples that have them as well, or files of those too',
      )
        .choices(['labels', 'samples', 'files'])
        .default('labels'),
    )
    .option('--yes', 'deleting is meant')
    .addHelpText(
      'after',
      `
Examples:
  labelkit dataset labels pets
  labelkit dataset labels pets --add cat --add dog --type object-detection
  labelkit dataset labels pets --rename kat=cat --type 1
  labelkit dataset labels pets --delete dog --yes
`,
    )
    .action(async (name: string, flags: Flags) => {
      const { labelTypes } = await import('../../../src/dataset-io/cloud.js');
      const type = flags.type === undefined ? undefined : typeNumber(labelTypes)(flags.type);
      const asked = [flags.add, flags.rename, flags.delete].filter((names) => names !== undefined);
      if (asked.length > 1) {
        throw new OptionError('labels are made, renamed or deleted one at a time', {
          hint: 'Say only one of --add, --rename and --delete.',
        });
      }
      if (flags.delete !== undefined) checkYes(flags.yes, 'deleting labels');
      const change = changeOf(flags, type);
      if (change !== undefined) {
        const result = await withDataset(name, flags, io, (dataset) => change.make(dataset, io.signal));
        if (flags.json === true) await printJson(io, result);
        else await writeText(io.stdout, textOf(change.verb, result));
        done(result.success ? exitCodes.done : exitCodes.data);
        return;
      }
      const labels = await withDataset(name, flags, io, async (dataset) => {
        const versionId =
          flags.of === undefined ? undefined : (await findVersion(dataset, flags.of, io.signal)).versionId;
        return await dataset.listLabels({ versionId, signal: io.signal });
      });
      const wanted = labels.filter((label) => type === undefined || label.type === type);
      await printList<Label>(
        flags,
        io,
        {
          key: 'labels',
          what: 'labels',
          head: ['name', 'type', 'colour'],
          textColumns: 3,
          row: ({ name, type: own, property = {} }) => [
            name,
            (own === undefined ? undefined : labelTypes.get(own)) ?? cell(own),
            String(property['@modelarts:color'] ?? ''),
          ],
        },
        wanted,
      );
      done(exitCodes.done);
    });
}

interface Change {
  readonly verb: string;
  readonly make: (dataset: Dataset, signal: AbortSignal) => Promise<BatchResult>;
}

/** What is to be changed; undefined when nothing is. @throws OptionError */
function changeOf({ add, rename, delete: gone, color, policy }: Flags, type?: number): Change | undefined {
  if ((add ?? rename) !== undefined && type === undefined) {
    throw new OptionError('the type of the labels is not given', {
      hint: 'Say --type, by number or name: 1, object-detection. (rule D021)',
    });
  }
  if (add !== undefined) {
    const property = color === undefined ? undefined : { '@modelarts:color': color };
    return {
      verb: 'made',
      make: (dataset, signal) =>
        dataset.createLabels(
          add.map((name) => ({ name, type, property })),
          { signal },
        ),
    };
  }
  if (rename !== undefined) {
    const labels = rename.map((text) => {
      const [old = '', name = '', ...more] = text.split('=');
      if (old !== '' && name !== '' && more.length === 0)
        return { name: old, type, property: { '@modelarts:rename_to': name } };
      throw new OptionError(`--rename ${JSON.stringify(text)} is not old=new`, {
        hint: 'Say --rename kat=cat.',
      });
    });
    return { verb: 'renamed', make: (dataset, signal) => dataset.updateLabels(labels, { signal }) };
  }
  if (gone === undefined) return undefined;
  const deletePolicy = ({ labels: 0, samples: 1, files: 2 } as const)[policy];
  return {
    verb: 'deleted',
    make: (dataset, signal) =>
      dataset.deleteLabels(
        gone.map((name) => ({ name, type })),
        { deletePolicy, confirm: true, signal },
      ),
  };
}

function textOf(verb: string, { results }: BatchResult): string {
  const failed = results.filter(({ success }) => !success);
  const lines = failed.map(({ item, errorMsg = 'the service does not say why', errorCode }) =>
    printable(`${item}: ${errorMsg}${errorCode === undefined ? '' : ` [${errorCode}]`}`),
  );
  lines.push(`${verb} ${results.length - failed.length} of ${results.length} labels`);
  return `${lines.join('\n')}\n`;
}
