import type { Command } from 'commander';
import type { JobMetric } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { groupDigits } from '../../group-digits.js';
import { writeText } from '../../io.js';
import { duration } from '../../options.js';
import {
  cell,
  printJson,
  printList,
  type ServiceFlags,
  type Shell,
  withServiceOptions,
} from '../dataset/shared.js';
import { withJob } from './shared.js';

interface LogFlags extends ServiceFlags {
  readonly task: string;
  readonly follow?: boolean;
  readonly timeout?: number;
}

/** `labelkit train logs|metrics` */
export function addLogs(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('logs'))
    .description('print the end of the log of a job, or follow it')
    .argument('<job>', 'id or name')
    .option('--task <task>', 'whose log: worker-0, worker-1, …', 'worker-0')
    .option('--follow', 'print what is written as it comes, until the job has ended')
    .option('--timeout <time>', 'how long it is followed at most: 90s, 30m, 12h (default: no end)', duration)
    .action(async (job: string, flags: LogFlags) => {
      const { task: taskId, follow, json, quiet, timeout: timeoutMs } = flags;
      const say = (text: string) => {
        if (quiet !== true) io.stderr.write(`${text}\n`);
      };
      if (follow === true && json === true) {
        throw new OptionError('--follow and --json exclude each other', {
          hint: 'Follow the log as text, or ask for what there is of it.',
        });
      }
      if (follow !== true) {
        const log = await withJob(job, flags, io, (found) => found.getJobLog({ taskId, signal: io.signal }));
        if (json === true) await printJson(io, log);
        else await writeText(io.stdout, log.content);
        if (log.fullSize > log.currentSize)
          say(`the latest ${groupDigits(log.currentSize)} of ${groupDigits(log.fullSize)} bytes`);
      } else {
        await withJob(job, flags, io, async (found) => {
          const log = found.followLog({
            taskId,
            timeoutMs,
            signal: io.signal,
            onMissed: (bytes) => say(`${groupDigits(bytes)} bytes were written in between and are not shown`),
          });
          for (;;) {
            const { done: isOver, value } = await log.next();
            if (isOver === true) {
              say(`job ${found.jobId}: ${cell(value.status?.phase)}`);
              break;
            }
            await writeText(io.stdout, value);
          }
        });
      }
      done(exitCodes.done);
    });

  withServiceOptions(group.command('metrics'))
    .description('say how a job uses what it runs on: a value a minute')
    .argument('<job>', 'id or name')
    .option('--task <task>', 'whose: worker-0, worker-1, …', 'worker-0')
    .action(async (job: string, flags: LogFlags) => {
      const metrics = await withJob(job, flags, io, (found) =>
        found.getJobMetrics({ taskId: flags.task, signal: io.signal }),
      );
      await printList<JobMetric>(
        flags,
        io,
        {
          key: 'metrics',
          what: 'metrics',
          head: ['metric', 'values', 'least', 'mean', 'most', 'latest'],
          textColumns: 1,
          row: ({ metric, value }) => {
            const known = value.filter((one) => one !== null);
            if (known.length === 0) return [metric, '0', '', '', '', ''];
            const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
            const [least, most] = [Math.min(...known), Math.max(...known)];
            return [metric, `${known.length}`, ...[least, mean, most, known.at(-1)!].map(rounded)];
          },
        },
        metrics,
      );
      done(exitCodes.done);
    });
}

function rounded(number: number): string {
  return String(Math.round(number * 100) / 100);
}
