import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cocoSet, manifestSet, photoSet, vocBoxesSet, vocManifestSet, vocSet } from './data/sets.mjs';
import { vocLabels } from './data/voc.mjs';
import { commandUrl } from './workloads/labelkit/library.mjs';

/**
 * @typedef {import('./data/sets.mjs').DataSet} DataSet
 * @typedef {import('./data/sets.mjs').ReadySet} ReadySet
 * @typedef {import('./harness/compare.mjs').Contender} Contender
 * @typedef {import('./harness/compare.mjs').Ratio} Ratio
 * @typedef {import('./harness/measure.mjs').Command} Command
 * @typedef {import('./harness/server.mjs').RunningServer} RunningServer
 *
 * @typedef {object} Bench
 * @property {(set: DataSet) => ReadySet} ready
 * @property {string} scratch folder for outputs, empty before each run
 * @property {string | undefined} python its program, when there is one
 * @property {boolean} built whether `dist` is there
 * @property {RunningServer} [server] of a group that asks for one
 *
 * @typedef {object} Group
 * @property {string} name
 * @property {string} question
 * @property {readonly DataSet[]} sets
 * @property {boolean} [large] left out of `--quick` unless named: gigabytes of data
 * @property {(rounds: number) => number} [rounds] where the usual number does not suit
 * @property {(bench: Bench) => string[]} [server] arguments of an object storage server that runs meanwhile
 * @property {(bench: Bench) => Contender[]} contenders
 * @property {readonly Ratio[]} ratios
 */

const lines1M = manifestSet(1_000_000);
const lines10M = manifestSet(10_000_000);
const lines1700k = manifestSet(1_700_000); // 1 GB
const lines100 = manifestSet(100);
const files20k = vocSet(20_000);
const files100k = vocSet(100_000);
const files200k = vocSet(200_000);
const images40k = cocoSet(40_000); // 180 MB
const images20k = cocoSet(20_000);
const boxes20k = vocBoxesSet(20_000);
const lines20k = vocManifestSet(20_000);

const photos50 = photoSet(50); // 12 megapixels each

/** Conversions that are held against their two halves. */
const conversions = /** @type {const} */ ([
  { from: 'voc', set: files20k, to: 'coco', options: {} },
  { from: 'voc', set: files20k, to: 'manifest', options: {} },
  { from: 'manifest', set: lines20k, to: 'yolo', options: { shapes: 'bbox' } },
  { from: 'coco', set: images20k, to: 'voc', options: {} },
  { from: 'coco', set: images20k, to: 'yolo', options: { shapes: 'bbox' } },
]);

/** Objects that only the server has. @type {(name: string, items: number, bytes: number) => ReadySet} */
const objects = (name, items, bytes) => ({ name, path: `obs://bench/${name}`, items, bytes, sha256: '' });
const smallObjects = objects('small/', 2_000, 2_000 * 5_000);
const uploaded = (/** @type {number} */ items) => objects(`up-${items}/`, items, items * 5_000);
const limitedObject = objects('limited', 1, 300_000_000);
const bytesPerSecond = 50_000_000;

