import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ObsError, type ObsSettings, type ObsStorage } from '../../../../src/dataset-io/storage/obs/index.js';
import {
  type FaultAction,
  type ObsServer,
  type Operation,
  slowDown,
  startObsServer,
} from '../../../server/obs/index.js';
import { collect, inParts, noise } from './harness.js';
import { bucket, expectQuiet, storageAt } from './server-harness.js';

const kib = 1024;
const path = `obs://${bucket}/dir/object.txt`;
const key = 'dir/object.txt';
const otherKey = 'dir/source.bin';
const content = noise(500 * kib);
const fresh = noise(450 * kib).reverse();

let server: ObsServer;
/** Another service, to which nothing may ever be sent. */
let foreign: ObsServer;
const outcomes = new Map<string, Map<string, string>>();

beforeAll(async () => {
  server = await startObsServer({ hosts: ['obs.one.cloud.test', 'obs.two.cloud.test'] });
  foreign = await startObsServer({ hosts: ['evil.example'] });
});
afterAll(async () => {
  expect(foreign.log).toEqual([]);
  await server.close();
  await foreign.close();
  printTable();
});

/** What goes wrong, and whether it passes when it happens only once. */
const mishaps: Readonly<Record<string, { action: () => FaultAction }>> = {
  'reset before': { action: () => ({ kind: 'reset', at: 'before' }) },
  'reset in request': { action: () => ({ kind: 'reset', at: { requestBytes: 1 } }) },
  'reset after': { action: () => ({ kind: 'reset', at: 'after' }) },
  'reset in answer': { action: () => ({ kind: 'reset', at: { responseBytes: 60 } }) },
  'end in answer': { action: () => ({ kind: 'fin', at: { responseBytes: 60 } }) },
  'stall before': { action: () => ({ kind: 'stall', at: 'before' }) },
  'stall after': { action: () => ({ kind: 'stall', at: 'after' }) },
  'stall in answer': { action: () => ({ kind: 'stall', at: { responseBytes: 60 } }) },
  drip: { action: () => ({ kind: 'drip', bytesPerSecond: 4_000_000 }) },
  truncation: { action: () => ({ kind: 'content-length', delta: -10 }) },
  'too long': { action: () => ({ kind: 'content-length', delta: 10 }) },
  'wrong ETag': { action: () => ({ kind: 'etag' }) },
  '500': { action: () => ({ kind: 'error', status: 500, code: 'InternalError' }) },
  '500 applied': { action: () => ({ kind: 'error', status: 500, code: 'InternalError', applied: true }) },
  '503 Retry-After': { action: () => slowDown(1) },
  '200 with Error': { action: () => ({ kind: 'error-in-200', code: 'InternalError' }) },
  'HTML 502': { action: () => ({ kind: 'html' }) },
  'HTML 200': { action: () => ({ kind: 'html', status: 200 }) },
  'truncated XML': { action: () => ({ kind: 'truncated-xml' }) },
  'ignored range': { action: () => ({ kind: 'ignore-range' }) },
  'delivered twice': { action: () => ({ kind: 'duplicate' }) },
  '307 own': {
    action: () => ({ kind: 'redirect', to: `http://${bucket}.obs.two.cloud.test:${server.port}` }),
  },
  '307 foreign': {
    action: () => ({ kind: 'redirect', to: foreign.virtualEndpoint.replace('obs.test', 'evil.example') }),
  },
};

interface Work {
  /** Mishaps that end it even when they happen once, with the code. */
  readonly fatal?: Readonly<Record<string, string>>;
  /** The requests that go wrong. */
  readonly operation: Operation;
  /** Mishaps that no client can notice. */
  readonly skip?: readonly string[];
  readonly before: () => void;
  /** Checks what it got itself: resolving is a claim to be right. */
  readonly run: (storage: ObsStorage) => Promise<void>;
  /** What may be there after a failure; `unclear` when the error says that nobody knows. */
  readonly after: (outcome: 'ok' | 'failed' | 'unclear') => void;
}

const stored = () => server.get(bucket, key);
const normal = () => server.put(bucket, key, content);
const unchanged = () => expect(stored()?.equals(content)).toBe(true);

function reading(start: number, end: number | undefined, operation: Operation = 'GetObject'): Work {
  return {
    operation,
    fatal: end === undefined ? { 'wrong ETag': 'ConcurrentModification' } : {},
    before: normal,
    run: async (storage) => {
      const got = await collect(storage.openRead(path, { start, end }));
      expect(got.equals(content.subarray(start, end))).toBe(true);
    },
    after: unchanged,
  };
}

