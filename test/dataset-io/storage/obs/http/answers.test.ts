import { describe, expect, test } from 'vitest';
import { readListing } from '../../../../../src/dataset-io/storage/obs/http/answers.js';
import type { HttpAnswer, HttpCall } from '../../../../../src/dataset-io/storage/obs/http/exchange.js';
import {
  HttpWire,
  type Sender,
  type ServiceRequest,
} from '../../../../../src/dataset-io/storage/obs/http/http-wire.js';
import { escapeXml, parseAnswer } from '../../../../../src/dataset-io/storage/obs/http/xml.js';

/** A page with these keys, encoded, and more to come after the marker. */
function page(keys: readonly string[], nextMarker: string): string {
  const entries = keys.map(
    (key) =>
      `<Contents><Key>${encodeURIComponent(key)}</Key><Size>1</Size><LastModified>2024-01-31T00:00:00Z</LastModified></Contents>`,
  );
  return `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>${entries.join('')}<NextMarker>${escapeXml(nextMarker)}</NextMarker></ListBucketResult>`;
}

describe('the marker of the next page', () => {
  test.each([
    ['encoded, as the keys are', 'plus%2Bsign', 'plus+sign'],
    ['as it is, as Ceph gives it', 'plus+sign', 'plus+sign'],
    ['as it is, and not to be decoded', '100%', '100%'],
    ['not the last key', 'later%20on', 'later on'],
  ])('%s', (_what, written, expected) => {
    const last = expected === 'later on' ? 'early' : expected;
    const root = parseAnswer(Buffer.from(page(['a', last], written)))!;
    expect(readListing(root, { bucket: 'b' }).nextMarker).toBe(expected);
  });
});

test.each([
  ['obs', true],
  ['v2', false],
  ['v4', false],
] as const)('signature %s: the keys of uploads are asked for encoded: %s', async (signature, isAsked) => {
  const seen: ServiceRequest[] = [];
  const body = Buffer.from(
    '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>',
  );
  const answer: HttpAnswer = {
    status: 200,
    headers: {},
    bytes: async () => body,
    flow: () => {
      throw new Error('a document is read at a time');
    },
    pause: () => undefined,
    resume: () => undefined,
    destroy: () => undefined,
  };
  const sender: Sender = {
    send: async (request) => {
      seen.push(request);
      return { call: {} as HttpCall, answer };
    },
    close: () => undefined,
  };
  const credentials = async () => ({ accessKey: 'a', secretKey: 's' });
  const wire = new HttpWire('native', { endpoint: 'https://obs.test', credentials, signature }, sender);
  await wire.listUploads({ bucket: 'bucket' }, { idleMs: 0 });
  expect(seen[0]!.query!.some(([name]) => name === 'encoding-type')).toBe(isAsked);
});
