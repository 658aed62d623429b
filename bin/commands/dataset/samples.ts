import { type Command, Option } from 'commander';
import type { SampleInfo, SampleSearch } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { writeText } from '../../io.js';
import { numberFrom } from '../../options.js';
import { printable } from '../../text-table.js';
import {
  cell,
  checkYes,
  jsonOf,
  type PageFlags,
  printFacts,
  printJson,
  printPages,
  type ServiceFlags,
  type Shell,
  time,
  typeNumber,
  withDataset,
  withPageOptions,
  withServiceOptions,
} from './shared.js';
import { findVersion } from './versions.js';

interface SamplesFlags extends PageFlags {
  readonly sample?: string;
  readonly of?: string;
  readonly state?: string;
  readonly label?: string;
  readonly labelType?: string;
  readonly minScore?: number;
  readonly maxScore?: number;
  readonly order?: 'asc' | 'desc';
  readonly search?: string;
}

interface DeleteFlags extends ServiceFlags {
  readonly deleteSource?: boolean;
  readonly yes?: boolean;
}

const states: Readonly<Record<string, string>> = { labelled: '__ALL__', unlabelled: '__NONE__' };

/** `labelkit dataset samples|delete-samples` */
export function addSamples(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('samples')))
    .description('list samples of a data set; addresses are shown without what signs them')
    .argument('<dataset>', 'id or name')
    .option('--sample <id>', 'only this one, with all that is known of it')
    .option('--of <version>', 'those of a version, by id or name')
    .option('--state <state>', 'labelled, unlabelled, or a word of the service: __UNCHECK__, __ACCEPTED__…')
    .option('--label <name>', 'only those with this label')
    .option('--label-type <type>', 'and of this type, by number or name')
    .option('--min-score <n>', 'only labels with such a score', numberFrom(0))
    .option('--max-score <n>', 'only labels with such a score', numberFrom(0))
    .addOption(new Option('--order <order>', 'which way').choices(['asc', 'desc']))
    .option('--search <json>', 'search conditions, [{"sampleName": "a"}], or @file')
    .addHelpText(
      'after',
      '\nExamples:\n  labelkit dataset samples pets --state unlabelled --limit 50\n  labelkit dataset samples pets --of V001 --all --json\n',
    )
    .action(async (name: string, flags: SamplesFlags) => {
      const { labelTypes } = await import('../../../src/dataset-io/cloud.js');
      const labelType = flags.labelType === undefined ? undefined : typeNumber(labelTypes)(flags.labelType);
      const searchConditions = flags.search === undefined ? undefined : await searchOf(flags.search);
      await withDataset(name, flags, io, async (dataset) => {
        if (flags.sample !== undefined) {
          const sample = await dataset.getSampleInfo(flags.sample, { signal: io.signal });
          await printFacts(flags, io, sample, [
            ['id', sample.sampleId],
            ['name', sample.sampleName],
            ['status', sample.sampleStatus],
            ['source', sample.source],
            ['size', sample.sampleSize],
            ['time', time(sample.sampleTime)],
            ['labels', labelsOf(sample)],
            ['metadata', sample.metadata === undefined ? '' : JSON.stringify(sample.metadata)],
          ]);
          return;
        }
        const versionId =
          flags.of === undefined ? undefined : (await findVersion(dataset, flags.of, io.signal)).versionId;
        await printPages<SampleInfo>(flags, io, {
          key: 'samples',
          what: 'samples',
          head: ['id', 'name', 'status', 'labels'],
          textColumns: 4,
          row: (sample) => [
            sample.sampleId,
            sample.sampleName ?? (sample.source ?? '').split('/').at(-1) ?? '',
            cell(sample.sampleStatus),
            labelsOf(sample),
          ],
          ask: async (offset, limit) => {
            const { samples, total } = await dataset.listSamples({
              versionId,
              sampleState: flags.state === undefined ? undefined : (states[flags.state] ?? flags.state),
              labelName: flags.label,
              labelType,
              lowScore: flags.minScore,
              highScore: flags.maxScore,
              order: flags.order,
              searchConditions,
              offset,
              limit,
              signal: io.signal,
            });
            return { items: samples, total };
          },
        });
      });
      done(exitCodes.done);
    });

  withServiceOptions(group.command('delete-samples'))
    .description('delete samples of a data set; their files stay, unless it is said otherwise')
    .argument('<dataset>', 'id or name')
    .argument('<sample...>', 'ids of samples')
    .option(
      '--delete-source',
      'delete their files as well: versions that name them break; no effect on texts',
    )
    .option('--yes', 'it is meant')
    .addHelpText('after', '\nExample:\n  labelkit dataset delete-samples pets 0a1b… 2c3d… --yes\n')
    .action(async (name: string, samples: string[], flags: DeleteFlags) => {
      checkYes(flags.yes, 'deleting samples');
      const result = await withDataset(name, flags, io, (dataset) =>
        dataset.deleteSamples(samples, { deleteSource: flags.deleteSource, signal: io.signal }),
      );
      const failed = result.results.filter(({ success }) => !success);
      if (flags.json === true) {
        await printJson(io, result);
      } else {
        const lines = failed.map(({ item, errorMsg = 'the service does not say why', errorCode }) =>
          printable(`${item}: ${errorMsg}${errorCode === undefined ? '' : ` [${errorCode}]`}`),
        );
        const count = result.results.length - failed.length;
        lines.push(`deleted ${count} of ${result.results.length} samples`);
        await writeText(io.stdout, `${lines.join('\n')}\n`);
      }
      done(result.success ? exitCodes.done : exitCodes.data);
    });
}

function labelsOf({ labels = [] }: SampleInfo): string {
  return [...new Set(labels.map(({ name }) => name))].join(', ');
}

async function searchOf(text: string): Promise<SampleSearch[]> {
  const value = await jsonOf(text, '--search');
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((one) => typeof one === 'object' && one !== null)) return list;
  throw new OptionError('--search holds no conditions', { hint: 'Say [{"sampleName": "a"}].' });
}
