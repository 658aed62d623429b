import type { Progress } from '../src/dataset-io/progress.js';
import { groupDigits } from './group-digits.js';
import type { CommandIo } from './io.js';

/** A bar is redrawn at most this often; plain lines, for logs, come much more rarely. */
const barEveryMs = 100;
const lineEveryMs = 10_000;

function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}m`;
}

/** Share of the work done, 0…1, from whichever total is known. */
function share({ items, bytes, totalItems, totalBytes }: Progress): number | undefined {
  if (totalBytes !== undefined && totalBytes > 0) return Math.min(1, bytes / totalBytes);
  if (totalItems !== undefined && totalItems > 0) return Math.min(1, items / totalItems);
  return undefined;
}

/** One line of progress: what has been done, how fast, and how long the rest will take where that is known. */
export function progressLine(reading: string, progress: Progress, seconds: number): string {
  const verb = progress.phase === 'write' ? 'written' : reading;
  const rate = seconds > 0 ? progress.items / seconds : 0;
  const done = share(progress);
  const parts = [`${verb} ${groupDigits(progress.items)}`];
  if (progress.totalItems !== undefined) parts[0] += ` of ${groupDigits(progress.totalItems)}`;
  if (done !== undefined) parts.push(`${Math.floor(done * 100)}%`);
  parts.push(`${groupDigits(rate)}/s`);
  if (done !== undefined && done > 0 && done < 1)
    parts.push(`ETA ${duration((seconds * (1 - done)) / done)}`);
  return parts.join('  ');
}

/**
 * Shows progress on stderr: a bar that redraws itself on a terminal, a line now and then elsewhere,
 * nothing when quiet. Call {@link update} once per batch, and {@link clear} before anything else is printed.
 */
export class ProgressBar {
  private started = performance.now();
  private phase: Progress['phase'];
  private shown = 0;
  private drawn = false;

  constructor(
    private readonly io: CommandIo,
    private readonly verb: string,
    private readonly quiet: boolean,
  ) {
    this.shown = this.started;
  }

  readonly update = (progress: Progress): void => {
    if (this.quiet) return;
    const now = performance.now();
    if (progress.phase !== this.phase) {
      this.phase = progress.phase;
      this.started = now;
    }
    const terminal = this.io.stderr.isTTY === true;
    if (now - this.shown < (terminal ? barEveryMs : lineEveryMs)) return;
    this.shown = now;
    const line = progressLine(this.verb, progress, (now - this.started) / 1000);
    if (!terminal) {
      this.io.stderr.write(`${line}\n`);
      return;
    }
    const width = (this.io.stderr.columns ?? 80) - 1;
    const done = share(progress);
    const room = width - line.length - 3;
    let bar = '';
    if (done !== undefined && room >= 10) {
      const cells = Math.min(room, 30);
      const full = Math.round(done * cells);
      bar = `[${'#'.repeat(full)}${'-'.repeat(cells - full)}] `;
    }
    this.io.stderr.write(`\r\u001b[K${(bar + line).slice(0, width)}`);
    this.drawn = true;
  };

  /** Takes the bar off the terminal. */
  clear(): void {
    if (!this.drawn) return;
    this.drawn = false;
    this.io.stderr.write('\r\u001b[K');
  }
}