function overwriting(operation: Operation, bytes: Buffer): Work {
  return {
    operation,
    before: normal,
    run: async (storage) => {
      const stat = await storage.writeAtomic(path, bytes, { mode: 'overwrite' });
      expect(stat.size).toBe(bytes.length);
    },
    after: (outcome) => {
      const there = stored();
      const isNew = there?.equals(bytes) === true;
      if (outcome === 'ok') expect(isNew).toBe(true);
      else if (outcome === 'failed') expect(there?.equals(content)).toBe(true);
      else expect(isNew || there?.equals(content)).toBe(true);
    },
  };
}

function appending(operation: Operation, old: Buffer, appendable: boolean): Work {
  const line = Buffer.from(`{"sample":1,"text":"${'x'.repeat(300)}"}\n`);
  const expected = Buffer.concat([old, old.at(-1) === 0x0a ? Buffer.alloc(0) : Buffer.from('\n'), line]);
  return {
    operation,
    before: () => server.put(bucket, key, old, { appendable }),
    run: async (storage) => {
      async function* lines() {
        yield line;
      }
      const { start, stat } = await storage.append(path, lines());
      expect([start, stat.size]).toEqual([old.length, expected.length]);
    },
    after: (outcome) => {
      const there = stored();
      const isNew = there?.equals(expected) === true;
      if (outcome === 'ok') expect(isNew).toBe(true);
      else if (outcome === 'failed') expect(there?.equals(old)).toBe(true);
      else expect(isNew || there?.equals(old)).toBe(true);
    },
  };
}

function copying(operation: Operation): Work {
  return {
    operation,
    before: () => {
      normal();
      server.put(bucket, otherKey, fresh);
    },
    run: async (storage) => {
      const write = operation === 'CopyObject' ? {} : { wholeUpToBytes: 0, rangeBytes: 200 * kib };
      const copier = write.wholeUpToBytes === undefined ? storage : storageAt(server, { ...settings, write });
      try {
        const stat = await copier.copy(`obs://${bucket}/${otherKey}`, path, { mode: 'overwrite' });
        expect(stat.size).toBe(fresh.length);
      } finally {
        await copier.close();
      }
    },
    after: (outcome) => {
      const there = stored();
      if (outcome === 'ok') expect(there?.equals(fresh)).toBe(true);
      else if (outcome === 'failed') expect(there?.equals(content)).toBe(true);
      else expect(there?.equals(fresh) || there?.equals(content)).toBe(true);
      server.delete(bucket, otherKey);
    },
  };
}

const listing: Work = {
  operation: 'ListObjects',
  before: () => {
    normal();
    for (let i = 0; i < 7; i++) server.put(bucket, `dir/${i} <&">`, 'x');
  },
  run: async (storage) => {
    const names: string[] = [];
    for await (const entry of storage.list(`obs://${bucket}/dir`, { recursive: true }))
      names.push(entry.name);
    expect(names).toEqual([...Array.from({ length: 7 }, (_, i) => `${i} <&">`), 'object.txt']);
  },
  after: () => {
    for (let i = 0; i < 7; i++) server.delete(bucket, `dir/${i} <&">`);
  },
};

const smallBytes = fresh.subarray(0, 20 * kib);
const open = Buffer.from('{"sample":0}');
const works: Readonly<Record<string, Work>> = {
  read: reading(0, undefined),
  'read a range': reading(70_000, 80_000),
  'look at': {
    ...reading(0, undefined, 'HeadObject'),
    fatal: {},
    skip: ['truncation', 'too long'],
    run: async (storage) =>
      expect(await storage.stat(path)).toMatchObject({ kind: 'file', size: content.length }),
  },
  'overwrite: PUT': overwriting('PutObject', smallBytes),
  'overwrite: initiate': overwriting('InitiateMultipartUpload', fresh),
  'overwrite: part': overwriting('UploadPart', fresh),
  'overwrite: complete': overwriting('CompleteMultipartUpload', fresh),
  'overwrite: HEAD': {
    ...overwriting('HeadObject', fresh),
    fatal: { truncation: 'ConcurrentModification', 'too long': 'ConcurrentModification' },
  },
  // What was delivered twice looks as if another writer had come first with the same bytes.
  append: { ...appending('AppendObject', open, true), skip: ['delivered twice'] },
  'append: HEAD': appending('HeadObject', open, true),
  'append: GET': appending('GetObject', open, true),
  'rewrite: lock': appending('AppendObject', open, false),
  'rewrite: copy': { ...appending('UploadPartCopy', content, false), fatal: { 'wrong ETag': 'Io' } },
  'rewrite: part': appending('UploadPart', content, false),
  'rewrite: complete': appending('CompleteMultipartUpload', content, false),
  'rewrite: GET': appending('GetObject', open, false),
  // The lines are in, whatever becomes of the lock.
  'rewrite: unlock': { ...appending('DeleteObject', open, false), fatal: { '307 foreign': 'ok' } },
  copy: copying('CopyObject'),
  'copy: ranges': { ...copying('UploadPartCopy'), fatal: { 'wrong ETag': 'Io' } },
  list: listing,
};

