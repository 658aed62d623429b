import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.js';
import type { CommandIo } from '../io.js';
import { addDatasets } from './dataset/datasets.js';
import { addLabels } from './dataset/labels.js';
import { addProcessorTasks } from './dataset/processor-tasks.js';
import { addSamples } from './dataset/samples.js';
import { addSmartTasks } from './dataset/smart-tasks.js';
import { addTasks } from './dataset/tasks.js';
import { addVersions } from './dataset/versions.js';

const help = `
<dataset> is an id, or a name that is exactly that of a data set.

Examples:
  labelkit dataset list --all
  labelkit dataset create pets --data obs://bucket/pets/ --work-path obs://bucket/work/ --data-type IMAGE --wait
  labelkit dataset import pets obs://bucket/pets/V1.manifest --wait
  labelkit dataset publish pets --name V001 --wait
  labelkit dataset samples pets --label cat --all --json > cats.json
`;

/** `labelkit dataset …`: data sets of ModelArts, with their versions, samples, labels and tasks. */
export function addDataset(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const group = program
    .command('dataset')
    .description('data sets of ModelArts: versions, samples, labels, imports, exports, label tasks')
    .addHelpText('after', help);
  const shell = { io, done };
  addDatasets(group, shell);
  addVersions(group, shell);
  addSamples(group, shell);
  addLabels(group, shell);
  addTasks(group, shell);
  const tasks = group.command('tasks').description('tasks that label, group and process data by themselves');
  addSmartTasks(tasks, shell);
  addProcessorTasks(tasks, shell);
}
