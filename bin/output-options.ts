import { type Command, Option } from 'commander';
import type { DataShard } from '../src/dataset-io/data-shard.js';
import type { ImageHandling } from '../src/dataset-io/writer.js';
import { type InputFlags, namedValue, withInputOptions, withShardOption } from './options.js';

/** Options that every command with an input and an output has. */
export interface OutputFlags extends InputFlags {
  readonly to?: string;
  readonly toOption?: Readonly<Record<string, string>>;
  readonly classes?: string;
  readonly mode: 'create' | 'overwrite' | 'append';
  readonly appendMode: 'rewrite' | 'refuse-normal';
  readonly onError?: 'fail' | 'skip' | 'quarantine';
  readonly quarantine?: string;
  readonly images: ImageHandling;
  readonly renameClashes?: boolean;
  readonly classLists?: boolean;
  readonly canonical?: boolean;
  readonly root?: string;
  readonly allowLoss?: string[];
  readonly shard?: DataShard;
}

/** Adds the options that every command with an input and an output has, those of the input among them. */
export function withOutputOptions(command: Command): Command {
  return withShardOption(withInputOptions(command))
    .option(
      '--to-option <name=value>',
      'an option of the format of the output; repeatable (labelkit formats <id> lists them)',
      namedValue,
    )
    .option(
      '--classes <list>',
      'classes in the order of their ids: a,b,c, @file with one on each line, or sorted (default: by first appearance)',
    )
    .addOption(
      new Option('--mode <mode>', 'what happens when the output exists')
        .choices(['create', 'overwrite', 'append'])
        .default('create'),
    )
    .addOption(
      new Option(
        '--append-mode <mode>',
        'appending to an object that was not made by appending: make it anew of itself and the lines, or refuse',
      )
        .choices(['rewrite', 'refuse-normal'])
        .default('rewrite'),
    )
    .addOption(
      new Option(
        '--on-error <policy>',
        'what happens to a record that cannot be read or written (default: fail)',
      ).choices(['fail', 'skip', 'quarantine']),
    )
    .option('--quarantine <path>', 'where such records are put aside: a file for lines, a folder for files')
    .addOption(
      new Option('--images <handling>', 'leave the images where they are, or put them beside the output')
        .choices(['reference', 'copy', 'link'])
        .default('reference'),
    )
    .option('--rename-clashes', 'number the later of two samples with one output name')
    .option('--class-lists', 'to voc: write <class>_<set>.txt lists too')
    .option('--canonical', 'manifest to manifest: rewrite every line in canonical key order and spelling')
    .option('--root <dir>', 'a directory that references of the input may not leave')
    .option('--allow-loss <feature...>', 'losses that do not make the exit status 1; "all" for any');
}
