import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ObjectBody,
  type ObsCredentials,
  type ObsWire,
  type WireAnswer,
  WireFault,
  type WireSettings,
} from '../../../../src/dataset-io/storage/obs/wire.js';
import { AbortedError, LabelkitError } from '../../../../src/model/index.js';
import {
  type FaultAction,
  lookup,
  type ObsServer,
  type ObsServerOptions,
  startObsServer,
} from '../../../server/obs/index.js';
import { oddKeys as plainOddKeys } from '../../../support/odd-keys.js';
import { readableOf } from './body.js';

export type MakeWire = (settings: WireSettings) => ObsWire | Promise<ObsWire>;

export interface Ability {
  /** The signatures that the engine knows. */
  readonly signatures: readonly NonNullable<WireSettings['signature']>[];
  /** Signatures with which the engine can put the bucket into the path. */
  readonly pathStyle: readonly NonNullable<WireSettings['signature']>[];
}

const bucket = 'test-bucket';
/** Long enough that no test meets it. */
const patient = { idleMs: 60_000 };
const token = 'TOKEN/EXAMPLE+0000000000==';

/** With those that only OBS itself takes. */
const oddKeys = [
  ...plainOddKeys,
  '/leading',
  'tab\tline\nreturn\r.txt',
  'control\x01\x1f\x7f.txt',
  'x'.repeat(1024),
];

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
const hex = (bytes: Uint8Array): string => md5(bytes).toString('hex');
const sent = (body: Uint8Array) => ({ body, contentMd5: md5(body).toString('base64') });
const text = (content: string) => sent(Buffer.from(content));

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let n = 0, state = 1; n < length; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[n] = state >>> 24;
  }
  return bytes;
}

async function whole({ body }: { readonly body: ObjectBody }): Promise<Buffer> {
  return Buffer.concat((await readableOf(body).toArray()) as Buffer[]);
}

/** What a promise rejects with; the test fails when it does not. */
async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  }
  throw new Error('it succeeded');
}

async function fault(work: Promise<unknown>): Promise<WireFault> {
  const error = await rejection(work);
  expect(error).toBeInstanceOf(WireFault);
  return error as WireFault;
}

/** Waits for something that is bound to happen. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(2);
}

/** One request of each kind, on a server where it succeeds. */
interface Sample {
  readonly name: Exclude<keyof ObsWire, 'engine' | 'close'>;
  readonly run: (
    wire: ObsWire,
    options: typeof patient & { signal?: AbortSignal },
    upload: string,
  ) => Promise<unknown>;
  /** False for requests that change nothing. */
  readonly changes: boolean;
  /** The answer is a document. */
  readonly document?: boolean;
}

const samples: readonly Sample[] = [
  { name: 'headBucket', changes: false, run: (wire, options) => wire.headBucket({ bucket }, options) },
  {
    name: 'headObject',
    changes: false,
    run: (wire, options) => wire.headObject({ bucket, key: 'there' }, options),
  },
  {
    name: 'getObject',
    changes: false,
    run: async (wire, options) => whole(await wire.getObject({ bucket, key: 'there' }, options)),
  },
  {
    name: 'putObject',
    changes: true,
    run: (wire, options) => wire.putObject({ bucket, key: 'new', ...text('new') }, options),
  },
  {
    name: 'appendObject',
    changes: true,
    run: (wire, options) => wire.appendObject({ bucket, key: 'log', position: 3, ...text('more') }, options),
  },
  {
    name: 'listObjects',
    changes: false,
    document: true,
    run: (wire, options) => wire.listObjects({ bucket }, options),
  },
  {
    name: 'deleteObject',
    changes: true,
    run: (wire, options) => wire.deleteObject({ bucket, key: 'there' }, options),
  },
  {
    name: 'deleteObjects',
    changes: true,
    document: true,
    run: (wire, options) => wire.deleteObjects({ bucket, keys: ['there'] }, options),
  },
  {
    name: 'copyObject',
    changes: true,
    document: true,
    run: (wire, options) =>
      wire.copyObject({ bucket, key: 'copy', source: { bucket, key: 'there' } }, options),
  },
  {
    name: 'startUpload',
    changes: true,
    document: true,
    run: (wire, options) => wire.startUpload({ bucket, key: 'parts' }, options),
  },
  {
    name: 'uploadPart',
    changes: true,
    run: (wire, options, uploadId) =>
      wire.uploadPart({ bucket, key: 'parts', uploadId, partNumber: 2, ...text('two') }, options),
  },
  {
    name: 'copyPart',
    changes: true,
    document: true,
    run: (wire, options, uploadId) =>
      wire.copyPart(
        { bucket, key: 'parts', uploadId, partNumber: 2, source: { bucket, key: 'there' } },
        options,
      ),
  },
  {
    name: 'completeUpload',
    changes: true,
    document: true,
    run: (wire, options, uploadId) =>
      wire.completeUpload(
        { bucket, key: 'parts', uploadId, parts: [{ partNumber: 1, etag: hex(Buffer.from('one')) }] },
        options,
      ),
  },
  {
    name: 'abortUpload',
    changes: true,
    run: (wire, options, uploadId) => wire.abortUpload({ bucket, key: 'parts', uploadId }, options),
  },
  {
    name: 'listUploads',
    changes: false,
    document: true,
    run: (wire, options) => wire.listUploads({ bucket }, options),
  },
];

const sampleNamed = (name: Sample['name']): Sample => samples.find((sample) => sample.name === name)!;

