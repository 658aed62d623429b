/**
 * Runs the benchmarks and prints tables.
 *
 *   npm run bench                     every group, 5 rounds
 *   npm run bench -- --quick          3 rounds, without the groups that need gigabytes of data
 *   npm run bench -- manifest         the groups whose names begin with a word
 *   npm run bench -- --list           their names and questions
 *   npm run bench -- --check          exit code 1 when a wanted ratio is missed by more than 20 %
 *   npm run bench -- --clean          delete the generated data
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { localFolder, ownFolders } from './data/folder.mjs';
import { ensureSet, folderFor } from './data/sets.mjs';
import { groups } from './groups.mjs';
import { compare, disagreements, goodRuns, ratioOf } from './harness/compare.mjs';
import { startServer } from './harness/server.mjs';
import { median } from './harness/statistics.mjs';
import { formatRatios, formatRows } from './harness/table.mjs';
import { isBuilt } from './workloads/labelkit/library.mjs';

/** How far below a wanted ratio a run may fall before `--check` fails: machines differ. */
const slack = 0.2;

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    list: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
  },
});
const log = (/** @type {string} */ text) => console.error(text);

if (options.list) {
  for (const { name, question, large } of groups)
    console.log(`${name}${large ? ' (large)' : ''}\n  ${question}`);
} else if (options.clean) {
  for (const folder of ownFolders()) {
    rmSync(folder, { recursive: true });
    log(`deleted ${folder}`);
  }
} else {
  process.exitCode = await run();
}

/** @returns {Promise<number>} exit code: 0 done; 1 a workload failed, answers differ, or `--check` found a miss */
async function run() {
  const rounds = roundsWanted();
  const chosen = chooseGroups();
  const sets = [...new Set(chosen.flatMap((group) => group.sets))];
  const folder = folderFor(sets);
  /** @type {Map<string, import('./data/sets.mjs').ReadySet>} */
  const ready = new Map(sets.map((set) => [set.name, ensureSet(set, folder, log)]));
  const scratch = join(folder, 'scratch');
  const bench = {
    scratch,
    python: spawnSync('python3', ['--version']).status === 0 ? 'python3' : undefined,
    built: isBuilt(),
    ready: (/** @type {import('./data/sets.mjs').DataSet} */ set) => {
      const found = ready.get(set.name);
      if (found === undefined) throw new Error(`a group uses ${set.name} without listing it`);
      return found;
    },
  };
  if (!bench.built) log('labelkit is not built, so only limits and peers run: npm run build');

  const results = [];
  let failed = false;
  for (const group of chosen) {
    log(`\n${group.name}`);
    const server = group.server === undefined ? undefined : await startServer(group.server(bench));
    const contenders = group.contenders({ ...bench, server });
    const rows = compare(contenders, group.rounds?.(rounds) ?? rounds, scratch, log);
    await server?.stop();
    const ratios = group.ratios.map((ratio) => ratioOf(rows, ratio));
    const differences = disagreements(rows);
    console.log(`\n## ${group.name}\n\n${group.question}\n\n${formatRows(rows)}\n\n${formatRatios(ratios)}`);
    for (const text of differences) console.log(`\nDifferent answers: ${text}`);
    for (const { contender, runs } of rows) {
      for (const attempt of runs)
        if ('failure' in attempt) console.log(`\n${contender.name} failed:\n${attempt.failure}`);
    }
    failed ||= differences.length > 0 || rows.some((row) => row.runs.some((attempt) => 'failure' in attempt));
    if (options.check) failed ||= ratios.some(isMissed);
    results.push({
      name: group.name,
      question: group.question,
      rows: rows.map(({ contender: { command, set, ...rest }, runs }) => ({
        ...rest,
        set: set?.name,
        ...('absent' in command ? command : {}),
        runs,
      })),
      ratios,
    });
    const calibrations = rows.flatMap((row) => goodRuns(row).map((attempt) => attempt.calibrationMs));
    if (calibrations.length > 0) console.log(`\n${describeNoise(calibrations)}`);
  }

  mkdirSync(localFolder, { recursive: true });
  const path = join(localFolder, 'results.json');
  const data = [...ready.values()].map(({ name, items, bytes, sha256 }) => ({ name, items, bytes, sha256 }));
  writeFileSync(
    path,
    `${JSON.stringify({ machine: describeMachine(), rounds, data, groups: results }, null, 2)}\n`,
  );
  log(`\nevery run: ${path}`);
  return failed ? 1 : 0;
}

function roundsWanted() {
  const rounds = options.rounds === undefined ? (options.quick ? 3 : 5) : Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a whole number above 0, not ${options.rounds}`);
  return rounds;
}

function chooseGroups() {
  if (words.length === 0) return groups.filter(({ large }) => !(options.quick && large));
  return words.flatMap((word) => {
    const found = groups.filter(({ name }) => name === word || name.startsWith(`${word}-`));
    if (found.length === 0) throw new Error(`no group is called ${word}; see --list`);
    return found;
  });
}

/** @param {import('./harness/compare.mjs').RatioResult} result */
function isMissed({ ratio: { atLeast, atMost, atMostMb }, value }) {
  if (value === undefined) return false;
  if (atMostMb !== undefined) return value > atMostMb;
  if (atLeast !== undefined) return value < atLeast * (1 - slack);
  return atMost !== undefined && value > atMost * (1 + slack);
}

/** @param {readonly number[]} calibrations */
function describeNoise(calibrations) {
  const [least, middle, most] = [Math.min(...calibrations), median(calibrations), Math.max(...calibrations)];
  const noisy = middle > least * 1.15 || most > least * 1.5 ? ' (the machine was not quiet)' : '';
  return `Calibration loop: ${least.toFixed(0)}–${most.toFixed(0)} ms, median ${middle.toFixed(0)}${noisy}.`;
}

function describeMachine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
}
