/**
 * Makes the generated data sets by themselves, and prints their sizes and checksums: two machines that
 * print the same checksum measure the same bytes.
 *
 *   node bench/generate.mjs                            1,000,000 lines and 20,000 VOC files
 *   node bench/generate.mjs --lines 10000000           only that manifest (6 GB)
 *   node bench/generate.mjs --files 200000             only that VOC folder (1.2 GB)
 *   node bench/generate.mjs --lines 1000 --out /tmp/x  into a folder of your choice
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureSet, folderFor, manifestSet, vocSet } from './data/sets.mjs';

const { values } = parseArgs({
  options: { lines: { type: 'string' }, files: { type: 'string' }, out: { type: 'string' } },
});

/**
 * @param {string} option
 * @param {string} text
 */
function count(option, text) {
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${option} takes a whole number above 0, not ${text}`);
  return number;
}

const sets = [];
if (values.lines !== undefined) sets.push(manifestSet(count('lines', values.lines)));
if (values.files !== undefined) sets.push(vocSet(count('files', values.files)));
if (sets.length === 0) sets.push(manifestSet(1_000_000), vocSet(20_000));

const folder = values.out ?? folderFor(sets);
mkdirSync(folder, { recursive: true });
for (const set of sets) {
  const { path, items, bytes, sha256 } = ensureSet(set, folder, console.error);
  console.log(
    `${path}\n  ${items} items, ${bytes} bytes, ${(bytes / items).toFixed(0)} bytes each, sha256 ${sha256}`,
  );
}
