import type { Progress } from '../src/dataset-io/progress.js';
import { OptionError } from '../src/model/index.js';
import { groupDigits } from './group-digits.js';
import type { CommandIo } from './io.js';

/** Work that is done sooner shows nothing. */
const firstAfterMs = 500;
/** A bar is redrawn at most this often; plain lines, for logs, come much more rarely. */
const barEveryMs = 100;
const lineEveryMs = 10_000;

function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}m`;
}

/** Bytes in the unit that gives the fewest digits: `12.3 MB`. Units are powers of 1000. */
function byteText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** Share of the work done, 0…1, from whichever total is known. */
function share({ items, bytes, totalItems, totalBytes }: Progress): number | undefined {
  if (totalBytes !== undefined && totalBytes > 0) return Math.min(1, bytes / totalBytes);
  if (totalItems !== undefined && totalItems > 0) return Math.min(1, items / totalItems);
  return undefined;
}

const phaseVerbs = { 'first-pass': 'read', write: 'written' } as const;

function counted(verb: string, { items, phase }: Progress): string {
  return `${phase === undefined ? verb : phaseVerbs[phase]} ${groupDigits(items)}`;
}

/** Bytes and findings, where there are any: `12.3 MB  4 findings`. */
function amounts({ bytes, findings = 0, phase }: Progress): string[] {
  return [
    ...(bytes > 0 && phase !== 'write' ? [byteText(bytes)] : []),
    ...(findings > 0 ? [`${groupDigits(findings)} ${findings === 1 ? 'finding' : 'findings'}`] : []),
  ];
}

/** One line of progress: what has been done, how fast, and how long the rest will take where that is known. */
export function progressLine(verb: string, progress: Progress, seconds: number): string {
  const { items, totalItems } = progress;
  const done = share(progress);
  const of = totalItems === undefined ? '' : ` of ${groupDigits(totalItems)}`;
  const parts = [counted(verb, progress) + of];
  if (done !== undefined) parts.push(`${Math.floor(done * 100)}%`);
  parts.push(`${groupDigits(seconds > 0 ? items / seconds : 0)}/s`);
  if (done !== undefined && done > 0 && done < 1)
    parts.push(`ETA ${duration((seconds * (1 - done)) / done)}`);
  return [...parts, ...amounts(progress)].join('  ');
}

/** The line that stays when the work is done: `checked 1,500 in 3.0 s  500/s  12.3 MB  4 findings`. */
export function summaryLine(verb: string, progress: Progress, seconds: number): string {
  const rate = seconds > 0 ? progress.items / seconds : 0;
  return [
    `${counted(verb, progress)} in ${seconds.toFixed(1)} s`,
    `${groupDigits(rate)}/s`,
    ...amounts(progress),
  ].join('  ');
}

type Way = 'bar' | 'lines' | 'none';

/**
 * Where progress goes: a terminal gets a bar; nothing else gets anything, unless `LABELKIT_PROGRESS` says `lines`.
 *
 * @throws OptionError for another value of it
 */
function wayOf({ env, stderr }: CommandIo, quiet: boolean): Way {
  const wanted = env['LABELKIT_PROGRESS'] ?? '';
  if (!['', 'lines', 'none'].includes(wanted))
    throw new OptionError(`LABELKIT_PROGRESS is ${JSON.stringify(wanted)}`, {
      hint: 'It is lines or none; without it a terminal gets a bar, and nothing else anything.',
    });
  if (quiet || wanted === 'none') return 'none';
  if (wanted === 'lines') return 'lines';
  return stderr.isTTY === true ? 'bar' : 'none';
}

/**
 * Shows on stderr how work goes on: a bar that redraws itself on a terminal, or a line now and then; at the end one line
 * that sums up, unless all was over too soon to be shown. {@link update} is called once per batch, as `onProgress`.
 */
export class ProgressBar {
  private readonly way: Way;
  private readonly began = performance.now();
  private phaseBegan = this.began;
  private shown = this.began;
  private wasShown = false;
  private drawn = false;
  private phase: Progress['phase'];
  /** What the summary is about: the latest but for putting files into place. */
  private work: Progress | undefined;

  /** @throws OptionError for a bad `LABELKIT_PROGRESS` */
  constructor(
    private readonly io: CommandIo,
    private readonly verb: string,
    quiet: boolean,
  ) {
    this.way = wayOf(io, quiet);
  }

  readonly update = (progress: Progress): void => {
    if (this.way === 'none') return;
    const now = performance.now();
    if (progress.phase !== this.phase) {
      this.phase = progress.phase;
      this.phaseBegan = now;
    }
    if (progress.phase !== 'write') this.work = progress;
    const every = this.way === 'lines' ? lineEveryMs : this.wasShown ? barEveryMs : firstAfterMs;
    if (now - this.shown < every) return;
    this.shown = now;
    this.wasShown = true;
    const line = progressLine(this.verb, progress, (now - this.phaseBegan) / 1000);
    if (this.way === 'lines') this.io.stderr.write(`${line}\n`);
    else this.draw(line, share(progress));
  };

  private draw(line: string, done: number | undefined): void {
    const width = (this.io.stderr.columns ?? 80) - 1;
    const room = width - line.length - 3;
    let bar = '';
    if (done !== undefined && room >= 10) {
      const cells = Math.min(room, 30);
      const full = Math.round(done * cells);
      bar = `[${'#'.repeat(full)}${'-'.repeat(cells - full)}] `;
    }
    this.io.stderr.write(`\r\u001b[K${(bar + line).slice(0, width)}`);
    this.drawn = true;
  }

  /** Runs work that calls {@link update}: at its end the bar goes, and where it succeeded, the summary comes. */
  async during<R>(work: () => Promise<R>): Promise<R> {
    try {
      const result = await work();
      this.finish();
      return result;
    } finally {
      this.clear();
    }
  }

  /** Takes the bar off the terminal and sums up. */
  finish(): void {
    this.clear();
    if (this.work === undefined || !(this.wasShown || this.way === 'lines')) return;
    const seconds = (performance.now() - this.began) / 1000;
    this.io.stderr.write(`${summaryLine(this.verb, this.work, seconds)}\n`);
  }

  /** Takes the bar off the terminal, before anything else is printed. */
  clear(): void {
    if (!this.drawn) return;
    this.drawn = false;
    this.io.stderr.write('\r\u001b[K');
  }
}
