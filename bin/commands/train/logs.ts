import type { Command } from 'commander';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { groupDigits } from '../../group-digits.js';
import { writeText } from '../../io.js';
import { duration } from '../../options.js';
import { cell, printJson, type ServiceFlags, type Shell, withServiceOptions } from '../dataset/shared.js';
import { printMetrics } from './metrics.js';
import { refuseFlags, withJob, withLegacyVersion } from './shared.js';

interface LogFlags extends ServiceFlags {
  readonly task: string;
  readonly file?: string;
  readonly version?: string;
  readonly legacy?: boolean;
  readonly follow?: boolean;
  readonly timeout?: number;
}

/** `labelkit train logs|metrics` */
export function addLogs(group: Command, { io, done }: Shell): void {
  withLegacyVersion(withServiceOptions(group.command('logs')))
    .description('print the end of the log of a job, or follow it')
    .argument('<job>', 'id or name')
    .option('--task <task>', 'whose log: worker-0, worker-1, …', 'worker-0')
    .option('--follow', 'print what is written as it comes, until the job has ended')
    .option('--timeout <time>', 'how long it is followed at most: 90s, 30m, 12h (default: no end)', duration)
    .option('--file <name>', 'with --legacy: which log file (default: the first)')
    .action(async (job: string, flags: LogFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyLogs(job, flags, { io, done });
        return;
      }
      refuseFlags({ file: flags.file, version: flags.version }, 'the old training only: say --legacy too');
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

  withLegacyVersion(withServiceOptions(group.command('metrics')))
    .description('say how a job uses what it runs on: a value a minute')
    .argument('<job>', 'id or name')
    .option('--task <task>', 'whose: worker-0, worker-1, …', 'worker-0')
    .action(async (job: string, flags: LogFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacyMetrics(job, flags, { io, done });
        return;
      }
      const metrics = await withJob(job, flags, io, (found) =>
        found.getJobMetrics({ taskId: flags.task, signal: io.signal }),
      );
      await printMetrics(metrics, flags, io);
      done(exitCodes.done);
    });
}
