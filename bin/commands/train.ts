import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.js';
import type { CommandIo } from '../io.js';
import { addAlgorithms } from './train/algorithms.js';
import { addCatalog } from './train/catalog.js';
import { addConfigs } from './train/config.js';
import { addJobs } from './train/jobs.js';
import { addLogs } from './train/logs.js';
import { addSubmit } from './train/submit.js';

const help = `
<job> is an id, or a name that exactly one job has.

Examples:
  labelkit train flavors --type GPU
  labelkit train submit --dataset pets --version V001 --framework PyTorch --framework-version PyTorch-1.4.0-python3.6 \\
    --code obs://bucket/code/ --boot train.py --flavor modelarts.p3.large.public --param epochs=10
  labelkit train submit --from-file job.yaml --follow
  labelkit train logs job-1 --follow
  labelkit train jobs --phase Running --all
`;

/** `labelkit train …`: training jobs of ModelArts. */
export function addTrain(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const group = program
    .command('train')
    .description('training jobs of ModelArts: submit, follow, measure, stop; what they can run on')
    .addHelpText('after', help);
  const shell = { io, done };
  addSubmit(group, shell);
  addJobs(group, shell);
  addLogs(group, shell);
  addCatalog(group, shell);
  addAlgorithms(group, shell);
  addConfigs(group, shell);
}
