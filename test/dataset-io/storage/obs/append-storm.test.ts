import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ObsError, ObsStorage } from '../../../../src/dataset-io/storage/obs/index.js';
import { Random } from '../../../support/random.js';
import { FakeWire, type Mishap, refusal, reset } from './fake-wire.js';
import { bucket, expectQuiet, serve, storageAt } from './server-harness.js';
import { testTiming } from './timing.js';

const writers = 8;
const linesEach = 40;
const path = `obs://${bucket}/list.manifest`;
const seedLine = '{"seed":true}';

/** What the writers were told: lines that are in, and lines of which nobody knows. */
interface Told {
  readonly added: string[];
  readonly unclear: string[];
  refused: number;
}

async function writeAll(storageOf: (writer: number) => ObsStorage, count = linesEach): Promise<Told> {
  const told: Told = { added: [], unclear: [], refused: 0 };
  const write = async (writer: number) => {
    const storage = storageOf(writer);
    for (let i = 0; i < count; i++) {
      const line = `{"writer":${writer},"line":${i}}`;
      async function* source() {
        yield Buffer.from(`${line}\n`);
      }
      try {
        await storage.append(path, source(), { waitMs: 3_600_000 });
        told.added.push(line);
      } catch (error) {
        if (!(error instanceof ObsError)) throw error;
        if (error.mayHaveApplied) told.unclear.push(line);
        else told.refused++;
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  expect(told.added.length + told.unclear.length + told.refused).toBe(writers * count);
  return told;
}

/** 0 lost, 0 doubled: every line that was reported as added is there once, every other one at most once. */
function check(text: string, told: Told, hadSeed: boolean): void {
  const there = text.split('\n');
  expect(there.pop()).toBe('');
  if (hadSeed) expect(there.shift()).toBe(seedLine);
  const counts = new Map<string, number>();
  for (const line of there) counts.set(line, (counts.get(line) ?? 0) + 1);
  const lost = told.added.filter((line) => !counts.has(line));
  const doubled = [...counts].filter(([, count]) => count > 1).map(([line]) => line);
  const known = new Set([...told.added, ...told.unclear]);
  const unexpected = [...counts.keys()].filter((line) => !known.has(line));
  expect({ lost, doubled, unexpected }).toEqual({ lost: [], doubled: [], unexpected: [] });
}

/** At this rate each: lost on the way there, lost on the way back, refused for now. */
function unreliable(random: Random, rate: number): () => Mishap | undefined {
  return () => {
    if (random.chance(rate)) return { kind: 'fault', fault: reset() };
    if (random.chance(rate)) return { kind: 'fault', fault: reset(), applied: true };
    if (random.chance(rate)) return { kind: 'fault', fault: refusal(503, 'ServiceUnavailable') };
    return undefined;
  };
}

async function storm(seed: number, rate: number, appendable: boolean): Promise<Told> {
  const random = new Random(seed);
  const wire = new FakeWire({ buckets: [bucket], mishap: unreliable(random, rate) });
  if (!appendable) wire.seed('list.manifest', seedLine, {}, bucket);
  const warnings: string[] = [];
  const storages = Array.from(
    { length: writers },
    (_, writer) =>
      new ObsStorage({
        wire,
        timing: testTiming(seed + writer),
        retry: { tries: 40 },
        onWarning: (message) => warnings.push(message),
      }),
  );
  const told = await writeAll((writer) => storages[writer]!);
  check(wire.text('list.manifest', bucket) ?? '', told, !appendable);
  expect(wire.openBodies).toBe(0);
  expect(warnings).toEqual([]);
  expect([...wire.objects.keys()]).toEqual([`${bucket}/list.manifest`]);
  return told;
}

describe.each([
  ['an object that takes appends', true],
  ['an object that does not', false],
] as const)('8 writers of 40 lines to %s', (_name, appendable) => {
  test.each([0, 0.03, 0.1, 0.3])('at %d faults of each kind: 0 lost, 0 doubled', async (rate) => {
    for (const seed of rate >= 0.1 && !appendable ? [1] : [1, 2]) {
      const { added } = await storm(seed, rate, appendable);
      expect(added.length).toBeGreaterThan(writers * linesEach * 0.95);
    }
  });

  test('with a seed that nobody chose', async () => {
    const seed = randomInt(2 ** 31);
    const { added, unclear, refused } = await storm(seed, 0.1, appendable);
    console.info(
      `append storm, seed ${seed}: ${added.length} added, ${unclear.length} unclear, ${refused} refused`,
    );
  });

  test('over the wire', async () => {
    const { server, storage } = await serve();
    try {
      if (!appendable) server.put(bucket, 'list.manifest', seedLine);
      const share = appendable ? 0.1 : 0.03;
      const actions = [
        { kind: 'reset', at: 'before' },
        { kind: 'reset', at: 'after' },
        { kind: 'error', status: 503, code: 'ServiceUnavailable' },
      ] as const;
      actions.forEach((action, i) => {
        server.fault({ probability: share, seed: 7 + i, do: action });
      });
      const storages = Array.from({ length: writers }, () => storageAt(server, { retry: { tries: 12 } }));
      const count = appendable ? linesEach : 10;
      const told = await writeAll((writer) => storages[writer]!, count);
      server.clearFaults();
      check(server.get(bucket, 'list.manifest')!.toString(), told, !appendable);
      expect(told.added.length).toBeGreaterThan(writers * count * 0.9);
      for (const one of storages) await one.close();
      if (!appendable) await storage.cleanUpUploads(`obs://${bucket}/`, new Date(Date.now() + 60_000));
      await expectQuiet(server, storage);
    } finally {
      await server.close();
    }
  });
});
