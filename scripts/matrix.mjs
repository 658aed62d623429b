// The conversion matrix: every format that is read, written as every format that is written, on a fixture each. Prints it, and
// writes it into docs/conversions.md. Needs a build.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fixtures = fileURLToPath(new URL('../test/fixtures/matrix/', import.meta.url));

/**
 * The fixture of a format: what is called `in` or `in.…` in `test/fixtures/matrix/<id>`, or all of it where a file has a name
 * that its format wants.
 */
export function fixtureOf(id) {
  const folder = join(fixtures, id);
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder);
  const named = names.find((name) => name === 'in') ?? names.find((name) => /^in\.\w+$/.test(name));
  return join(folder, named ?? names.find((name) => name.endsWith('.txt')));
}

/**
 * Converts one fixture, and looks at what came of it.
 *
 * @param {{ convert: Function, diffDatasets: Function }} labelkit
 * @returns counts and losses; `differences` that no loss explains, which there must be none of; or `why` there is nothing
 */
export async function cellOf({ convert, diffDatasets }, from, to) {
  const input = fixtureOf(from.id);
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-matrix-'));
  const output = join(folder, to.layout === 'tree' ? 'out' : `out.${to.extension ?? to.id}`);
  try {
    const images = to.layout === 'tree' || from.id === 'manifest' ? 'copy' : 'reference';
    const result = await convert(input, output, { from: from.id, to: to.id, images, onError: 'skip' });
    const { read, written, skipped, losses } = result;
    const faults = result.diagnostics.filter(({ severity }) => severity === 'error');
    const cell = { read, written, skipped, losses, faults };
    if (written === 0)
      return { ...cell, why: Object.keys(losses)[0] ?? faults[0]?.message ?? 'nothing to write' };
    const features = Object.keys(losses);
    const compare = async (ignore) =>
      await diffDatasets(input, output, {
        from: from.id,
        secondFrom: to.id,
        all: true,
        ignore,
        tolerance: 0.01,
        onError: 'skip',
        key: 'name',
      });
    const uncounted = [];
    for (const feature of features) {
      const { differences } = await compare(features.filter((other) => other !== feature));
      const count = lostIn(differences, feature, images === 'copy');
      if (count > losses[feature]) uncounted.push(`${feature}: ${losses[feature]} counted, ${count} found`);
    }
    const found = await compare(features);
    const missing = found.samples.removed;
    return {
      ...cell,
      samplesRead: found.second.samples,
      missing,
      differences: found.differences.filter((difference) => isUnexplained(difference, images === 'copy')),
      uncounted,
      unread: found.diagnostics,
    };
  } catch (error) {
    if (error.code !== 'BadOption' && error.code !== 'Unsupported') throw error;
    return { why: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a writer may say that the data did not: what its format wants to be told, or what it drew. */
const filledIn = new Set([
  'usage',
  'creationTime',
  'image.folder',
  'image.width',
  'image.height',
  'image.segmented',
  'image.maskSource',
  'maskColor',
]);

const inImages = new Set(['image.width', 'image.height']);

/** A field of which something was only filled in, or that is in the image itself. */
const isFilled = ({ field, from, to }, hasImages) =>
  (from === undefined && filledIn.has(field)) || (to === undefined && hasImages && inImages.has(field));

/**
 * How often a feature is lost in samples that were written, by what differs. Objects of an image are lost as one, and so
 * are the two sides of its size.
 */
function lostIn(differences, feature, hasImages) {
  let count = 0;
  for (const { kind, fields = [], annotations } of differences) {
    if (kind === 'removed') continue;
    const isLost = (change) => change.from !== undefined && !isFilled(change, hasImages);
    const { removed = [], added = [], changed = [] } = annotations ?? {};
    const here =
      fields.filter(isLost).length +
      Math.max(removed.length, added.length) +
      changed.reduce((sum, item) => sum + item.fields.filter(isLost).length, 0);
    count += onceForAnImage.has(feature) ? Math.min(1, here) : here;
  }
  return count;
}

const onceForAnImage = new Set(['object_detection', 'image_segmentation', 'image-size']);

/** False for samples that were not written, and for changes in which something was only filled in. */
function isUnexplained({ kind, fields = [], annotations }, hasImages) {
  if (kind === 'removed') return false;
  // The size of an image is not lost where the image is beside its labels.
  const areFilled = (changes) => changes.every((change) => isFilled(change, hasImages));
  const { removed = [], added = [], changed = [] } = annotations ?? {};
  const isSame = removed.length + added.length === 0 && changed.every((item) => areFilled(item.fields));
  return kind === 'added' || !isSame || !areFilled(fields);
}

/** `=`: nothing is lost. `~n (m)`: n kinds of losses, m altogether. `–`: nothing can be written. */
export function signOf({ why, losses, faults }) {
  if (why !== undefined) return '–';
  const kinds = Object.keys(losses).length + (faults.length > 0 ? 1 : 0);
  const all = Object.values(losses).reduce((sum, count) => sum + count, faults.length);
  return kinds === 0 ? '=' : `~${kinds} (${all})`;
}

/** The matrix as a Markdown table, and below it why what is not there is not. */
export function tableOf(readable, writable, cells) {
  const head = ['from \\ to', ...writable.map(({ id }) => id)];
  const rows = readable.map(({ id }, row) => [id, ...cells[row].map(signOf)]);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}

const begin = '<!-- matrix -->';
const end = '<!-- end of matrix -->';

/** A page with the table in its place. */
export function pageWith(page, table) {
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  return `${page.slice(0, from)}\n\n${table}\n\n${page.slice(to)}`;
}

/** The table that a page has. */
export function tableIn(page) {
  return page.slice(page.indexOf(begin) + begin.length, page.indexOf(end)).trim();
}

/** @returns the cells of every readable format, for every writable one */
export async function matrixOf(labelkit, readable, writable) {
  const cells = [];
  for (const from of readable) {
    const row = [];
    for (const to of writable) row.push(await cellOf(labelkit, from, to));
    cells.push(row);
  }
  return cells;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const labelkit = await import('../dist/lib/index.js');
  const readable = labelkit.formats.filter(({ reads }) => reads);
  const writable = labelkit.formats.filter(({ writes }) => writes);
  const cells = await matrixOf(labelkit, readable, writable);
  const table = tableOf(readable, writable, cells);
  console.log(table);
  if (process.argv.includes('--why')) {
    readable.forEach(({ id }, row) => {
      cells[row].forEach((cell, column) => {
        const {
          why,
          differences = [],
          faults = [],
          uncounted = [],
          unread = [],
          read,
          written,
          skipped,
          missing,
          samplesRead,
        } = cell;
        const name = `${id} → ${writable[column].id}`;
        if (why !== undefined) console.log(`${name}: – ${why}`);
        else console.log(`${name}: ${read} read, ${written} written, ${Object.keys(cell.losses).join(' ')}`);
        for (const { message, rule } of faults) console.log(`  fault ${rule} ${message}`);
        for (const { message, rule } of unread) console.log(`  UNREAD ${rule} ${message}`);
        for (const line of uncounted) console.log(`  UNCOUNTED ${line}`);
        if (differences.length > 0) console.log(`  DIFF ${JSON.stringify(differences).slice(0, 500)}`);
        if (missing > skipped || (samplesRead !== undefined && samplesRead !== written))
          console.log(`  COUNT missing ${missing} skipped ${skipped} back ${samplesRead}`);
      });
    });
  } else {
    const page = fileURLToPath(new URL('../docs/conversions.md', import.meta.url));
    writeFileSync(page, pageWith(readFileSync(page, 'utf8'), table));
  }
}
