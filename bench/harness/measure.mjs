import { spawnSync } from 'node:child_process';
import { calibrate } from './calibrate.mjs';

/**
 * One run of one workload in its own process.
 * @typedef {object} Run
 * @property {number} wholeMs from before the process is created until it has ended
 * @property {number | undefined} innerMs the work itself, as the workload reports it
 * @property {number | undefined} cpuMs processor time of the process, start-up included, as it reports it
 * @property {number | undefined} peakMb 10^6 bytes
 * @property {number} calibrationMs the fixed loop, just before
 * @property {Record<string, number>} answer
 *
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [env] variables besides those of this process
 * @property {(stdout: string) => Record<string, number>} [readAnswer] for a program that prints its answer
 */

const reportDescriptor = 3;

/**
 * Runs `command` and waits for its end.
 * @param {Command} command
 * @returns {Run | {failure: string}}
 */
export function measure(command) {
  const calibrationMs = calibrate();
  const start = performance.now();
  const child = spawnSync(command.program, command.args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...command.env, LABELKIT_BENCH_FD: String(reportDescriptor) },
    maxBuffer: 1 << 26,
  });
  const wholeMs = performance.now() - start;
  if (child.error !== undefined) return { failure: child.error.message };
  if (child.status !== 0)
    return { failure: lastLines(child.stderr.toString()) || `ended with ${child.status ?? child.signal}` };
  const text = child.output[reportDescriptor]?.toString() ?? '';
  const printed = command.readAnswer?.(child.stdout.toString()) ?? {};
  if (text === '')
    return {
      wholeMs,
      innerMs: undefined,
      cpuMs: undefined,
      peakMb: undefined,
      calibrationMs,
      answer: printed,
    };
  const { ms, cpuMs, peakKb, answer } = /** @type {import('./report.mjs').Report} */ (JSON.parse(text));
  return {
    wholeMs,
    innerMs: ms,
    cpuMs,
    peakMb: (peakKb * 1024) / 1e6,
    calibrationMs,
    answer: { ...answer, ...printed },
  };
}

/** @param {string} text */
const lastLines = (text) => text.trim().split('\n').slice(-12).join('\n');
