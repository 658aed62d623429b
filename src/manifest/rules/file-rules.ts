import type { ContainerFacts } from '../../text/index.js';
import type { Reporter } from './context.js';
import type { FileTally } from './file-tally.js';
import { show } from './show.js';

const largestFile = 5 * 1024 ** 3;
const mostSamples = 1_000_000;
const mostLabels = 10_000;
/** Samples of each label, and multi-label samples if any, that splitting at publishing asks for. */
const leastSamples = 5;
const leastMultiLabel = 2;
/** Names listed in one message. */
const namesShown = 5;

/** Reports a fault of the file at a line, 1-based, or of the file as a whole. */
export type AtLine = (line: number | undefined) => Reporter;

/**
 * The rules that look at the finished file: M002, M007, M013–M015, M140, M144, M145.
 *
 * @param isPart there is more of the file: M013–M015 and M144 are left out
 */
export function checkFile(tally: FileTally, facts: ContainerFacts, isPart: boolean, at: AtLine): void {
  const { bom, crlfLine, bytes } = facts;
  if (bom === 'utf-8') at(1).add('M002', 'the file starts with a UTF-8 byte order mark');
  if (crlfLine !== undefined) at(crlfLine).add('M007', 'lines end with CR LF');
  if (!isPart && bytes > largestFile) {
    at(undefined).add('M013', `the file has ${bytes} bytes, the service takes ${largestFile}`);
  }
  if (!isPart && tally.samples === 0 && tally.otherLines === 0)
    at(undefined).add('M014', 'the file holds no samples');
  if (!isPart && tally.isLimitedKind()) checkLimits(tally, at(undefined));
  const types = tally.labellingTypes();
  if (types.length > 1) {
    const list = types.map(({ name, line }) => `${name} (from line ${line})`).join(', ');
    const second = types[1]!.line;
    at(second).add('M140', `the file carries ${types.length} labelling types: ${list}`, undefined, {
      hint: 'an import takes one; split the file by task',
    });
  }
  if (!isPart && tally.usages().size === 0) checkSplit(tally, at(undefined));
  for (const { names, line } of tally.labels.lookAlikes()) {
    at(line).add('M145', `labels differ only in case, width or normalisation: ${list(names)}`);
  }
}

function checkLimits(tally: FileTally, out: Reporter): void {
  if (tally.samples > mostSamples) {
    out.add('M015', `the file has ${tally.samples} samples, the service takes ${mostSamples}`);
  }
  if (tally.labels.size > mostLabels) {
    out.add('M015', `the file has ${tally.labels.size} labels, the service takes ${mostLabels}`);
  }
}

function checkSplit(tally: FileTally, out: Reporter): void {
  const rare = tally.labels.rare(leastSamples);
  if (rare.length > 0) {
    const names = list(rare.map(({ name }) => name));
    const what = rare.length === 1 ? '1 label is' : `${rare.length} labels are`;
    out.add('M144', `${what} on fewer than ${leastSamples} samples: ${names}`, undefined, {
      hint: 'splitting at publishing needs more',
    });
  }
  const multi = tally.labels.multiLabelSamples;
  if (multi > 0 && multi < leastMultiLabel) {
    out.add('M144', `only ${multi} sample has several labels, splitting needs ${leastMultiLabel}`);
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map(show).join(', ');
  return names.length > namesShown ? `${shown} and ${names.length - namesShown} more` : shown;
}