const partBytes = 120 * kib;
let settings: Partial<ObsSettings> = {};

/** Both engines meet every work and every mishap, by turns. */
function engineFor(work: string, mishap: string): 'native' | 'esdk' {
  const place = Object.keys(works).indexOf(work) + Object.keys(mishaps).indexOf(mishap);
  return place % 2 === 0 ? 'native' : 'esdk';
}

/** Silence ends soon where it is what is tested, and nowhere else: a machine can be slow. */
function settingsFor(work: string, mishap: string, times: number): Partial<ObsSettings> {
  return {
    engine: engineFor(work, mishap),
    endpoint: `http://obs.one.cloud.test:${server.port}`,
    idleTimeoutMs: mishap.startsWith('stall') ? 100 : 30_000,
    read: { ...inParts(partBytes), parallelFromBytes: 2 * partBytes },
    write: { partBytes },
    retry: { tries: times === 1 ? 6 : 2 },
  };
}

function note(work: string, mishap: string, text: string): void {
  const row = outcomes.get(work) ?? new Map<string, string>();
  outcomes.set(work, row);
  row.set(mishap, [row.get(mishap), text].filter((part) => part !== undefined).join(' / '));
}

function printTable(): void {
  const rows = [...outcomes].flatMap(([work, row]) => {
    const groups = new Map<string, string[]>();
    for (const [mishap, said] of row) groups.set(said, [...(groups.get(said) ?? []), mishap]);
    return [...groups].map(([said, names]) => `  ${work.padEnd(20)} ${said.padEnd(30)} ${names.join(', ')}`);
  });
  console.info(['fault matrix: once / always', ...rows].join('\n'));
}

describe.each(Object.entries(works))('%s', (work, { operation, before, run, after, fatal, skip }) => {
  const names = Object.keys(mishaps).filter((name) => skip?.includes(name) !== true);
  test.each(names)('%s', async (mishap) => {
    const { action } = mishaps[mishap]!;
    for (const times of [1, Number.POSITIVE_INFINITY]) {
      before();
      server.clearLog();
      settings = settingsFor(work, mishap, times);
      const storage = storageAt(server, settings);
      const sockets = server.openSockets;
      const plan = server.fault({ operation, times, do: action() });
      let outcome: 'ok' | 'failed' | 'unclear' = 'ok';
      let said = 'ok';
      try {
        await run(storage);
      } catch (error) {
        if (!(error instanceof ObsError)) throw error;
        expect(error.path).toContain(`obs://${bucket}/`);
        expect(error['hint']).toMatch(/\.$/);
        outcome = error.mayHaveApplied ? 'unclear' : 'failed';
        said = error.mayHaveApplied ? `${error.code}?` : error.code;
      }
      if (work === 'overwrite: initiate' && mishap === 'delivered twice') {
        // The upload of which no answer tells: nobody can know of it but by looking.
        expect(server.openUploads).toBe(plan.hits);
        await storage.cleanUpUploads(`obs://${bucket}/dir/`, new Date(Date.now() + 60_000));
      }
      try {
        expect(plan.hits).toBeGreaterThan(0);
        plan.remove();
        note(work, mishap, said);
        after(outcome);
        // What passes does no harm.
        if (times === 1)
          expect(said.replace('?', '')).toBe(
            fatal?.[mishap] ?? (mishap === '307 foreign' ? 'BadAddress' : 'ok'),
          );
      } finally {
        // Who can read nothing, or delete nothing, cannot give up a lock, and says so.
        if (outcome !== 'ok' || work === 'rewrite: unlock')
          server.delete(bucket, 'dir/.object.txt.labelkit-lock');
        // A server that does not read does not notice that the connection has ended.
        await expectQuiet(server, storage, sockets + (mishap === 'stall before' ? plan.hits : 0));
      }
    }
  });
});
