/**
 * Counts usages, labels and types of a manifest with DuckDB, two threads. It is told of the members it needs and of no
 * others, which it reads fastest.
 *
 *   once    one pass over the file, by grouping sets
 *   table   one pass into a table in memory, and three queries over that
 *   thrice  three queries, each a pass over the file
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';

const path = argument('manifest');
const folder = process.argv[3] ?? '';
const how = process.argv[4] ?? '';
const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api');
const start = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const file = `read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited',
  columns = {usage: 'VARCHAR', annotation: 'STRUCT(name VARCHAR, "type" VARCHAR)[]'})`;

/** @param {string} sql @returns {Promise<[string | null, number][]>} */
async function counts(sql) {
  const rows = (await connection.runAndReadAll(sql)).getRows();
  return rows.map((/** @type {[string | null, bigint]} */ [name, count]) => [name, Number(count)]);
}

let usages;
let labels;
let types;
if (how === 'once') {
  const sql = `select grouping(usage, name, type) as g, usage, name, type, sum(n) as n, sum(first) as lines from (
      select usage, a.name as name, a."type" as type, count(*) as n, count(*) filter (i = 1) as first from (
        select usage, unnest(annotation) as a, generate_subscripts(annotation, 1) as i from ${file}) group by all)
    group by grouping sets ((usage), (name), (type))`;
  const rows = (await connection.runAndReadAll(sql)).getRows();
  const of = (/** @type {number} */ g, /** @type {number} */ name, /** @type {number} */ count) =>
    rows
      .filter((/** @type {unknown[]} */ row) => Number(row[0]) === g)
      .map((/** @type {unknown[]} */ row) => [row[name], Number(row[count])]);
  usages = of(3, 1, 5);
  labels = of(5, 2, 4);
  types = of(6, 3, 4);
} else {
  let source = file;
  if (how === 'table') {
    await connection.run(`create temp table lines as select usage, annotation from ${file}`);
    source = 'lines';
  }
  const annotations = `(select unnest(annotation) as a from ${source})`;
  usages = await counts(`select usage, count(*) from ${source} group by 1`);
  labels = await counts(`select a.name, count(*) from ${annotations} group by 1`);
  types = await counts(`select a."type", count(*) from ${annotations} group by 1`);
}

/** @param {[unknown, number][]} rows */
const total = (rows) => rows.reduce((sum, [, count]) => sum + count, 0);
const named = labels.filter((/** @type {[unknown, number]} */ [name]) => name !== null);
report(performance.now() - start, {
  lines: total(usages),
  annotations: total(types),
  train: usages.find((/** @type {[unknown, number]} */ [name]) => name === 'TRAIN')?.[1] ?? 0,
  labels: named.length,
  unnamed: total(labels) - total(named),
  commonest: Math.max(...named.map((/** @type {[unknown, number]} */ [, count]) => count)),
  types: types.length,
  commonestType: Math.max(...types.map((/** @type {[unknown, number]} */ [, count]) => count)),
});