/** What is compared with what, in the order in which it runs. @type {readonly Group[]} */
export const groups = [
  {
    name: 'manifest-read',
    question: 'Parse every line of a manifest and look at two members of it: how near to JSON.parse itself?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      return [
        limit('scan', 'read and find the lines', set, node('limits/scan.mjs', set.path)),
        limit(
          'json-parse',
          'JSON.parse of decoded lines, alone',
          set,
          node('limits/json-parse.mjs', set.path),
        ),
        limit(
          'scan+json-parse',
          'scan, decode, JSON.parse',
          set,
          node('limits/scan-json-parse.mjs', set.path),
        ),
        peer('readline', 'node:readline and JSON.parse', set, node('peers/readline.mjs', set.path)),
        peer('python-json', 'json.loads per line', set, python(bench, 'peers/json_lines.py', set.path)),
        labelkit('manifest-read', 'readManifestBatches', set, library(bench, 'manifest-read.mjs', set.path)),
        labelkit(
          'manifest-read-labels',
          'and name, type, loc, confidence of every annotation',
          set,
          library(bench, 'manifest-read-labels.mjs', set.path),
        ),
        labelkit('manifest-read-x2', 'two workers', set, library(bench, 'manifest-read-x2.mjs', set.path)),
      ];
    },
    ratios: [
      { of: 'manifest-read', against: 'json-parse', by: 'inner', atLeast: 0.8 },
      { of: 'manifest-read-labels', against: 'json-parse', by: 'inner', atLeast: 0.8 },
      { of: 'manifest-read', against: 'scan+json-parse', by: 'inner', atLeast: 0.85 },
      { of: 'manifest-read', against: 'readline', by: 'inner', atLeast: 1.7 },
      { of: 'manifest-read', against: 'python-json', by: 'whole', atLeast: 1.5 },
      { of: 'manifest-read-x2', against: 'manifest-read', by: 'inner', atLeast: 1.75 },
    ],
  },
  {
    name: 'manifest-validate',
    question: 'Check every rule on a valid manifest: what do the rules cost on top of parsing?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      return [
        limit(
          'json-parse',
          'JSON.parse of decoded lines, alone',
          set,
          node('limits/json-parse.mjs', set.path),
        ),
        limit(
          'scan+json-parse',
          'scan, decode, JSON.parse',
          set,
          node('limits/scan-json-parse.mjs', set.path),
        ),
        labelkit('manifest-validate', 'validate --jobs 1', set, validate(bench, set, 1)),
        labelkit('manifest-validate-x2', 'validate --jobs 2', set, validate(bench, set, 2)),
      ];
    },
    ratios: [
      { of: 'manifest-validate', against: 'json-parse', by: 'inner', atLeast: 0.55 },
      { of: 'manifest-validate', against: 'scan+json-parse', by: 'inner' },
      { of: 'manifest-validate-x2', against: 'manifest-validate', by: 'inner', atLeast: 1.7 },
    ],
  },
  {
    name: 'manifest-rewrite',
    question: 'Read a manifest and write it again byte for byte: how near to a copy?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      const output = join(bench.scratch, 'output.manifest');
      const readAnswer = () => ({ outputChecksum: checksum(output) });
      return [
        limit('copy', 'read and write 1 MB pieces', set, {
          ...node('limits/copy.mjs', set.path, output),
          readAnswer,
        }),
        limit('scan+json-parse', 'parse, write nothing', set, node('limits/scan-json-parse.mjs', set.path)),
        labelkit('manifest-rewrite', 'convert --to manifest', set, convert(bench, set, output, readAnswer)),
      ];
    },
    ratios: [
      { of: 'manifest-rewrite', against: 'copy', by: 'inner', atLeast: 0.6 },
      { of: 'manifest-rewrite', against: 'scan+json-parse', by: 'inner' },
    ],
  },
  {
    name: 'manifest-filter',
    question: 'Keep the lines of one usage: how near to a search that knows nothing of JSON?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      const output = join(bench.scratch, 'output.manifest');
      const readAnswer = () => ({ outputChecksum: checksum(output) });
      /** @param {string} program @param {string} command over `$1`, into `$2` */
      const shell = (program, command) =>
        spawnSync(program, ['--version']).error === undefined
          ? { program: 'sh', args: ['-c', `LC_ALL=C exec ${command}`, 'sh', set.path, output], readAnswer }
          : { absent: `no ${program}` };
      return [
        peer('grep', 'grep -F, of the bytes', set, shell('grep', `grep -F '"usage":"TRAIN"' "$1" > "$2"`)),
        peer(
          'jq',
          'jq -c, every line parsed and written anew',
          set,
          shell('jq', `jq -c 'select(.usage == "TRAIN")' "$1" > "$2"`),
        ),
        limit('scan+json-parse', 'parse, write nothing', set, node('limits/scan-json-parse.mjs', set.path)),
        labelkit(
          'manifest-filter',
          'filter --usage TRAIN, every line checked',
          set,
          bench.built
            ? {
                ...bare(
                  bench,
                  'filter',
                  set.path,
                  output,
                  '--usage',
                  'TRAIN',
                  '--mode',
                  'overwrite',
                  '--quiet',
                ),
                readAnswer,
              }
            : notBuilt,
        ),
      ];
    },
    ratios: [
      { of: 'manifest-filter', against: 'grep', by: 'whole', atLeast: 0.5 },
      { of: 'manifest-filter', against: 'jq', by: 'whole', atLeast: 8 },
      { of: 'manifest-filter', against: 'scan+json-parse', by: 'whole' },
      { of: 'manifest-filter', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'manifest-split',
    question: 'Split a manifest into three, at random, by hash and by lines: how near to a copy?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      const output = join(bench.scratch, 'parts');
      const two = (/** @type {string} */ name) => join(bench.scratch, name);
      const ratios = ['--ratio', 'train=0.8,eval=0.1,test=0.1', '--reassign', '--no-labels'];
      return [
        limit('cp', 'cp', set, { program: 'cp', args: [set.path, two('copy')] }),
        peer('mawk', 'a random number for each line, two files', set, {
          program: 'mawk',
          args: [`BEGIN{srand(1)}{if(rand()<0.8)print>"${two('a')}";else print>"${two('b')}"}`, set.path],
        }),
        labelkit('split-hash', 'split --by hash', set, split(bench, set, output, '--by', 'hash', ...ratios)),
        labelkit('split-random', 'split --by random', set, split(bench, set, output, ...ratios)),
        labelkit(
          'split-lines',
          'split --by lines --count',
          set,
          split(bench, set, output, '--by', 'lines', '--count', 'train=800000,eval=100000,test'),
        ),
        labelkit(
          'split-stratified',
          'split --stratify --no-join: labels of every line',
          set,
          split(bench, set, output, '--stratify', '--no-join', '--reassign', ...ratios.slice(0, 2)),
        ),
      ];
    },
    ratios: [
      { of: 'split-hash', against: 'cp', by: 'whole', atLeast: 0.5 },
      { of: 'split-hash', against: 'mawk', by: 'whole', atLeast: 1 },
      { of: 'split-random', against: 'cp', by: 'whole', atLeast: 0.5 },
      { of: 'split-random', against: 'mawk', by: 'whole', atLeast: 1 },
      { of: 'split-lines', against: 'cp', by: 'whole', atLeast: 0.8 },
      { of: 'split-stratified', against: 'cp', by: 'whole' },
    ],
  },
  {
    name: 'manifest-dedupe',
    question: 'Leave out samples whose id repeats: what does it take, and how much memory?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      const output = join(bench.scratch, 'output.manifest');
      return [
        limit('scan+json-parse', 'parse, write nothing', set, node('limits/scan-json-parse.mjs', set.path)),
        labelkit('dedupe-id', 'dedupe --by id', set, dedupe(bench, set, output, 'id')),
        labelkit('dedupe-source', 'dedupe --by source', set, dedupe(bench, set, output, 'source')),
      ];
    },
    ratios: [
      { of: 'dedupe-id', against: 'scan+json-parse', by: 'inner' },
      { of: 'dedupe-source', against: 'scan+json-parse', by: 'inner' },
    ],
  },
  {
    name: 'manifest-stats',
    question: 'Count usages, labels and types of a manifest with two threads: as fast as a database?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      return [
        limit('scan', 'read and find the lines', set, node('limits/scan.mjs', set.path)),
        peer('duckdb', 'read_json of three members, 2 threads, one pass', set, duckdb(set, 'once')),
        peer('duckdb-table', 'the same by a table and three queries', set, duckdb(set, 'table')),
        peer('duckdb-grouped', 'three queries over the file', set, duckdb(set, 'thrice')),
        labelkit('manifest-stats', 'stats --no-join --jobs 1', set, stats(bench, set, 1)),
        labelkit('manifest-stats-x2', 'stats --no-join --jobs 2', set, stats(bench, set, 2)),
      ];
    },
    ratios: [
      { of: 'manifest-stats-x2', against: 'duckdb', by: 'whole', atLeast: 1 },
      { of: 'manifest-stats-x2', against: 'duckdb-table', by: 'whole', atLeast: 1 },
      { of: 'manifest-stats-x2', against: 'duckdb-grouped', by: 'whole', atLeast: 1 },
      { of: 'manifest-stats', against: 'duckdb', by: 'whole' },
      { of: 'manifest-stats-x2', against: 'manifest-stats', by: 'inner' },
      { of: 'manifest-stats-x2', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'report',
    question: 'A page about a million lines: at most half as much again as checking them?',
    sets: [lines1M],
    contenders: (bench) => {
      const set = bench.ready(lines1M);
      return [
        labelkit('manifest-validate', 'validate --jobs 1', set, validate(bench, set, 1)),
        labelkit('report', 'report --no-join --jobs 1', set, page(bench, set, 1)),
        labelkit('manifest-validate-x2', 'validate --jobs 2', set, validate(bench, set, 2)),
        labelkit('report-x2', 'report --no-join --jobs 2', set, page(bench, set, 2)),
      ];
    },
    ratios: [
      { of: 'report', against: 'manifest-validate', by: 'whole', atLeast: 0.67 },
      { of: 'report-x2', against: 'manifest-validate-x2', by: 'whole', atLeast: 0.67 },
      { of: 'report', by: 'memory', atMostMb: 300 },
      { of: 'report-x2', by: 'memory', atMostMb: 300 },
    ],
  },
  {
    name: 'voc-read',
    question: 'Turn a folder of VOC files into typed objects: how near to opening and reading them?',
    sets: [files20k],
    contenders: (bench) => {
      const set = bench.ready(files20k);
      return [
        limit('read-files', 'open, read, close', set, node('limits/read-files.mjs', set.path)),
        peer('fast-xml-parser', 'read and parse', set, node('peers/fxp.mjs', set.path)),
        peer('fast-xml-parser-in-memory', 'parse only', set, node('peers/fxp-in-memory.mjs', set.path)),
        peer('python-element-tree', 'read and parse', set, python(bench, 'peers/element_tree.py', set.path)),
        labelkit('voc-parse', 'VocParser', set, library(bench, 'voc-parse.mjs', set.path)),
        labelkit('voc-parse-in-memory', 'parseVoc', set, library(bench, 'voc-parse-in-memory.mjs', set.path)),
      ];
    },
    ratios: [
      { of: 'voc-parse', against: 'read-files', by: 'inner', atLeast: 0.3 },
      { of: 'voc-parse', against: 'fast-xml-parser', by: 'inner', atLeast: 17 },
      { of: 'voc-parse-in-memory', against: 'fast-xml-parser-in-memory', by: 'inner', atLeast: 20 },
      { of: 'voc-parse', against: 'python-element-tree', by: 'whole', atLeast: 3.5 },
    ],
  },
  {
    name: 'voc-validate',
    question: 'Check every rule on a folder of valid VOC files',
    sets: [files20k],
    contenders: (bench) => {
      const set = bench.ready(files20k);
      return [
        limit('read-files', 'open, read, close', set, node('limits/read-files.mjs', set.path)),
        peer('fast-xml-parser', 'read and parse, no rules', set, node('peers/fxp.mjs', set.path)),
        labelkit('voc-parse', 'VocParser, no rules', set, library(bench, 'voc-parse.mjs', set.path)),
        labelkit('voc-check', 'VocParser and checkVoc', set, library(bench, 'voc-check.mjs', set.path)),
        labelkit('voc-validate', 'validate --jobs 1, the whole command', set, validate(bench, set, 1)),
      ];
    },
    ratios: [
      { of: 'voc-validate', against: 'read-files', by: 'inner', atLeast: 0.15 },
      { of: 'voc-validate', against: 'fast-xml-parser', by: 'inner', atLeast: 8 },
      { of: 'voc-check', against: 'read-files', by: 'inner' },
      { of: 'voc-check', against: 'voc-parse', by: 'inner' },
      { of: 'voc-validate', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'voc-validate-x2',
    question: 'The same on 100,000 files: what does a second worker bring?',
    sets: [files100k],
    large: true,
    contenders: (bench) => {
      const set = bench.ready(files100k);
      return [
        limit('read-files', 'open, read, close', set, node('limits/read-files.mjs', set.path)),
        labelkit('voc-validate', 'validate --jobs 1', set, validate(bench, set, 1)),
        labelkit('voc-validate-x2', 'validate --jobs 2', set, validate(bench, set, 2)),
      ];
    },
    ratios: [
      { of: 'voc-validate-x2', against: 'voc-validate', by: 'inner', atLeast: 1.6 },
      { of: 'voc-validate-x2', against: 'read-files', by: 'inner' },
      { of: 'voc-validate-x2', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'voc-to-manifest',
    question: 'Convert a folder of VOC files into a manifest',
    sets: [files20k],
    contenders: (bench) => fromVoc(bench, files20k, 'manifest', 'output.manifest'),
    ratios: [
      { of: 'voc-to-manifest', against: 'read-files', by: 'inner' },
      { of: 'voc-to-manifest', against: 'voc-parse', by: 'inner' },
      { of: 'voc-to-manifest', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'coco-read',
    question:
      'Turn a COCO file into samples: as fast as JSON.parse of all of it, in memory that does not grow?',
    sets: [images40k],
    contenders: (bench) => {
      const set = bench.ready(images40k);
      return [
        limit(
          'json-parse-coco',
          'JSON.parse of the whole file',
          set,
          node('limits/json-parse-coco.mjs', set.path),
        ),
        peer('stream-json', 'every annotation, whole values', set, streamJson(set)),
        labelkit(
          'coco-read',
          'openDataset, every object',
          set,
          library(bench, 'dataset-read.mjs', set.path, 'coco'),
        ),
      ];
    },
    ratios: [
      { of: 'coco-read', against: 'json-parse-coco', by: 'inner', atLeast: 1.3 },
      { of: 'coco-read', against: 'stream-json', by: 'inner', atLeast: 8 },
      { of: 'coco-read', by: 'memory', atMostMb: 120 },
    ],
  },
  {
    name: 'voc-to-coco',
    question: 'Convert a folder of VOC files into a COCO file',
    sets: [files20k],
    contenders: (bench) => fromVoc(bench, files20k, 'coco', 'output.json'),
    ratios: [
      { of: 'voc-to-coco', against: 'read-files', by: 'inner' },
      { of: 'voc-to-coco', against: 'voc-parse', by: 'inner' },
      { of: 'voc-to-coco', by: 'memory', atMostMb: 150 },
    ],
  },
  {
    name: 'voc-boxes',
    question:
      'Convert VOC files with nothing but boxes, which other tools read too: how much work is it for each?',
    sets: [boxes20k],
    contenders: (bench) => {
      const set = bench.ready(boxes20k);
      const coco = join(bench.scratch, 'output.json');
      const tree = join(bench.scratch, 'output');
      const categories = vocLabels.join(',');
      const labelformat = (/** @type {string} */ output) =>
        otherPython('peers/labelformat_voc.py', set.path, output, categories);
      return [
        peer(
          'fast-xml-parser',
          'to COCO, a short script',
          set,
          node('peers/fxp-to-coco.mjs', set.path, coco),
        ),
        peer('labelformat-to-coco', 'to COCO', set, labelformat(coco)),
        peer('globox-to-coco', 'to COCO', set, otherPython('peers/globox_coco.py', set.path, coco)),
        peer('labelformat-to-voc', 'to VOC', set, labelformat(tree)),
        labelkit('boxes-to-coco', 'convert --to coco', set, convert(bench, set, coco, undefined, 'coco')),
        labelkit('boxes-to-voc', 'convert --to voc', set, convert(bench, set, tree, undefined, 'voc')),
      ];
    },
    ratios: [
      { of: 'boxes-to-coco', against: 'fast-xml-parser', by: 'cpu' },
      { of: 'boxes-to-coco', against: 'labelformat-to-coco', by: 'cpu', atLeast: 3 },
      { of: 'boxes-to-coco', against: 'globox-to-coco', by: 'cpu', atLeast: 4 },
      { of: 'boxes-to-voc', against: 'labelformat-to-voc', by: 'cpu', atLeast: 3 },
      { of: 'boxes-to-coco', by: 'memory', atMostMb: 150 },
    ],
  },
  {
    name: 'conversions',
    question: 'Convert between formats: how near to reading alone and writing alone, one after the other?',
    sets: [files20k, lines20k, images20k],
    contenders: (bench) => conversions.flatMap((conversion) => partsOf(bench, conversion)),
    ratios: conversions.map(({ from, to }) => ({
      of: `${from}-to-${to}`,
      against: [`read-${from}-to-${to}`, `write-${from}-to-${to}`],
      by: /** @type {const} */ ('inner'),
      atLeast: 0.6,
    })),
  },
  {
    name: 'obs-read',
    question: 'Read an object of 1 GB: how near to a bare GET, and does a conversion of it need more memory?',
    sets: [lines1700k, lines100],
    large: true,
    server: (bench) => [
      ...['--bucket', 'bench'],
      ...[lines1700k, lines100].flatMap((set) => ['--put', `bench/${set.name}=${bench.ready(set).path}`]),
    ],
    contenders: (bench) => {
      const set = bench.ready(lines1700k);
      const [large, tiny] = [inBucket(set), inBucket(bench.ready(lines100))];
      const output = join(bench.scratch, 'output.manifest');
      const readAnswer = () => ({ outputChecksum: checksum(output) });
      return [
        limit(
          'http-get',
          'node:http, one GET',
          set,
          onServer(bench, node('limits/http-get.mjs', addressOf(bench, large))),
        ),
        labelkit(
          'obs-read',
          'ObsStorage.openRead',
          set,
          reader(bench, 'obs-read.mjs', 'native', large.path, '4'),
        ),
        labelkit(
          'obs-read-esdk',
          'by engine esdk',
          set,
          reader(bench, 'obs-read.mjs', 'esdk', large.path, '4'),
        ),
        labelkit(
          'obs-read-1',
          'by a single stream',
          set,
          reader(bench, 'obs-read.mjs', 'native', large.path, '1'),
        ),
        labelkit('convert', 'the same file on the disk', set, convert(bench, set, output, readAnswer)),
        labelkit(
          'obs-convert',
          'to a local file',
          set,
          onServer(bench, convert(bench, large, output, readAnswer)),
        ),
        labelkit(
          'obs-convert-tiny',
          '100 lines',
          tiny,
          onServer(bench, convert(bench, tiny, output, readAnswer)),
        ),
      ];
    },
    ratios: [
      { of: 'obs-read', against: 'http-get', by: 'inner', atLeast: 0.8 },
      { of: 'obs-read-esdk', against: 'http-get', by: 'inner', atLeast: 0.8 },
      { of: 'obs-read-1', against: 'http-get', by: 'inner' },
      { of: 'obs-convert', against: 'convert', by: 'inner' },
      { of: 'obs-convert', against: 'obs-convert-tiny', by: 'memory', atMostMb: 100 },
    ],
  },
  {
    name: 'obs-small',
    question:
      'Read 2,000 objects of 5 KB, 16 at a time: how near to bare requests over connections that are kept?',
    sets: [],
    rounds: (rounds) => rounds * 3, // a second each, and in the first ones the server is still being compiled
    server: () => [
      ...['--bucket', 'bench'],
      ...Array.from({ length: smallObjects.items }, (_, index) => [
        '--synthetic',
        `bench/small/${index}=5000`,
      ]).flat(),
    ],
    contenders: (bench) => {
      const { path, items } = smallObjects;
      const [count, width] = [String(items), '16'];
      return [
        limit(
          'http-get-16',
          'node:http, 16 connections',
          smallObjects,
          onServer(bench, node('limits/http-get-many.mjs', addressOf(bench, smallObjects), count, width)),
        ),
        ...['native', 'esdk'].map((engine) =>
          labelkit(
            engine === 'native' ? 'obs-small' : 'obs-small-esdk',
            `ObsStorage.openRead, engine ${engine}`,
            smallObjects,
            reader(bench, 'obs-read-many.mjs', engine, path, count, width),
          ),
        ),
      ];
    },
    ratios: [
      { of: 'obs-small', against: 'http-get-16', by: 'inner', atLeast: 0.7 },
      { of: 'obs-small-esdk', against: 'http-get-16', by: 'inner', atLeast: 0.7 },
    ],
  },
  {
    name: 'import-upload',
    question: 'Upload 10,000 files of 5 KB, 16 at a time: how near is an import to the storage layer alone?',
    sets: [],
    server: () => ['--bucket', 'bench'],
    contenders: (bench) => {
      const [few, many] = [uploaded(1_000), uploaded(10_000)];
      const send = (/** @type {string} */ script, /** @type {ReadySet} */ set) =>
        reader(bench, script, 'native', set.path, String(set.items), '16');
      return [
        labelkit('storage', 'ObsStorage.writeAtomic, 16 at a time', many, send('obs-write-many.mjs', many)),
        labelkit('import', 'as labelkit import uploads', many, send('import-upload.mjs', many)),
        labelkit('import-few', 'the same with 1,000 files', few, send('import-upload.mjs', few)),
      ];
    },
    ratios: [
      { of: 'import', against: 'storage', by: 'inner', atLeast: 0.8 },
      { of: 'import', against: 'import-few', by: 'memory', atMostMb: 60 },
    ],
  },
  {
    name: 'obs-parallel',
    question: 'Read 300 MB where each connection gives 50 MB a second: what do requests side by side bring?',
    sets: [],
    server: () => [
      ...['--bucket', 'bench', '--bandwidth', String(bytesPerSecond)],
      ...['--synthetic', `bench/${limitedObject.name}=${limitedObject.bytes}`],
    ],
    contenders: (bench) => [
      limit(
        'http-get',
        'node:http, one GET',
        limitedObject,
        onServer(bench, node('limits/http-get.mjs', addressOf(bench, limitedObject))),
      ),
      labelkit(
        'obs-read',
        'ObsStorage.openRead, 4 ranges at a time',
        limitedObject,
        reader(bench, 'obs-read.mjs', 'native', limitedObject.path, '4'),
      ),
    ],
    ratios: [{ of: 'obs-read', against: 'http-get', by: 'inner', atLeast: 2.5 }],
  },
  {
    name: 'startup',
    question: 'How long until the command answers at all?',
    sets: [],
    rounds: (rounds) => rounds * 4, // 50 ms each: cheap, and the noise is large beside it
    contenders: (bench) => [
      limit('node -e 0', 'Node itself', undefined, { program: process.execPath, args: ['-e', '0'] }),
      labelkit('labelkit --version', '', undefined, bare(bench, '--version')),
      labelkit('labelkit --help', '', undefined, bare(bench, '--help')),
    ],
    ratios: [
      { of: 'labelkit --version', against: 'node -e 0', by: 'whole', atMost: 1.3 },
      { of: 'labelkit --help', against: 'node -e 0', by: 'whole' },
    ],
  },
  {
    name: 'memory',
    question: 'Does peak memory stay where it is when the input grows tenfold?',
    sets: [lines1M, lines10M, files20k, files200k],
    large: true,
    rounds: () => 1,
    contenders: (bench) => {
      const [few, many] = [bench.ready(lines1M), bench.ready(lines10M)];
      const [fewFiles, manyFiles] = [bench.ready(files20k), bench.ready(files200k)];
      return [
        labelkit('read 1 M lines', '', few, library(bench, 'manifest-read.mjs', few.path)),
        labelkit('read 10 M lines', '', many, library(bench, 'manifest-read.mjs', many.path)),
        labelkit('validate 1 M lines', '', few, validate(bench, few, 1)),
        labelkit('validate 10 M lines', '', many, validate(bench, many, 1)),
        labelkit('validate 20 k files', '', fewFiles, validate(bench, fewFiles, 1)),
        labelkit('validate 200 k files', '', manyFiles, validate(bench, manyFiles, 1)),
        labelkit('validate 200 k files, two threads', '', manyFiles, validate(bench, manyFiles, 2)),
      ];
    },
    ratios: [
      { of: 'read 1 M lines', by: 'memory', atMostMb: 200 },
      { of: 'read 10 M lines', by: 'memory', atMostMb: 200 },
      { of: 'validate 1 M lines', by: 'memory' },
      { of: 'validate 10 M lines', by: 'memory' },
      { of: 'validate 20 k files', by: 'memory', atMostMb: 200 },
      { of: 'validate 200 k files', by: 'memory', atMostMb: 200 },
      { of: 'validate 200 k files, two threads', by: 'memory', atMostMb: 200 },
    ],
  },
  {
    name: 'thumbnails',
    question:
      'A thumbnail of a photograph: how much of decoding all of it does decoding at a smaller scale save?',
    sets: [photos50],
    contenders: (bench) => {
      const set = bench.ready(photos50);
      return [
        limit('decode', 'decode all pixels', set, node('limits/decode-photos.mjs', set.path, 'pixels')),
        peer(
          'decode+shrink',
          'decode all pixels, then make a thumbnail of 256',
          set,
          node('limits/decode-photos.mjs', set.path, 'thumbnails'),
        ),
        labelkit('thumbnails', 'renderPicture, 256', set, library(bench, 'thumbnails.mjs', set.path)),
      ];
    },
    ratios: [
      { of: 'thumbnails', against: 'decode', by: 'inner', atMost: 0.1 },
      { of: 'thumbnails', against: 'decode+shrink', by: 'inner' },
      { of: 'thumbnails', by: 'memory', atMostMb: 200 },
    ],
  },
];

/** @param {Contender['kind']} kind */
function contender(kind) {
  /**
   * @param {string} name
   * @param {string} does
   * @param {ReadySet | undefined} set
   * @param {Contender['command']} command
   * @returns {Contender}
   */
  return (name, does, set, command) => ({ name, kind, does, set, command });
}
const limit = contender('limit');
const peer = contender('peer');
const labelkit = contender('labelkit');

/** @param {string} script below `workloads` */
const workload = (script) => fileURLToPath(new URL(`workloads/${script}`, import.meta.url));

/**
 * @param {string} script
 * @param {...string} args
 * @returns {Command}
 */
const node = (script, ...args) => ({ program: process.execPath, args: [workload(script), ...args] });

/**
 * @param {Bench} bench
 * @param {string} script
 * @param {...string} args
 */
function python(bench, script, ...args) {
  if (bench.python === undefined) return { absent: 'no python3' };
  return { program: bench.python, args: [workload(script), ...args] };
}

/**
 * A script for a Python that has other tools installed: `$LABELKIT_BENCH_PYTHON`, a virtual environment's for example.
 * @param {string} script
 * @param {...string} args
 * @returns {Contender['command']}
 */
function otherPython(script, ...args) {
  const program = process.env['LABELKIT_BENCH_PYTHON'];
  if (program === undefined || program === '')
    return { absent: 'LABELKIT_BENCH_PYTHON names no Python with labelformat and globox' };
  return { program, args: [workload(script), ...args] };
}

const notBuilt = { absent: 'not built' };

/**
 * A workload over the built library.
 * @param {Bench} bench
 * @param {string} script
 * @param {...string} args
 */
const library = (bench, script, ...args) => (bench.built ? node(`labelkit/${script}`, ...args) : notBuilt);

/**
 * The command as a user runs it: nothing of the benchmark in its process.
 * @param {Bench} bench
 * @param {...string} args
 */
const bare = (bench, ...args) =>
  bench.built ? { program: process.execPath, args: [fileURLToPath(commandUrl), ...args] } : notBuilt;

/** @param {ReadySet} set @returns {ReadySet} the same as an object */
const inBucket = (set) => ({ ...set, path: `obs://bench/${set.name}` });

/** @param {Bench} bench */
function serverOf({ server }) {
  if (server === undefined) throw new Error('a group uses a server without asking for one');
  return server;
}

/**
 * Where an object is for those who ask by its address.
 * @param {Bench} bench
 * @param {ReadySet} object
 */
const addressOf = (bench, { path }) => `${serverOf(bench).endpoint}/${path.slice('obs://'.length)}`;

/**
 * A command with the server's address and keys in its environment, and nothing of the user's own.
 * @param {Bench} bench
 * @param {Contender['command']} command
 * @returns {Contender['command']}
 */
function onServer(bench, command) {
  if ('absent' in command) return command;
  const { endpoint, accessKey, secretKey } = serverOf(bench);
  const unset = [
    'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    'LABELKIT_PROFILE',
    'LABELKIT_OBS_SIGNATURE',
    'LABELKIT_OBS_ENGINE',
  ];
  const env = {
    ...Object.fromEntries(unset.map((name) => [name, ''])),
    HUAWEICLOUD_SDK_AK: accessKey,
    HUAWEICLOUD_SDK_SK: secretKey,
    LABELKIT_OBS_ENDPOINT: endpoint,
    LABELKIT_OBS_ADDRESSING: 'path',
  };
  return { ...command, env };
}

/**
 * A workload over `ObsStorage`.
 * @param {Bench} bench
 * @param {string} script
 * @param {...string} args engine first
 */
const reader = (bench, script, ...args) => onServer(bench, library(bench, script, ...args));

const isVoc = (/** @type {ReadySet} */ set) => set.name.startsWith('voc-');

/**
 * A number of samples under the name that limits and peers have for it.
 * @param {ReadySet} set
 * @param {number} samples
 * @returns {Record<string, number>}
 */
const counted = (set, samples) => (isVoc(set) ? { files: samples } : { lines: samples });

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {number} jobs
 */
function validate(bench, set, jobs) {
  if (!bench.built) return notBuilt;
  const command = node('labelkit/command.mjs', 'validate', set.path, '--jobs', String(jobs), '--json');
  return {
    ...command,
    /** @param {string} stdout */
    readAnswer: (stdout) => {
      const { samples, annotations, errors, warnings } = JSON.parse(stdout);
      return { ...counted(set, samples), ...(isVoc(set) ? { objects: annotations } : {}), errors, warnings };
    },
  };
}

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {number} jobs
 */
function page(bench, set, jobs) {
  if (!bench.built) return notBuilt;
  const output = join(bench.scratch, 'report.html');
  const command = node(
    ...['labelkit/command.mjs', 'report', set.path, output],
    ...['--no-join', '--json', '--jobs', String(jobs)],
  );
  return {
    ...command,
    /** @param {string} stdout */
    readAnswer: (stdout) => {
      const { samples, errors, warnings } = JSON.parse(stdout);
      return { ...counted(set, samples), errors, warnings };
    },
  };
}

/**
 * stream-json is no dependency either: a folder with it installed is named by `$LABELKIT_BENCH_STREAM_JSON`.
 * @param {ReadySet} set
 * @returns {Contender['command']}
 */
function streamJson(set) {
  const folder = process.env['LABELKIT_BENCH_STREAM_JSON'];
  if (folder === undefined || folder === '')
    return { absent: 'LABELKIT_BENCH_STREAM_JSON names no folder with stream-json' };
  return node('peers/stream-json.mjs', set.path, folder);
}

/**
 * DuckDB is no dependency: a folder with `@duckdb/node-api` installed in it is named by `$LABELKIT_BENCH_DUCKDB`.
 * @param {ReadySet} set
 * @param {string} how
 * @returns {Contender['command']}
 */
function duckdb(set, how) {
  const folder = process.env['LABELKIT_BENCH_DUCKDB'];
  if (folder === undefined || folder === '')
    return { absent: 'LABELKIT_BENCH_DUCKDB names no folder with @duckdb/node-api' };
  return node('peers/duckdb.mjs', set.path, folder, how);
}

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {number} jobs
 */
function stats(bench, set, jobs) {
  if (!bench.built) return notBuilt;
  const command = node(
    ...['labelkit/command.mjs', 'stats', set.path, '--no-join', '--json'],
    ...['--top', '1000', '--jobs', String(jobs)],
  );
  return {
    ...command,
    /** @param {string} stdout */
    readAnswer: (stdout) => {
      const { samples, annotations, splits, labels, types } = JSON.parse(stdout);
      const unnamed = labels.none.annotations;
      return {
        lines: samples,
        annotations,
        train: splits.TRAIN.samples,
        labels: labels.count,
        unnamed,
        commonest: labels.listed[0].annotations,
        types: types.listed.length,
        commonestType: types.listed[0].count,
      };
    },
  };
}

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {string} output
 * @param {() => Record<string, number>} [readAnswer]
 * @param {string} [to] format of the output
 */
function convert(bench, set, output, readAnswer = () => ({}), to = 'manifest') {
  if (!bench.built) return notBuilt;
  return {
    ...node('labelkit/command.mjs', 'convert', set.path, output, '--to', to, '--json', '--allow-loss', 'all'),
    /** @param {string} stdout */
    readAnswer: (stdout) => ({ ...counted(set, JSON.parse(stdout).written), ...readAnswer() }),
  };
}

/**
 * Reading and parsing VOC files, and a conversion of them.
 * @param {Bench} bench
 * @param {DataSet} data
 * @param {string} to format of the output
 * @param {string} name of the output
 */
function fromVoc(bench, data, to, name) {
  const set = bench.ready(data);
  const output = join(bench.scratch, name);
  return [
    limit('read-files', 'open, read, close', set, node('limits/read-files.mjs', set.path)),
    labelkit('voc-parse', 'read and parse, nothing written', set, library(bench, 'voc-parse.mjs', set.path)),
    labelkit(`voc-to-${to}`, `convert --to ${to}`, set, convert(bench, set, output, undefined, to)),
  ];
}

/**
 * The halves of a conversion, and the whole.
 * @param {Bench} bench
 * @param {(typeof conversions)[number]} conversion
 */
function partsOf(bench, { from, set: data, to, options }) {
  const set = bench.ready(data);
  const name = `${from}-to-${to}`;
  const args = [set.path, from, to, join(bench.scratch, 'output'), JSON.stringify(options)];
  return [
    labelkit(
      `read-${name}`,
      'openDataset, every object',
      set,
      library(bench, 'dataset-read.mjs', set.path, from),
    ),
    labelkit(`write-${name}`, 'from memory', set, library(bench, 'dataset-write.mjs', ...args)),
    labelkit(name, 'convert', set, library(bench, 'dataset-convert.mjs', ...args)),
  ];
}

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {string} output
 * @param {...string} options
 */
function split(bench, set, output, ...options) {
  if (!bench.built) return notBuilt;
  return {
    ...node('labelkit/command.mjs', 'split', set.path, output, '--json', ...options),
    /** @param {string} stdout */
    readAnswer: (stdout) => counted(set, JSON.parse(stdout).written),
  };
}

/**
 * @param {Bench} bench
 * @param {ReadySet} set
 * @param {string} output
 * @param {string} by
 */
function dedupe(bench, set, output, by) {
  if (!bench.built) return notBuilt;
  return {
    ...node('labelkit/command.mjs', 'dedupe', set.path, output, '--by', by, '--json'),
    /** @param {string} stdout */
    readAnswer: (stdout) => counted(set, JSON.parse(stdout).read),
  };
}

/**
 * The first 48 bits of a file's SHA-256.
 * @param {string} path
 */
function checksum(path) {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
    hash.update(buffer.subarray(0, read));
  closeSync(file);
  return hash.digest().readUIntBE(0, 6);
}
