import { describe, expect, test } from 'vitest';
import {
  checkVocFiles,
  practise,
  runVocShard,
  type VocWork,
  vocShard,
} from '../../src/dataset-io/jobs/voc-shard.js';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { mergeVocSummaries } from '../../src/dataset-io/voc-validator.js';

/** Many pieces, so that three threads have something to share. */
const files = 2500;

function xml(serial: number): string {
  // Every tenth file has a box that ends before it begins.
  const xmax = serial % 10 === 0 ? 0 : 90;
  return `<annotation><filename>${serial}.jpg</filename><size><width>640</width><height>480</height><depth>3</depth></size><object><name>label ${serial % 7}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>${xmax}</xmax><ymax>80</ymax></bndbox></object></annotation>`;
}

async function folder(maxDiagnostics: number): Promise<{ storage: MemoryStorage; work: VocWork }> {
  const storage = new MemoryStorage();
  const names: string[] = [];
  for (let serial = 0; serial < files; serial++) {
    const name = `${String(serial).padStart(5, '0')}.xml`;
    names.push(name);
    storage.writeSmallSync(`mem://set/${name}`, Buffer.from(xml(serial)));
  }
  const options = { mode: 'strict', profile: 'generic', maxDiagnostics, minSeverity: 'error' } as const;
  return { storage, work: { folder: 'mem://set', names, options } };
}

const ignore = () => undefined;

describe('files shared between threads', () => {
  test.each([0, 3, 150, 100_000])('give what one thread gives, listing at most %d', async (most) => {
    const { storage, work } = await folder(most);
    const alone = await checkVocFiles(storage, work, ignore);
    const shard = vocShard(work, 3);
    const parts = await Promise.all([1, 2, 3].map(() => runVocShard(storage, shard, ignore)));
    const pieces = parts.flat().sort((a, b) => a.index - b.index);
    expect(pieces.map(({ index }) => index)).toEqual(shard.pieces.map((_, index) => index));
    expect(pieces.length).toBeGreaterThan(10);
    const merged = mergeVocSummaries(
      pieces.map(({ summary }) => summary),
      most,
    );
    expect(merged).toEqual(alone);
    expect(alone.samples).toBe(files);
    expect(alone.errors).toBeGreaterThan(0);
    expect(alone.diagnostics.length).toBe(Math.min(most, alone.errors));
    expect([...merged.labels.keys()]).toEqual([...alone.labels.keys()]);
  });

  test('are practised on until there is work, whatever they hold', async () => {
    const { storage, work } = await folder(0);
    const read: string[] = [];
    const readSync = storage.readSync.bind(storage);
    storage.readSync = (path, into) => {
      read.push(path);
      return readSync(path, into);
    };
    storage.writeSmallSync('mem://set/broken.xml', Buffer.from('<annotation'));
    const names = [work.names[0], 'broken.xml', 'image.jpg', 'missing.xml', work.names[1]];
    let looks = 0;
    await practise(
      storage,
      names.map((name) => `mem://set/${name}`),
      () => ++looks > 3,
      Number.POSITIVE_INFINITY,
    );
    const round = [work.names[0], 'broken.xml', 'missing.xml', work.names[1]].map(
      (name) => `mem://set/${name}`,
    );
    expect(read).toEqual([...round, ...round, ...round]);
    await practise(storage, ['mem://set/image.jpg'], () => false);
    await practise(storage, [], () => false);
    expect(read.length).toBe(12);
  });

  test('tell how far each has come', async () => {
    const { storage, work } = await folder(0);
    let items = 0;
    await runVocShard(storage, vocShard(work, 2), (progress) => {
      expect(progress.items).toBeGreaterThan(items);
      items = progress.items;
    });
    expect(items).toBe(files);
  });
});
