import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObjectBody, type ObsWire, WireFault } from '../../src/dataset-io/storage/obs/wire.js';
import { readableOf } from '../dataset-io/storage/obs/body.js';
import { oddKeys } from '../support/odd-keys.js';

export interface Place {
  readonly bucket: string;
  /** Everything is done below it: empty, or with a slash at its end. */
  readonly prefix: string;
}

/** What a service may lack. */
export interface Ability {
  /** Takes appends. */
  readonly appends: boolean;
  /** Looks at `x-obs-copy-source-if-match` of whole objects. */
  readonly checksCopySource: boolean;
  /** Says the ETag of what an upload became. */
  readonly completesWithEtag: boolean;
}

const options = { idleMs: 60_000 };
const partBytes = 200 * 1024;

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
const sent = (body: Uint8Array) => ({ body, contentMd5: md5(body).toString('base64') });
const text = (content: string) => sent(Buffer.from(content));

async function contentOf({ body }: { readonly body: ObjectBody }): Promise<Buffer> {
  return Buffer.concat(await readableOf(body).toArray());
}

/** What a request is refused with. */
async function refusal(work: Promise<unknown>): Promise<WireFault> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(WireFault);
    return error as WireFault;
  }
  throw new Error('it succeeded');
}

/** Runs the same work on many keys, some of them at a time. */
async function forEach(keys: readonly string[], work: (key: string) => Promise<unknown>): Promise<void> {
  const left = keys.values();
  const worker = async () => {
    for (const key of left) await work(key);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/**
 * What a service must understand of an engine's requests, and an engine of its answers.
 *
 * @param connect gives an engine, and one whose secret key is wrong
 */
export function wireBehaviour(
  name: string,
  connect: (secretKey?: string) => Promise<ObsWire>,
  where: () => Place,
  { appends, checksCopySource, completesWithEtag }: Ability,
): void {
  describe(name, () => {
    let wire: ObsWire;
    let bucket: string;
    let at: (key: string) => { bucket: string; key: string };
    let prefix: string;
    let number = 0;
    beforeAll(async () => {
      wire = await connect();
      const place = where();
      bucket = place.bucket;
      prefix = place.prefix;
      at = (key) => ({ bucket, key: `${prefix}${key}` });
    });
    afterAll(() => wire.close());

    /** A folder of its own. */
    const fresh = () => `behaviour ${number++}/`;

    /** All keys below a folder, without it. */
    async function keysBelow(folder: string, maxKeys?: number): Promise<string[]> {
      const keys: string[] = [];
      let marker: string | undefined;
      do {
        const page = await wire.listObjects({ bucket, prefix: prefix + folder, marker, maxKeys }, options);
        keys.push(...page.objects.map(({ key }) => key.slice(prefix.length + folder.length)));
        marker = page.nextMarker;
      } while (marker !== undefined);
      return keys;
    }

    test('put, head, get, overwrite, delete', async () => {
      const key = `${fresh()}image.jpg`;
      const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x41, 0x42]);
      const etag = md5(bytes).toString('hex');
      const stored = { contentType: 'image/jpeg', metadata: { colour: 'red' } };
      expect(await wire.putObject({ ...at(key), ...stored, ...sent(bytes) }, options)).toMatchObject({
        status: 200,
        headers: { etag },
      });
      expect((await wire.headObject(at(key), options)).headers).toMatchObject({
        etag,
        'content-length': '6',
        'content-type': 'image/jpeg',
        'x-obs-meta-colour': 'red',
      });
      expect(await contentOf(await wire.getObject(at(key), options))).toEqual(bytes);
      await wire.putObject({ ...at(key), ...text('') }, options);
      expect(await contentOf(await wire.getObject(at(key), options))).toEqual(Buffer.alloc(0));
      await wire.deleteObject(at(key), options);
      expect(await refusal(wire.headObject(at(key), options))).toMatchObject({ status: 404 });
      expect(await refusal(wire.getObject(at(key), options))).toMatchObject({
        status: 404,
        serviceCode: 'NoSuchKey',
        mayHaveApplied: false,
      });
    });

    test('ranges, and conditions', async () => {
      const key = `${fresh()}digits`;
      const { etag } = (await wire.putObject({ ...at(key), ...text('0123456789') }, options)).headers;
      for (const [range, expected, contentRange] of [
        [{ first: 0, last: 0 }, '0', 'bytes 0-0/10'],
        [{ first: 3, last: 5 }, '345', 'bytes 3-5/10'],
        [{ first: 7 }, '789', 'bytes 7-9/10'],
        [{ first: 7, last: 99 }, '789', 'bytes 7-9/10'],
      ] as const) {
        const answer = await wire.getObject({ ...at(key), range, ifMatch: etag }, options);
        expect(answer).toMatchObject({ status: 206, headers: { 'content-range': contentRange } });
        expect((await contentOf(answer)).toString()).toBe(expected);
      }
      const beyond = wire.getObject({ ...at(key), range: { first: 10, last: 20 } }, options);
      expect(await refusal(beyond)).toMatchObject({ status: 416 });
      const other = wire.getObject({ ...at(key), ifMatch: md5(Buffer.from('x')).toString('hex') }, options);
      expect(await refusal(other)).toMatchObject({ status: 412 });
    });

    test('a body whose MD5 is another is refused', async () => {
      const key = `${fresh()}k`;
      const { contentMd5 } = text('two');
      const error = await refusal(wire.putObject({ ...at(key), ...text('one'), contentMd5 }, options));
      expect(error).toMatchObject({ kind: 'status', status: 400, mayHaveApplied: false });
      expect(error.serviceCode).toMatch(/^(BadDigest|InvalidDigest)$/);
      expect(await refusal(wire.headObject(at(key), options))).toMatchObject({ status: 404 });
    });

    test('odd keys arrive as they are: put, get, copied, listed, deleted', async () => {
      const folder = fresh();
      const copies = fresh();
      for (const key of oddKeys) {
        const body = Buffer.from(`content of ${key}`);
        const { etag } = (await wire.putObject({ ...at(folder + key), ...sent(body) }, options)).headers;
        expect(await contentOf(await wire.getObject(at(folder + key), options)), key).toEqual(body);
        const source = at(folder + key);
        await wire.copyObject({ ...at(copies + key), source, sourceIfMatch: etag }, options);
        expect(await contentOf(await wire.getObject(at(copies + key), options)), key).toEqual(body);
      }
      const inOrder = [...oddKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysBelow(folder)).toEqual(inOrder);
      expect(await keysBelow(copies, 2)).toEqual(inOrder);
      const keys = [...oddKeys, 'not there'].map((key) => prefix + folder + key);
      expect(await wire.deleteObjects({ bucket, keys }, options)).toEqual([]);
      expect(await keysBelow(folder)).toEqual([]);
      for (const key of oddKeys) await wire.deleteObject(at(copies + key), options);
      expect(await keysBelow(copies)).toEqual([]);
    });

    test.runIf(checksCopySource)('a copy of another state of the source is refused', async () => {
      const folder = fresh();
      await wire.putObject({ ...at(`${folder}source`), ...text('new') }, options);
      const sourceIfMatch = md5(Buffer.from('old')).toString('hex');
      const request = { ...at(`${folder}copy`), source: at(`${folder}source`), sourceIfMatch };
      expect(await refusal(wire.copyObject(request, options))).toMatchObject({ status: 412 });
    });

    test('more than a thousand keys are listed and deleted', async () => {
      const folder = fresh();
      const keys = Array.from({ length: 1_003 }, (_, n) => `目录/${String(n).padStart(4, '0')} +%&<'".jpg`);
      await forEach(keys, (key) => wire.putObject({ ...at(folder + key), ...text('') }, options));
      // A page may end early, and then says so.
      const first = await wire.listObjects({ bucket, prefix: prefix + folder }, options);
      expect(first.objects.length).toBeLessThanOrEqual(1_000);
      expect(first.nextMarker).toBe(first.objects.at(-1)!.key);
      expect(await keysBelow(folder)).toEqual(keys);
      const full = keys.map((key) => prefix + folder + key);
      expect(await wire.deleteObjects({ bucket, keys: full.slice(0, 1_000) }, options)).toEqual([]);
      expect(await wire.deleteObjects({ bucket, keys: full.slice(1_000) }, options)).toEqual([]);
      expect(await keysBelow(folder)).toEqual([]);
    });

    test('a listing by delimiter, page by page', async () => {
      const folder = fresh();
      for (const key of ['a/1', 'a/2', 'b', 'c/1', 'c/d/2', 'e', 'é', '图']) {
        await wire.putObject({ ...at(folder + key), ...text(key) }, options);
      }
      const seen = new Set<string>();
      let marker: string | undefined;
      do {
        const page = await wire.listObjects(
          { bucket, prefix: prefix + folder, delimiter: '/', marker, maxKeys: 2 },
          options,
        );
        for (const key of [...page.objects.map((object) => object.key), ...page.prefixes]) seen.add(key);
        marker = page.nextMarker;
      } while (marker !== undefined);
      const expected = ['a/', 'b', 'c/', 'e', 'é', '图'].map((key) => prefix + folder + key);
      expect([...seen].sort()).toEqual(expected.sort());
      const listed = await wire.listObjects({ bucket, prefix: `${prefix}${folder}c/`, maxKeys: 1 }, options);
      expect(listed.objects).toMatchObject([
        { key: `${prefix}${folder}c/1`, size: 3, etag: md5(Buffer.from('c/1')).toString('hex') },
      ]);
      expect(Math.abs(listed.objects[0]!.modified.getTime() - Date.now())).toBeLessThan(3_600_000);
    });

    test('parts that are sent and copied become one object', async () => {
      const folder = fresh();
      const source = at(`${folder}source +é`);
      const { etag: sourceIfMatch } = (
        await wire.putObject({ ...source, ...sent(Buffer.alloc(partBytes, 'source')) }, options)
      ).headers;
      const target = at(`${folder}parts 图`);
      const { uploadId } = await wire.startUpload({ ...target, contentType: 'image/png' }, options);
      const body = Buffer.alloc(partBytes, 'sent');
      const parts = [
        await wire.uploadPart({ ...target, uploadId, partNumber: 1, ...sent(body) }, options),
        await wire.copyPart(
          {
            ...target,
            ...{ uploadId, partNumber: 2, source, sourceIfMatch, range: { first: 6, last: partBytes - 7 } },
          },
          options,
        ),
        await wire.uploadPart({ ...target, uploadId, partNumber: 3, ...text('end') }, options),
      ];
      expect(parts[0]!.etag).toBe(md5(body).toString('hex'));
      expect(await refusal(wire.headObject(target, options))).toMatchObject({ status: 404 });
      const completing = wire.completeUpload(
        { ...target, uploadId, parts: parts.map(({ etag }, n) => ({ partNumber: n + 1, etag })) },
        options,
      );
      if (completesWithEtag) expect((await completing).etag).toMatch(/^[0-9a-f]{32}-3$/);
      else expect(await refusal(completing)).toMatchObject({ kind: 'malformed', mayHaveApplied: true });
      const whole = Buffer.concat([
        body,
        Buffer.alloc(partBytes, 'source').subarray(6, partBytes - 6),
        Buffer.from('end'),
      ]);
      expect((await contentOf(await wire.getObject(target, options))).equals(whole)).toBe(true);
      const { headers } = await wire.headObject(target, options);
      expect(headers).toMatchObject({
        'content-type': 'image/png',
        'content-length': String(whole.length),
        etag: expect.stringMatching(/^[0-9a-f]{32}-3$/),
      });
    });

    test('open uploads are listed, and aborted', async () => {
      const folder = fresh();
      const started = new Map<string, string>();
      for (const key of ['a b', 'a b', '图&+<']) {
        const { uploadId } = await wire.startUpload(at(folder + key), options);
        started.set(uploadId, `${prefix}${folder}${key}`);
      }
      const open = async () => {
        const { uploads } = await wire.listUploads({ bucket, prefix: prefix + folder }, options);
        return new Map(uploads.map(({ uploadId, key }) => [uploadId, key]));
      };
      expect(await open()).toEqual(started);
      for (const [uploadId, key] of started) await wire.abortUpload({ bucket, key, uploadId }, options);
      expect(await open()).toEqual(new Map());
      const [[uploadId, key]] = [...started] as [[string, string]];
      const part = { bucket, key, uploadId, partNumber: 1 };
      expect(await refusal(wire.uploadPart({ ...part, ...text('x') }, options))).toMatchObject({
        status: 404,
        serviceCode: 'NoSuchUpload',
      });
    });

    test('who is not known or wanted is refused, and says why', async () => {
      const wrong = await connect('not the secret key');
      try {
        expect(await refusal(wrong.listObjects({ bucket, prefix }, options))).toMatchObject({
          kind: 'status',
          status: 403,
          serviceCode: 'SignatureDoesNotMatch',
        });
      } finally {
        wrong.close();
      }
      expect(await refusal(wire.listObjects({ bucket: `${bucket}-none` }, options))).toMatchObject({
        status: 404,
        serviceCode: 'NoSuchBucket',
      });
    });

    test.runIf(appends)('an append is made at the end and nowhere else', async () => {
      const target = at(`${fresh()}lines`);
      const append = (position: number, line: string) =>
        wire.appendObject({ ...target, position, ...text(line) }, options);
      expect(await append(0, 'one\n')).toMatchObject({ nextPosition: 4 });
      expect(await append(4, 'two\n')).toMatchObject({ nextPosition: 8 });
      expect(await refusal(append(4, 'three\n'))).toMatchObject({
        status: 409,
        serviceCode: 'PositionNotEqualToLength',
        mayHaveApplied: false,
      });
      expect(await refusal(append(0, 'three\n'))).toMatchObject({ serviceCode: 'PositionNotEqualToLength' });
      expect((await wire.headObject(target, options)).headers).toMatchObject({
        'x-obs-object-type': 'Appendable',
        'x-obs-next-append-position': '8',
      });
      expect((await contentOf(await wire.getObject(target, options))).toString()).toBe('one\ntwo\n');
      await wire.putObject({ ...target, ...text('put\n') }, options);
      expect(await refusal(append(4, 'three\n'))).toMatchObject({
        status: 409,
        serviceCode: 'ObjectNotAppendable',
      });
    });
  });
}