/** What every engine must do, whatever it is made of. */
export function wireConformance(name: string, makeWire: MakeWire, ability: Ability): void {
  describe(`the wire ${name}`, () => {
    const open: { close(): unknown }[] = [];
    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
    });

    async function start(
      options: ObsServerOptions = {},
      settings: Partial<WireSettings> = {},
    ): Promise<{ server: ObsServer; wire: ObsWire }> {
      const server = await startObsServer({
        buckets: [bucket, 'second-bucket', { name: 'pfs', pfs: true }, { name: 'worm', worm: true }],
        ...options,
      });
      open.push(server);
      return { server, wire: await wireTo(server, settings) };
    }

    async function wireTo(server: ObsServer, settings: Partial<WireSettings> = {}): Promise<ObsWire> {
      const credentials: ObsCredentials = {
        accessKey: server.accessKey,
        secretKey: server.secretKey,
        securityToken: server.securityToken,
      };
      const wire = await makeWire({
        endpoint: settings.addressing === 'path' ? server.endpoint : server.virtualEndpoint,
        lookup,
        region: 'test-region',
        credentials: async () => credentials,
        ...settings,
      });
      open.push(wire);
      return wire;
    }

    /** A server on which every sample succeeds. */
    async function startWithSamples(
      options: ObsServerOptions = {},
      settings: Partial<WireSettings> = {},
    ): Promise<{ server: ObsServer; wire: ObsWire; upload: string }> {
      const { server, wire } = await start(options, settings);
      server.put(bucket, 'there', 'content');
      server.put(bucket, 'log', 'log', { appendable: true });
      const { uploadId } = await wire.startUpload({ bucket, key: 'parts' }, patient);
      await wire.uploadPart({ bucket, key: 'parts', uploadId, partNumber: 1, ...text('one') }, patient);
      server.clearLog();
      return { server, wire, upload: uploadId };
    }

    const styles = ability.signatures.flatMap((signature) => [
      { signature, addressing: 'virtual' as const },
      { signature, addressing: 'domain' as const },
      ...(ability.pathStyle.includes(signature) ? [{ signature, addressing: 'path' as const }] : []),
    ]);

    describe.each(styles)('signature $signature, addressing $addressing', ({ signature, addressing }) => {
      test('every request is understood, and is one request', async () => {
        const custom = addressing === 'domain' ? { customDomains: { 'data.example': bucket } } : {};
        const { server, wire, upload } = await startOn(custom);
        for (const sample of samples) {
          if (sample.name === 'abortUpload') continue;
          if (sample.name === 'copyObject') server.put(bucket, 'there', 'content');
          server.clearLog();
          await sample.run(wire, patient, upload);
          expect(server.log, sample.name).toMatchObject([{ scheme: signature, state: 'done' }]);
          expect(server.log[0]!.headers['transfer-encoding'], sample.name).toBeUndefined();
          expect(server.log[0]!.headers['expect'], sample.name).toBeUndefined();
          expect(server.log[0]!.headers['host'], sample.name).toMatch(new RegExp(`:${server.port}$`));
          if (['PUT', 'POST'].includes(server.log[0]!.method))
            expect(server.log[0]!.headers['content-length'], sample.name).toMatch(/^\d+$/);
        }
      });

      test('odd keys arrive as they are', async () => {
        const custom = addressing === 'domain' ? { customDomains: { 'data.example': bucket } } : {};
        const { server, wire } = await startOn(custom);
        server.delete(bucket, 'there');
        server.delete(bucket, 'log');
        for (const key of oddKeys) {
          const body = Buffer.from(`content of ${key}`);
          await wire.putObject({ bucket, key, ...sent(body) }, patient);
          expect(server.get(bucket, key)).toEqual(body);
          expect(await whole(await wire.getObject({ bucket, key }, patient))).toEqual(body);
          const source = { bucket, key };
          await wire.copyObject({ bucket, key: 'copied', source, sourceIfMatch: hex(body) }, patient);
          expect(server.get(bucket, 'copied')).toEqual(body);
          server.delete(bucket, 'copied');
        }
        const { objects } = await wire.listObjects({ bucket }, patient);
        expect(new Set(objects.map(({ key }) => key))).toEqual(new Set(oddKeys));
        await wire.deleteObject({ bucket, key: oddKeys[5]! }, patient);
        expect(server.keys(bucket)).toHaveLength(oddKeys.length - 1);
      });

      async function startOn(custom: ObsServerOptions) {
        const settings: { -readonly [K in keyof WireSettings]?: WireSettings[K] } = { signature, addressing };
        if (addressing !== 'domain') return await startWithSamples(custom, settings);
        const { server, wire, upload } = await startWithSamples(custom, { signature });
        settings.endpoint = `http://data.example:${server.port}`;
        wire.close();
        return { server, wire: await wireTo(server, settings), upload };
      }
    });

    describe('objects', () => {
      test.each([
        ['nothing', Buffer.alloc(0)],
        ['bytes that are no text', Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x41, 0x42])],
        ['more than one piece', noise(3 * 1024 * 1024 + 7)],
      ])('a body of %s arrives byte for byte', async (_what, body) => {
        const { server, wire } = await start();
        const answer = await wire.putObject({ bucket, key: 'k', ...sent(body) }, patient);
        expect(answer).toMatchObject({ status: 200, headers: { etag: hex(body) } });
        expect(server.get(bucket, 'k')!.equals(body)).toBe(true);
        const got = await wire.getObject({ bucket, key: 'k' }, patient);
        expect(got).toMatchObject({
          status: 200,
          headers: { etag: hex(body), 'content-length': String(body.length) },
        });
        expect((await whole(got)).equals(body)).toBe(true);
      });

      test('the bytes of a larger buffer are taken from where they are', async () => {
        const { server, wire } = await start();
        const body = noise(1000).subarray(100, 200);
        await wire.putObject({ bucket, key: 'k', ...sent(body) }, patient);
        expect(server.get(bucket, 'k')).toEqual(body);
      });

      test.each(['putObject', 'appendObject', 'startUpload'] as const)(
        '%s stores content type and metadata',
        async (how) => {
          const { server, wire } = await start();
          const stored = { bucket, key: 'k', contentType: 'image/jpeg', metadata: { colour: 'red' } };
          const body = text('x');
          if (how === 'putObject') await wire.putObject({ ...stored, ...body }, patient);
          if (how === 'appendObject') await wire.appendObject({ ...stored, ...body, position: 0 }, patient);
          if (how === 'startUpload') {
            const { uploadId } = await wire.startUpload(stored, patient);
            const part = { bucket, key: 'k', uploadId, partNumber: 1 };
            const { etag } = await wire.uploadPart({ ...part, ...body }, patient);
            await wire.completeUpload({ ...part, parts: [{ partNumber: 1, etag }] }, patient);
          }
          expect(server.stat(bucket, 'k')).toMatchObject({
            contentType: 'image/jpeg',
            metadata: { colour: 'red' },
          });
          const { headers } = await wire.headObject({ bucket, key: 'k' }, patient);
          expect(headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-obs-meta-colour': 'red' });
        },
      );

      test('a body is refused when its MD5 is another', async () => {
        const { wire } = await start();
        const body = { body: Buffer.from('one'), contentMd5: md5(Buffer.from('two')).toString('base64') };
        const error = await fault(wire.putObject({ bucket, key: 'k', ...body }, patient));
        expect(error).toMatchObject({
          kind: 'status',
          status: 400,
          serviceCode: 'BadDigest',
          mayHaveApplied: false,
        });
      });

      test.each([
        [{ first: 0, last: 0 }, '0', 'bytes 0-0/10'],
        [{ first: 3, last: 5 }, '345', 'bytes 3-5/10'],
        [{ first: 7 }, '789', 'bytes 7-9/10'],
        [{ first: 7, last: 99 }, '789', 'bytes 7-9/10'],
      ])('range %o', async (range, expected, contentRange) => {
        const { server, wire } = await start();
        server.put(bucket, 'k', '0123456789');
        const answer = await wire.getObject({ bucket, key: 'k', range }, patient);
        expect(answer).toMatchObject({ status: 206, headers: { 'content-range': contentRange } });
        expect((await whole(answer)).toString()).toBe(expected);
      });

      test('a range behind the end is a fault; one that is ignored gives the whole object', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', '0123456789');
        const range = { first: 10 };
        const error = await fault(wire.getObject({ bucket, key: 'k', range }, patient));
        expect(error).toMatchObject({ kind: 'status', status: 416, serviceCode: 'InvalidRange' });
        server.fault({ do: { kind: 'ignore-range' } });
        const answer = await wire.getObject({ bucket, key: 'k', range: { first: 2, last: 3 } }, patient);
        expect(answer.status).toBe(200);
        expect((await whole(answer)).toString()).toBe('0123456789');
      });

      test.each(['bytes 1-2/10', 'bytes 0-2/10', 'bytes 0-1/1', 'bytes */10', 'nonsense'])(
        'an answer of another range (%s) is malformed',
        async (contentRange) => {
          const { server, wire } = await start();
          server.put(bucket, 'k', '0123456789');
          server.fault({ do: { kind: 'headers', set: { 'content-range': contentRange } } });
          const request = { bucket, key: 'k', range: { first: 0, last: 1 } };
          const error = await fault(wire.getObject(request, patient));
          expect(error).toMatchObject({ kind: 'malformed', status: 206, mayHaveApplied: false });
        },
      );

      test('conditions on ETags are met or not', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', 'content');
        const { etag } = server.stat(bucket, 'k')!;
        expect(
          (await whole(await wire.getObject({ bucket, key: 'k', ifMatch: etag }, patient))).toString(),
        ).toBe('content');
        const source = { bucket, key: 'k' };
        await wire.copyObject({ bucket, key: 'copy', source, sourceIfMatch: etag }, patient);
        for (const work of [
          wire.getObject({ bucket, key: 'k', ifMatch: '0'.repeat(32) }, patient),
          wire.copyObject({ bucket, key: 'copy2', source, sourceIfMatch: '0'.repeat(32) }, patient),
        ]) {
          expect(await fault(work)).toMatchObject({
            status: 412,
            serviceCode: 'PreconditionFailed',
            mayHaveApplied: false,
          });
        }
        expect(server.keys(bucket)).toEqual(['copy', 'k']);
      });

      test('what is not there', async () => {
        const { server, wire } = await start();
        const key = 'k';
        for (const [work, serviceCode] of [
          [wire.headObject({ bucket, key }, patient), 'NoSuchKey'],
          [wire.getObject({ bucket, key }, patient), 'NoSuchKey'],
          [wire.copyObject({ bucket, key: 'c', source: { bucket, key } }, patient), 'NoSuchKey'],
          [wire.headBucket({ bucket: 'no-bucket' }, patient), 'NoSuchBucket'],
          [wire.putObject({ bucket: 'no-bucket', key, ...text('x') }, patient), 'NoSuchBucket'],
          [
            wire.uploadPart({ bucket, key, uploadId: 'none', partNumber: 1, ...text('x') }, patient),
            'NoSuchUpload',
          ],
        ] as const) {
          const error = await fault(work);
          expect(error).toMatchObject({ kind: 'status', status: 404, serviceCode, mayHaveApplied: false });
          expect(error.requestId).toMatch(/^[0-9A-F]{32}$/);
          expect(error.serverDate).toBeInstanceOf(Date);
        }
        await wire.deleteObject({ bucket, key }, patient);
        expect(server.keys(bucket)).toEqual([]);
      });

      test('an empty key is refused before it becomes a request to the bucket', async () => {
        const { server, wire } = await start();
        const error = await rejection(wire.deleteObject({ bucket, key: '' }, patient));
        expect(error).toMatchObject({ code: 'BadAddress' });
        expect(server.log).toEqual([]);
      });

      test.each([
        ['half a character in a key', { key: '\ud800' }, 'BadAddress'],
        ['a bucket that is no name', { bucket: 'a/b' }, 'BadAddress'],
        ['a line end in a header', { contentType: 'a\r\nx: b' }, 'BadOption'],
        ['a letter outside Latin-1 in metadata', { metadata: { name: '图' } }, 'BadOption'],
      ])('%s is an error before anything is sent', async (_what, odd, code) => {
        const { server, wire } = await start();
        const request = { bucket, key: 'k', ...text('x'), ...odd };
        const error = await rejection(wire.putObject(request, patient));
        expect(error).toBeInstanceOf(LabelkitError);
        expect(error).toMatchObject({ code });
        expect(server.log).toEqual([]);
      });
    });

    describe('appending', () => {
      test('adds at the end, and says where that is now', async () => {
        const { server, wire } = await start();
        const one = await wire.appendObject({ bucket, key: 'k', position: 0, ...text('one\n') }, patient);
        expect(one.nextPosition).toBe(4);
        const two = await wire.appendObject({ bucket, key: 'k', position: 4, ...text('two\n') }, patient);
        expect(two.nextPosition).toBe(8);
        expect(server.get(bucket, 'k')!.toString()).toBe('one\ntwo\n');
        const { headers } = await wire.headObject({ bucket, key: 'k' }, patient);
        expect(headers).toMatchObject({
          'x-obs-object-type': 'Appendable',
          'x-obs-next-append-position': '8',
        });
      });

      test.each([
        ['at another position', 'log', 2, 'PositionNotEqualToLength'],
        ['to an object that was put', 'there', 7, 'ObjectNotAppendable'],
      ])('%s is refused', async (_what, key, position, serviceCode) => {
        const { wire } = await startWithSamples();
        const error = await fault(wire.appendObject({ bucket, key, position, ...text('x') }, patient));
        expect(error).toMatchObject({ kind: 'status', status: 409, serviceCode, mayHaveApplied: false });
      });

      test('an answer that does not say where the end is, is malformed', async () => {
        const { server, wire } = await startWithSamples();
        const name = 'x-obs-next-append-position';
        server.fault({ do: { kind: 'headers', remove: [name] } });
        const request = { bucket, key: 'log', position: 3, ...text('x') };
        expect(await fault(wire.appendObject(request, patient))).toMatchObject({
          kind: 'malformed',
          mayHaveApplied: true,
        });
      });
    });

    test('a parallel file system says what it is', async () => {
      const { wire } = await startWithSamples();
      const { headers } = await wire.headBucket({ bucket: 'pfs' }, patient);
      expect(headers['x-obs-fs-file-interface']).toBe('Enabled');
    });

    describe('listing', () => {
      test('by prefix and delimiter, page by page', async () => {
        const { server, wire } = await start({ pageSize: 2 });
        for (const key of ['a/1', 'a/2', 'b', 'c/1', 'c/d/2', 'e', 'é', '图']) server.put(bucket, key, key);
        const seen: string[] = [];
        let marker: string | undefined;
        do {
          const page = await wire.listObjects({ bucket, delimiter: '/', marker }, patient);
          seen.push(...[...page.objects.map(({ key }) => key), ...page.prefixes].sort());
          marker = page.nextMarker;
        } while (marker !== undefined);
        expect(seen).toEqual(['a/', 'b', 'c/', 'e', 'é', '图']);
        const below = await wire.listObjects({ bucket, prefix: 'c/', delimiter: '/' }, patient);
        expect(below).toMatchObject({ objects: [{ key: 'c/1', size: 3 }], prefixes: ['c/d/'] });
        expect(below.nextMarker).toBeUndefined();
      });

      test('goes on after the last key where the service names no marker', async () => {
        const { server, wire } = await start({ pageSize: 2, omitNextMarker: true });
        for (const key of ['a', 'b', 'c']) server.put(bucket, key, key);
        const page = await wire.listObjects({ bucket }, patient);
        expect(page.nextMarker).toBe('b');
        const last = await wire.listObjects({ bucket, marker: 'b' }, patient);
        expect(last).toMatchObject({ objects: [{ key: 'c' }] });
        expect(last.nextMarker).toBeUndefined();
      });

      test('says all about an object', async () => {
        const { server, wire } = await startWithSamples();
        const { objects } = await wire.listObjects({ bucket, prefix: 'l', maxKeys: 1 }, patient);
        const { etag, modified } = server.stat(bucket, 'log')!;
        expect(objects).toEqual([
          { key: 'log', size: 3, etag, modified: new Date(modified), appendable: true },
        ]);
        expect((await wire.listObjects({ bucket, prefix: 't' }, patient)).objects[0]!.appendable).toBe(false);
      });

      test.each([{ escapeQuotes: true }, { numericEntities: true }])(
        'a thousand keys written with %o',
        async (xml) => {
          const { server, wire } = await start({ xml });
          const keys = Array.from({ length: 1000 }, (_, n) => `目录/${String(n).padStart(4, '0')}"&<'>.jpg`);
          for (const key of keys) server.put(bucket, key, 'x');
          const page = await wire.listObjects({ bucket }, patient);
          expect(page.objects.map(({ key }) => key)).toEqual(keys);
          expect(page.objects.every(({ etag }) => etag === hex(Buffer.from('x')))).toBe(true);
        },
      );

      test('of nothing', async () => {
        const { wire } = await start();
        expect(await wire.listObjects({ bucket }, patient)).toEqual({ objects: [], prefixes: [] });
        expect(await wire.listUploads({ bucket }, patient)).toEqual({ uploads: [] });
      });
    });

    describe('multipart', () => {
      test('parts that are sent and copied become one object', async () => {
        const { server, wire } = await start({ minPartBytes: 1 });
        server.put('second-bucket', 'source +é', '0123456789');
        const source = { bucket: 'second-bucket', key: 'source +é' };
        const at = { bucket, key: 'k' };
        const { uploadId } = await wire.startUpload(at, patient);
        const body = noise(300_000);
        const one = await wire.uploadPart({ ...at, uploadId, partNumber: 1, ...sent(body) }, patient);
        expect(one.etag).toBe(hex(body));
        const sourceIfMatch = hex(Buffer.from('0123456789'));
        const copy = { ...at, uploadId, partNumber: 2, source, sourceIfMatch };
        const two = await wire.copyPart({ ...copy, range: { first: 2, last: 4 } }, patient);
        expect(two.etag).toBe(hex(Buffer.from('234')));
        const parts = [one, two].map(({ etag }, n) => ({ partNumber: n + 1, etag }));
        const { etag } = await wire.completeUpload({ ...at, uploadId, parts }, patient);
        expect(etag).toMatch(/^[0-9a-f]{32}-2$/);
        expect(server.get(bucket, 'k')!.equals(Buffer.concat([body, Buffer.from('234')]))).toBe(true);
        const { headers } = await wire.headObject(at, patient);
        expect(headers).toMatchObject({ etag, 'x-obs-uploadid': uploadId });
        server.assertClean();
      });

      test('open uploads are listed page by page, and aborted', async () => {
        const { server, wire } = await start({ pageSize: 1 });
        const started = new Map<string, string>();
        for (const key of ['a b', 'a b', '图&+<']) {
          const { uploadId } = await wire.startUpload({ bucket, key }, patient);
          started.set(uploadId, key);
        }
        const found = new Map<string, string>();
        let next: { keyMarker: string; uploadIdMarker: string } | undefined;
        do {
          const page = await wire.listUploads({ bucket, ...next }, patient);
          for (const { uploadId, key, started: at } of page.uploads) {
            found.set(uploadId, key);
            expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(3_600_000);
          }
          next = page.next;
        } while (next !== undefined);
        expect(found).toEqual(started);
        for (const [uploadId, key] of found) await wire.abortUpload({ bucket, key, uploadId }, patient);
        server.assertClean();
      });
    });

    describe('deleting many', () => {
      test('odd keys', async () => {
        const { server, wire } = await start();
        for (const key of oddKeys) server.put(bucket, key, 'x');
        expect(await wire.deleteObjects({ bucket, keys: [...oddKeys, 'not there'] }, patient)).toEqual([]);
        expect(server.keys(bucket)).toEqual([]);
      });

      test('a thousand at a time', async () => {
        const { server, wire } = await start();
        const keys = Array.from({ length: 1000 }, (_, n) => `key ${n} <&>`);
        for (const key of keys) server.put(bucket, key, 'x');
        expect(await wire.deleteObjects({ bucket, keys }, patient)).toEqual([]);
        expect(server.keys(bucket)).toEqual([]);
      });

      test.each([['<&>"\' é图'], ['control \x01']])('what cannot be deleted is said: %j', async (key) => {
        const { server, wire } = await start();
        server.put('worm', key, 'x');
        server.put('worm', 'plain', 'x');
        const failures = await wire.deleteObjects(
          { bucket: 'worm', keys: [key, 'plain', 'not there'] },
          patient,
        );
        expect(failures).toMatchObject([
          { key, code: 'AccessDenied', message: expect.stringContaining('immutable') },
          { key: 'plain', code: 'AccessDenied' },
        ]);
      });
    });

    describe('refusals and pages', () => {
      interface Refusal {
        readonly what: string;
        readonly action: FaultAction;
        /** Of requests that change something. */
        readonly mayHaveApplied: boolean;
        readonly expected: Partial<Record<keyof WireFault, unknown>>;
        /** To a HEAD, which has no body. */
        readonly toHead?: Partial<Record<keyof WireFault, unknown>>;
      }
      const refusals: readonly Refusal[] = [
        {
          what: '503 SlowDown',
          action: { kind: 'error', status: 503, code: 'SlowDown', retryAfter: 3 },
          mayHaveApplied: true,
          expected: { kind: 'status', status: 503, serviceCode: 'SlowDown', retryAfterMs: 3000 },
        },
        {
          what: '500 InternalError',
          action: { kind: 'error', status: 500, code: 'InternalError' },
          mayHaveApplied: true,
          expected: { kind: 'status', status: 500, serviceCode: 'InternalError', retryAfterMs: undefined },
        },
        {
          what: '403 AccessDenied',
          action: { kind: 'error', status: 403, code: 'AccessDenied' },
          mayHaveApplied: false,
          expected: { kind: 'status', status: 403, serviceCode: 'AccessDenied' },
        },
        {
          what: '409 OperationAborted',
          action: { kind: 'error', status: 409, code: 'OperationAborted' },
          mayHaveApplied: false,
          expected: { kind: 'status', status: 409, serviceCode: 'OperationAborted' },
        },
        {
          what: 'the 502 page of a proxy',
          action: { kind: 'html' },
          mayHaveApplied: true,
          expected: { kind: 'malformed', status: 502, serviceCode: '' },
          toHead: { kind: 'status', status: 502, serviceCode: '' },
        },
        {
          what: 'the 403 page of a proxy',
          action: { kind: 'html', status: 403 },
          mayHaveApplied: false,
          expected: { kind: 'malformed', status: 403, serviceCode: '' },
          toHead: { kind: 'status', status: 403, serviceCode: '' },
        },
        {
          what: 'a redirect',
          action: { kind: 'redirect', to: 'http://elsewhere.test:8080' },
          mayHaveApplied: false,
          expected: { kind: 'status', status: 307, location: 'http://elsewhere.test:8080' },
        },
      ];
      const table = refusals.flatMap((refusal) => samples.map((sample) => ({ ...refusal, ...sample })));
      test.each(table)(
        '$what to $name',
        async ({ name, action, expected, toHead, mayHaveApplied, changes }) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: action });
          const error = await fault(sampleNamed(name).run(wire, patient, upload));
          const isHead = name.startsWith('head');
          expect(error).toMatchObject({
            ...(isHead ? (toHead ?? expected) : expected),
            mayHaveApplied: changes && mayHaveApplied,
          });
          expect(server.log).toHaveLength(1);
        },
      );

      test('Retry-After as a date', async () => {
        const { server, wire } = await start();
        const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
        server.fault({
          do: { kind: 'error', status: 503, code: 'SlowDown', retryAfter: at.toUTCString() },
        });
        const { retryAfterMs } = await fault(wire.headBucket({ bucket }, patient));
        expect(retryAfterMs).toBeGreaterThan(3_000_000);
        expect(retryAfterMs).toBeLessThanOrEqual(3_601_000);
      });

      const documents = samples.filter(({ document }) => document === true);
      test.each(samples.filter(({ name }) => !/^(?:head|get)/.test(name)))(
        'status 200 with an error in it to $name',
        async ({ run, changes }) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: { kind: 'error-in-200', code: 'InternalError' } });
          expect(await fault(run(wire, patient, upload))).toMatchObject({
            kind: 'status',
            status: 200,
            serviceCode: 'InternalError',
            mayHaveApplied: changes,
          });
          expect(server.log).toHaveLength(1);
        },
      );

      test.each(samples.filter(({ name }) => !/^(?:head|get)/.test(name)))(
        'status 200 with the page of somebody else to $name',
        async ({ run, changes }) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: { kind: 'html', status: 200 } });
          expect(await fault(run(wire, patient, upload))).toMatchObject({
            kind: 'malformed',
            status: 200,
            mayHaveApplied: changes,
          });
        },
      );

      test.each(documents)('half of the document to $name', async ({ run, changes }) => {
        const { server, wire, upload } = await startWithSamples();
        server.fault({ do: { kind: 'truncated-xml' } });
        expect(await fault(run(wire, patient, upload))).toMatchObject({
          kind: 'malformed',
          mayHaveApplied: changes,
        });
      });

      test.each(['putObject', 'uploadPart', 'copyObject', 'copyPart', 'completeUpload'] as const)(
        'no ETag in the answer to %s',
        async (name) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: { kind: 'etag', etag: '' } });
          expect(await fault(sampleNamed(name).run(wire, patient, upload))).toMatchObject({
            kind: 'malformed',
            status: 200,
            mayHaveApplied: true,
          });
        },
      );

      test('a clock that is wrong is told by that of the service', async () => {
        const now = Date.now() + 3_600_000;
        const { wire } = await start({ clock: () => now });
        const error = await fault(wire.headObject({ bucket, key: 'k' }, patient));
        expect(error).toMatchObject({ status: 403, serviceCode: 'RequestTimeTooSkewed' });
        expect(Math.abs(error.serverDate!.getTime() - now)).toBeLessThan(1000);
      });
    });

    describe('connections that break', () => {
      const moments = [
        { what: 'reset before it is read', action: { kind: 'reset', at: 'before' } },
        { what: 'reset when it is done', action: { kind: 'reset', at: 'after' } },
        { what: 'closed before it is read', action: { kind: 'fin', at: 'before' } },
        { what: 'closed when it is done', action: { kind: 'fin', at: 'after' } },
      ] as const;
      const table = moments.flatMap((moment) => samples.map((sample) => ({ ...moment, ...sample })));
      test.each(table)('$name: $what', async ({ action, run, changes }) => {
        const { server, wire, upload } = await startWithSamples();
        server.fault({ do: action });
        const error = await fault(run(wire, patient, upload));
        expect(error).toMatchObject({ kind: 'network', status: undefined, mayHaveApplied: changes });
        expect(error.networkCode).toMatch(/^[A-Z_]+$/);
        expect(server.log).toHaveLength(1);
      });

      test.each([
        { kind: 'reset', at: { requestBytes: 100_000 } },
        { kind: 'fin', at: { requestBytes: 100_000 } },
      ] as const)('in the middle of an upload: $kind', async (action) => {
        const { server, wire } = await start();
        server.fault({ do: action });
        const error = await fault(wire.putObject({ bucket, key: 'k', ...sent(noise(8_000_000)) }, patient));
        expect(error).toMatchObject({ kind: 'network', mayHaveApplied: true });
        expect(server.log).toHaveLength(1);
      });

      test.each([
        { kind: 'reset', at: { responseBytes: 300_000 } },
        { kind: 'fin', at: { responseBytes: 300_000 } },
        { kind: 'fin', at: { responseBytes: 0 } },
        { kind: 'content-length', delta: 1 },
      ] as const)('in the middle of a body: %o', async (action) => {
        const { server, wire } = await start();
        const bytes = noise(1_000_000);
        server.put(bucket, 'k', bytes);
        server.fault({ do: action });
        let received = 0;
        const read = async () => {
          const { body } = await wire.getObject({ bucket, key: 'k' }, patient);
          for await (const piece of readableOf(body) as AsyncIterable<Buffer>) {
            expect(bytes.subarray(received, received + piece.length).equals(piece)).toBe(true);
            received += piece.length;
          }
        };
        expect(await fault(read())).toMatchObject({ kind: 'network', mayHaveApplied: false });
        expect(received).toBeLessThanOrEqual(bytes.length);
        expect(server.log).toHaveLength(1);
      });

      test('in the middle of a document', async () => {
        const { server, wire } = await startWithSamples();
        server.fault({ do: { kind: 'fin', at: { responseBytes: 100 } } });
        expect(await fault(wire.listObjects({ bucket }, patient))).toMatchObject({ kind: 'network' });
      });

      test('a body that nobody reads yet', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', noise(8_000_000));
        server.fault({ do: { kind: 'reset', at: { responseBytes: 10 } } });
        const answer = await wire.getObject({ bucket, key: 'k' }, patient);
        await until(() => server.openSockets === 0);
        await sleep(20);
        expect(await fault(whole(answer))).toMatchObject({ kind: 'network' });
      });

      test('nothing listens', async () => {
        const { server, wire } = await start();
        await server.close();
        const error = await fault(wire.putObject({ bucket, key: 'k', ...text('x') }, patient));
        expect(error).toMatchObject({
          kind: 'network',
          networkCode: 'ECONNREFUSED',
          mayHaveApplied: false,
        });
      });

      test('no such host', async () => {
        const { wire } = await start(
          {},
          {
            lookup: (host, _options, callback) =>
              callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), ''),
          },
        );
        const error = await fault(wire.putObject({ bucket, key: 'k', ...text('x') }, patient));
        expect(error).toMatchObject({ kind: 'network', networkCode: 'ENOTFOUND', mayHaveApplied: false });
      });
    });

    describe('silence', () => {
      test.each(['getObject', 'putObject', 'appendObject', 'listObjects', 'completeUpload'] as const)(
        'instead of an answer to %s',
        async (name) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: { kind: 'stall', at: 'after' } });
          const { run, changes } = sampleNamed(name);
          const error = await fault(run(wire, { idleMs: 300 }, upload));
          expect(error).toMatchObject({ kind: 'timeout', mayHaveApplied: changes });
          expect(server.log).toHaveLength(1);
          await until(() => server.openSockets === 0);
        },
      );

      test('in the middle of an upload', async () => {
        const { server, wire } = await start();
        server.fault({ do: { kind: 'stall', at: { requestBytes: 1 } } });
        const body = sent(noise(64_000_000));
        const error = await fault(wire.putObject({ bucket, key: 'k', ...body }, { idleMs: 300 }));
        expect(error).toMatchObject({ kind: 'timeout', mayHaveApplied: true });
        expect(server.log).toHaveLength(1);
      });

      test('in the middle of a body', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', noise(1_000_000));
        server.fault({ do: { kind: 'stall', at: { responseBytes: 400_000 } } });
        const answer = await wire.getObject({ bucket, key: 'k' }, { idleMs: 300 });
        const error = await fault(whole(answer));
        expect(error).toMatchObject({ kind: 'timeout', mayHaveApplied: false });
        await until(() => server.openSockets === 0);
        expect(server.log).toHaveLength(1);
      });

      test('is none when the reader takes his time', async () => {
        const { server, wire } = await start();
        server.putSynthetic(bucket, 'k', 50_000_000);
        const answer = await wire.getObject({ bucket, key: 'k' }, { idleMs: 1_000 });
        let received = 0;
        let pauses = 0;
        for await (const piece of readableOf(answer.body)) {
          received += piece.length;
          if (received > (pauses + 1) * 20_000_000) {
            pauses++;
            await sleep(1_300);
          }
        }
        expect(received).toBe(50_000_000);
        expect(pauses).toBe(2);
        expect(server.log).toHaveLength(1);
      });

      test('is none while bytes trickle', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', noise(6000));
        server.fault({ do: { kind: 'drip', bytesPerSecond: 3000 } });
        const answer = await wire.getObject({ bucket, key: 'k' }, { idleMs: 1500 });
        expect((await whole(answer)).length).toBe(6000);
      });
    });

    describe('giving up', () => {
      const reason = new Error('the caller has had enough');

      test('before anything is done', async () => {
        const { server, wire } = await start();
        const signal = AbortSignal.abort(reason);
        for (const { run } of samples) {
          const error = await rejection(run(wire, { ...patient, signal }, 'none'));
          expect(error).toBeInstanceOf(AbortedError);
          expect(error.cause).toBe(reason);
        }
        expect(server.log).toEqual([]);
      });

      test('while keys are being fetched', async () => {
        const asked = { count: 0 };
        const { server, wire } = await start(
          {},
          {
            credentials: () => {
              asked.count++;
              return new Promise(() => undefined);
            },
          },
        );
        const controller = new AbortController();
        const work = wire.headBucket({ bucket }, { ...patient, signal: controller.signal });
        await until(() => asked.count > 0);
        controller.abort(reason);
        expect(await rejection(work)).toBeInstanceOf(AbortedError);
        expect(server.log).toEqual([]);
      });

      test('while the name of the host is being looked up', async () => {
        const asked = { count: 0 };
        const { wire } = await start(
          {},
          {
            lookup: () => {
              asked.count++;
            },
          },
        );
        const controller = new AbortController();
        const work = wire.putObject(
          { bucket, key: 'k', ...text('x') },
          { ...patient, signal: controller.signal },
        );
        await until(() => asked.count > 0);
        controller.abort(reason);
        expect(await rejection(work)).toBeInstanceOf(AbortedError);
      });

      test('while others have all the connections', async () => {
        const { server, wire } = await start({}, { maxConnections: 1 });
        server.putSynthetic(bucket, 'k', 50_000_000);
        const first = await wire.getObject({ bucket, key: 'k' }, patient);
        const controller = new AbortController();
        const work = wire.getObject({ bucket, key: 'k' }, { ...patient, signal: controller.signal });
        const rejected = rejection(work);
        await sleep(20);
        controller.abort(reason);
        expect(await rejected).toBeInstanceOf(AbortedError);
        first.body.destroy();
        expect(server.log).toHaveLength(1);
      });

      test.each(['getObject', 'putObject', 'listObjects'] as const)(
        'while %s waits for an answer',
        async (name) => {
          const { server, wire, upload } = await startWithSamples();
          server.fault({ do: { kind: 'stall', at: 'before' } });
          const controller = new AbortController();
          const work = sampleNamed(name).run(wire, { ...patient, signal: controller.signal }, upload);
          await until(() => server.log.length > 0);
          controller.abort(reason);
          const error = await rejection(work);
          expect(error).toBeInstanceOf(AbortedError);
          expect(error.cause).toBe(reason);
          await until(() => server.openSockets === 0);
        },
      );

      test('in the middle of an upload', async () => {
        const { server, wire } = await start();
        server.fault({ do: { kind: 'stall', at: { requestBytes: 1 } } });
        const controller = new AbortController();
        const body = sent(noise(64_000_000));
        const work = wire.putObject({ bucket, key: 'k', ...body }, { ...patient, signal: controller.signal });
        await until(() => (server.log[0]?.received ?? 0) > 0);
        controller.abort(reason);
        expect(await rejection(work)).toBeInstanceOf(AbortedError);
      });

      test('in the middle of a body', async () => {
        const { server, wire } = await start();
        server.putSynthetic(bucket, 'k', 50_000_000);
        const controller = new AbortController();
        const answer = await wire.getObject({ bucket, key: 'k' }, { ...patient, signal: controller.signal });
        const read = async () => {
          for await (const _piece of readableOf(answer.body)) controller.abort(reason);
        };
        const error = await rejection(read());
        expect(error).toBeInstanceOf(AbortedError);
        expect(error.cause).toBe(reason);
        await until(() => server.openSockets === 0);
      });

      test('before a body is read', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', 'content');
        const controller = new AbortController();
        const answer = await wire.getObject({ bucket, key: 'k' }, { ...patient, signal: controller.signal });
        controller.abort(reason);
        expect(await rejection(whole(answer))).toBeInstanceOf(AbortedError);
      });

      test('leaves no listeners behind, and does not warn of many', async () => {
        const { server, wire, upload } = await startWithSamples();
        const warnings: Error[] = [];
        const warned = (warning: Error) => warnings.push(warning);
        process.on('warning', warned);
        const { signal } = new AbortController();
        for (const { run } of samples) await run(wire, { ...patient, signal }, upload).catch(() => undefined);
        server.fault({ do: { kind: 'error', status: 500, code: 'InternalError' }, nth: [3, 5] });
        await Promise.allSettled(
          Array.from({ length: 40 }, async () =>
            whole(await wire.getObject({ bucket, key: 'log' }, { ...patient, signal })),
          ),
        );
        const dropped = await wire.getObject({ bucket, key: 'log' }, { ...patient, signal });
        dropped.body.destroy();
        await sleep(20);
        process.off('warning', warned);
        expect(getEventListeners(signal, 'abort')).toEqual([]);
        expect(warnings).toEqual([]);
      });
    });

    describe('connections', () => {
      test('are used again', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', noise(100_000));
        for (let n = 0; n < 10; n++) {
          await whole(await wire.getObject({ bucket, key: 'k' }, patient));
          await wire.putObject({ bucket, key: 'p', ...text('x') }, patient);
          await fault(wire.headObject({ bucket, key: 'not there' }, patient));
          await fault(wire.getObject({ bucket, key: 'not there' }, patient));
        }
        expect(server.openSockets).toBe(1);
      });

      test('are no more than allowed', async () => {
        const { server, wire } = await start({ latencyMs: 5 }, { maxConnections: 3 });
        server.put(bucket, 'k', 'x');
        await Promise.all(
          Array.from({ length: 20 }, async () => whole(await wire.getObject({ bucket, key: 'k' }, patient))),
        );
        expect(server.log).toHaveLength(20);
        expect(server.peakRequests).toBeLessThanOrEqual(3);
      });

      test.each(['destroyed', 'left by its reader', 'aborted', 'stalled'])(
        'a body that is %s sets its connection free',
        async (how) => {
          const { server, wire } = await start({}, { maxConnections: 1 });
          server.putSynthetic(bucket, 'big', 50_000_000);
          server.put(bucket, 'small', 'x');
          const controller = new AbortController();
          if (how === 'stalled')
            server.fault({ do: { kind: 'stall', at: { responseBytes: 1000 } }, times: 1 });
          const options = { idleMs: how === 'stalled' ? 200 : 60_000, signal: controller.signal };
          const { body } = await wire.getObject({ bucket, key: 'big' }, options);
          if (how === 'left by its reader') {
            for await (const _piece of readableOf(body)) break;
          } else if (how === 'stalled') {
            await fault(whole({ body }));
          } else {
            if (how === 'destroyed') body.destroy();
            else controller.abort();
          }
          expect((await whole(await wire.getObject({ bucket, key: 'small' }, patient))).toString()).toBe('x');
        },
      );

      test('idle ones end with close, after which there can be more', async () => {
        const { server, wire } = await start();
        server.put(bucket, 'k', 'x');
        await Promise.all([1, 2, 3].map(() => wire.headObject({ bucket, key: 'k' }, patient)));
        expect(server.openSockets).toBeGreaterThan(0);
        wire.close();
        await until(() => server.openSockets === 0);
        await wire.headObject({ bucket, key: 'k' }, patient);
      });

      test('of the server that end while idle do no harm', async () => {
        const { server, wire } = await start({ keepAliveMs: 1 });
        server.put(bucket, 'k', 'x');
        await wire.headObject({ bucket, key: 'k' }, patient);
        await until(() => server.openSockets === 0);
        await sleep(20);
        await wire.putObject({ bucket, key: 'p', ...text('x') }, patient);
        expect(server.log).toHaveLength(2);
      });

      test('to another endpoint for one request, signed for that', async () => {
        const first = await start();
        const second = await startObsServer({ buckets: [bucket] });
        open.push(second);
        const endpoint = second.virtualEndpoint;
        await first.wire.putObject({ bucket, key: 'k', ...text('x') }, { ...patient, endpoint });
        expect(first.server.log).toEqual([]);
        expect(second.keys(bucket)).toEqual(['k']);
      });
    });

    describe('TLS', () => {
      test('a certificate of nobody is refused before anything is sent', async () => {
        const { server, wire } = await start({ tls: true });
        const error = await fault(wire.putObject({ bucket, key: 'k', ...text('x') }, patient));
        expect(error).toMatchObject({
          kind: 'network',
          networkCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
          mayHaveApplied: false,
        });
        expect(server.log).toEqual([]);
      });

      test('one that is given is trusted', async () => {
        const { server } = await start({ tls: true });
        const wire = await wireTo(server, { ca: server.certificate });
        const body = noise(500_000);
        await wire.putObject({ bucket, key: 'k', ...sent(body) }, patient);
        expect((await whole(await wire.getObject({ bucket, key: 'k' }, patient))).equals(body)).toBe(true);
      });

      test.each([
        ['for another host', { names: ['other.test'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
        ['that is too old', { notBefore: 0, notAfter: 86_400_000 }, 'CERT_HAS_EXPIRED'],
      ])('one %s is refused though it is trusted', async (_what, certificate, networkCode) => {
        const { server } = await start({ tls: certificate });
        const wire = await wireTo(server, { ca: server.certificate });
        const error = await fault(wire.putObject({ bucket, key: 'k', ...text('x') }, patient));
        expect(error).toMatchObject({ kind: 'network', networkCode, mayHaveApplied: false });
        expect(server.log).toEqual([]);
      });

      test('is not checked when that is asked for', async () => {
        const { server } = await start({ tls: true });
        const wire = await wireTo(server, { insecure: true });
        await wire.putObject({ bucket, key: 'k', ...text('x') }, patient);
        expect(server.keys(bucket)).toEqual(['k']);
      });

      test('is checked whatever the environment says', async () => {
        const { wire } = await start({ tls: true });
        const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
        try {
          const error = await fault(wire.headBucket({ bucket }, patient));
          expect(error.networkCode).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
        } finally {
          if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
          else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
        }
      });

      test.each(['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
        'a ca that is none is an error at once: %j',
        async (ca) => {
          const { server } = await start({ tls: true });
          const make = async () => wireTo(server, { ca });
          expect(await rejection(make())).toMatchObject({ code: 'BadOption' });
        },
      );
    });

    describe('keys', () => {
      test('temporary ones go with their token', async () => {
        const { server, wire } = await start({ securityToken: token });
        await wire.putObject({ bucket, key: 'k', ...text('x') }, patient);
        expect(server.keys(bucket)).toEqual(['k']);
        const stale = await wireTo(server, {
          credentials: async () => ({ ...server, securityToken: 'another' }),
        });
        expect(await fault(stale.headObject({ bucket, key: 'k' }, patient))).toMatchObject({ status: 403 });
      });

      test('are asked for before every request', async () => {
        const secrets = ['wrong', undefined, 'wrong'];
        const { server } = await start();
        server.put(bucket, 'k', 'x');
        const wire = await wireTo(server, {
          credentials: async () => ({
            accessKey: server.accessKey,
            secretKey: secrets.shift() ?? server.secretKey,
          }),
        });
        const head = () => wire.headObject({ bucket, key: 'k' }, patient);
        expect(await fault(head())).toMatchObject({ status: 403, serviceCode: 'SignatureDoesNotMatch' });
        expect((await head()).status).toBe(200);
        await fault(head());
      });

      test('that cannot be had are the caller’s error', async () => {
        const failed = new LabelkitError('CredentialsNotFound', 'no keys');
        const { wire } = await start({}, { credentials: () => Promise.reject(failed) });
        expect(await rejection(wire.headBucket({ bucket }, patient))).toBe(failed);
      });

      test('are seen nowhere', async () => {
        const { server, wire, upload } = await startWithSamples({ securityToken: token });
        const shown: unknown[] = [wire];
        const record = async (work: Promise<unknown>) => {
          shown.push(await work.catch((error: unknown) => error));
        };
        for (const { run } of samples) await record(run(wire, patient, upload));
        server.put(bucket, 'there', noise(1_000_000));
        const got = await wire.getObject({ bucket, key: 'there' }, patient);
        shown.push(got);
        const actions: FaultAction[] = [
          { kind: 'error', status: 403, code: 'AccessDenied', message: `${token} ${server.secretKey}` },
          { kind: 'error-in-200', code: 'InternalError' },
          { kind: 'html' },
          { kind: 'redirect', to: 'http://elsewhere.test' },
          { kind: 'reset', at: 'before' },
          { kind: 'reset', at: { responseBytes: 10 } },
          { kind: 'stall', at: 'before' },
          { kind: 'truncated-xml' },
          { kind: 'headers', set: { 'content-range': 'x' } },
        ];
        for (const action of actions) {
          const handle = server.fault({ do: action });
          const idle = { idleMs: action.kind === 'stall' ? 50 : 60_000 };
          for (const name of ['getObject', 'putObject', 'headObject', 'listObjects'] as const)
            await record(sampleNamed(name).run(wire, idle, upload));
          handle.remove();
        }
        const wrong = await wireTo(server, {
          credentials: async () => ({
            accessKey: server.accessKey,
            secretKey: 'SKWRONG000000000000000000000000000000001',
            securityToken: token,
          }),
        });
        await record(wrong.getObject({ bucket, key: 'there' }, patient));
        await record(wrong.headObject({ bucket, key: 'there' }, patient));
        const odd = await wireTo(server, {
          credentials: async () => ({
            accessKey: 'AKODD',
            secretKey: 'SKODD0001',
            securityToken: 'ODD\nTOKEN',
          }),
        });
        await record(odd.headObject({ bucket, key: 'there' }, patient));
        shown.push(wrong, odd);
        const all = shown.map((value) => [
          inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: 10 }),
          String(value),
          value instanceof Error
            ? `${value.stack} ${inspect(value.cause, { depth: 20, showHidden: true })}`
            : '',
        ]);
        got.body.destroy();
        const printed = all.flat().join('\n');
        expect(printed.length).toBeGreaterThan(1000);
        for (const secret of [
          server.secretKey,
          token,
          server.accessKey,
          'SKWRONG',
          'SKODD',
          'ODD\nTOKEN',
          'ODD\\nTOKEN',
        ])
          expect(printed.includes(secret), secret).toBe(false);
        expect(printed).not.toMatch(/(?:OBS|AWS) \S+:[A-Za-z0-9+/]{27}=/);
      });
    });

    test('headers of an answer are told in one way', async () => {
      const { server, wire } = await start();
      server.put(bucket, 'k', 'content', { metadata: { one: '1' } });
      const answer: WireAnswer = await wire.headObject({ bucket, key: 'k' }, patient);
      expect(answer.status).toBe(200);
      for (const header of Object.keys(answer.headers)) expect(header).toBe(header.toLowerCase());
      expect(answer.headers).toMatchObject({
        etag: hex(Buffer.from('content')),
        'content-length': '7',
        'x-obs-meta-one': '1',
        'x-obs-request-id': expect.stringMatching(/^[0-9A-F]{32}$/),
      });
    });
  });
}
