import { readFileSync, writeSync } from 'node:fs';

/**
 * What a workload's process tells the runner.
 * @typedef {object} Report
 * @property {number} ms time of the work itself, after start-up
 * @property {number} cpuMs processor time of all its threads since it began
 * @property {number} peakKb highest resident memory of the process, in KiB
 * @property {Record<string, number>} answer what the work found; runs that answer the same question must agree
 */

/**
 * Ends a workload: sends its result to the runner, or prints it when the script is run by hand.
 * @param {number} ms
 * @param {Record<string, number>} answer
 */
export function report(ms, answer) {
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1000;
  const text = `${JSON.stringify({ ms, cpuMs, peakKb: peakKilobytes(), answer })}\n`;
  writeSync(Number(process.env['LABELKIT_BENCH_FD'] ?? 1), text);
}

/**
 * Highest resident memory of this process, KiB. On Linux from the kernel's mark for this program image:
 * `maxRSS` there starts from the peak of the process that spawned it.
 */
function peakKilobytes() {
  if (process.platform === 'linux') {
    const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (mark !== null) return Number(mark[1]);
  }
  return process.resourceUsage().maxRSS;
}
