import { expect, onTestFinished } from 'vitest';
import { startStandIns } from './index.js';
import type { Json } from './json.js';
import { type Ask, clientOf } from './raw-client.js';

/** Stand-ins for one test, and a client of theirs. */
export async function setUp(options: Parameters<typeof startStandIns>[0] = {}) {
  const standIns = await startStandIns(options);
  onTestFinished(() => standIns.close());
  return { ...standIns, ask: await clientOf(standIns.service) };
}

/** An annotation file with one box. */
export const voc = (name: string, box = [1, 2, 30, 40], difficult = 0) =>
  `<annotation><filename>x</filename><size><width>64</width><height>48</height><depth>3</depth></size>` +
  `<object><name>${name}</name><difficult>${difficult}</difficult><bndbox><xmin>${box[0]}</xmin>` +
  `<ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object></annotation>`;

/** What creates a data set of nothing but files. */
export const plain = (name: string, type = 1): Json => ({
  dataset_name: name,
  dataset_type: type,
  data_sources: [{ data_type: 0, data_path: '/data/in/' }],
  work_path: '/data/out/',
  work_path_type: 0,
  import_annotations: false,
});

/** Creates a data set that is ready. */
export async function make(ask: Ask, body: Json): Promise<string> {
  const { status, body: answer } = await ask('POST', '/datasets', body);
  expect([status, answer]).toEqual([201, expect.objectContaining({ dataset_id: expect.any(String) })]);
  const id = String(answer['dataset_id']);
  for (let n = 0; n < 9; n += 1) {
    const { body: info } = await ask('GET', `/datasets/${id}`);
    if (info['status'] === 1) break;
  }
  return id;
}

/** Imports, and waits for the end of it. */
export async function importInto(ask: Ask, id: string, body: Json): Promise<Json> {
  const started = await ask('POST', `/datasets/${id}/import-tasks`, body);
  expect(started).toMatchObject({ status: 200 });
  const path = `/datasets/${id}/import-tasks/${started.body['task_id']}`;
  const seen: unknown[] = [];
  for (;;) {
    const { body: task } = await ask('GET', path);
    seen.push(task['status']);
    if (task['status'] === 'COMPLETED' || task['status'] === 'FAILED') return { ...task, seen };
    expect(seen.length).toBeLessThan(9);
  }
}
