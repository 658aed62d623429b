import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ObsError } from '../../../../src/dataset-io/storage/obs/index.js';
import {
  WireFault,
  type WireFaultDetails,
  type WireFaultKind,
} from '../../../../src/dataset-io/storage/obs/wire.js';
import { StorageError } from '../../../../src/model/index.js';
import { at, collect, failure, harness } from './harness.js';

interface Case {
  readonly name: string;
  readonly kind?: WireFaultKind;
  readonly details: WireFaultDetails;
  readonly code: string;
  readonly message: RegExp;
  readonly hint: RegExp;
  readonly retryable?: boolean;
}

const network = (networkCode: string) => ({ kind: 'network', details: { networkCode } }) as const;
const said = (status: number, serviceCode: string) => ({ details: { status, serviceCode } });
const skewed = new Date(Date.now() - 3_600_000);

const cases: readonly Case[] = [
  {
    name: 'no bucket',
    ...said(404, 'NoSuchBucket'),
    code: 'NotFound',
    message: /the bucket bucket does not/,
    hint: /name of the bucket/,
  },
  {
    name: 'denied',
    ...said(403, 'AccessDenied'),
    code: 'AccessDenied',
    message: /denies access/,
    hint: /permission/,
  },
  {
    name: 'arrears',
    ...said(403, 'InArrearOrInsufficientBalance'),
    code: 'AccessDenied',
    message: /InArrear/,
    hint: /permission/,
  },
  {
    name: 'unknown key',
    ...said(403, 'InvalidAccessKeyId'),
    code: 'BadCredentials',
    message: /does not know the access key/,
    hint: /access key/,
  },
  {
    name: 'wrong secret',
    ...said(403, 'SignatureDoesNotMatch'),
    code: 'BadCredentials',
    message: /signature/,
    hint: /secret key/,
  },
  {
    name: 'old token',
    ...said(403, 'ExpiredToken'),
    code: 'BadCredentials',
    message: /token/,
    hint: /new temporary keys/,
  },
  { name: 'no reason, 401', ...said(401, ''), code: 'BadCredentials', message: /token/, hint: /temporary/ },
  {
    name: 'skew',
    details: { status: 403, serviceCode: 'RequestTimeTooSkewed', serverDate: skewed },
    code: 'ClockSkew',
    message: new RegExp(`clock here says .*service ${skewed.toISOString().slice(0, 13)}`),
    hint: /Set the clock/,
  },
  {
    name: 'skew that a HEAD cannot name',
    details: { status: 403, serverDate: skewed },
    code: 'ClockSkew',
    message: /clock here/,
    hint: /Set the clock/,
  },
  {
    name: 'path style refused',
    ...said(403, 'VirtualHostDomainRequired'),
    code: 'BadAddress',
    message: /host name/,
    hint: /addressing: virtual/,
  },
  {
    name: 'bad name',
    ...said(400, 'InvalidBucketName'),
    code: 'BadAddress',
    message: /InvalidBucketName/,
    hint: /bucket/,
  },
  {
    name: 'archived',
    ...said(403, 'InvalidObjectState'),
    code: 'Unsupported',
    message: /archived/,
    hint: /Restore/,
  },
  {
    name: 'not offered',
    ...said(501, 'NotImplemented'),
    code: 'Unsupported',
    message: /NotImplemented/,
    hint: /another bucket/,
  },
  { name: 'quota', ...said(403, 'QuotaExceeded'), code: 'NoSpace', message: /quota/, hint: /more/ },
  {
    name: 'busy',
    ...said(503, 'SlowDown'),
    code: 'Throttled',
    message: /slow down/,
    hint: /later/,
    retryable: true,
  },
  { name: '429', ...said(429, ''), code: 'Throttled', message: /429/, hint: /later/, retryable: true },
  {
    name: 'internal',
    ...said(500, 'InternalError'),
    code: 'Io',
    message: /InternalError/,
    hint: /request id/,
    retryable: true,
  },
  {
    name: 'other 4xx',
    ...said(400, 'InvalidArgument'),
    code: 'Io',
    message: /InvalidArgument/,
    hint: /request id/,
  },
  {
    name: 'silence',
    kind: 'timeout',
    details: {},
    code: 'Timeout',
    message: /no answer/,
    hint: /idleTimeoutMs/,
    retryable: true,
  },
  {
    name: 'no such host',
    ...network('ENOTFOUND'),
    code: 'Unreachable',
    message: /no address/,
    hint: /addressing: path/,
    retryable: true,
  },
  {
    name: 'refused',
    ...network('ECONNREFUSED'),
    code: 'Unreachable',
    message: /nothing answers/,
    hint: /port/,
    retryable: true,
  },
  {
    name: 'self-signed',
    ...network('DEPTH_ZERO_SELF_SIGNED_CERT'),
    code: 'Unreachable',
    message: /not trusted/,
    hint: /caFile/,
  },
  {
    name: 'expired certificate',
    ...network('CERT_HAS_EXPIRED'),
    code: 'Unreachable',
    message: /not trusted/,
    hint: /caFile/,
  },
  {
    name: 'reset',
    ...network('ECONNRESET'),
    code: 'Unreachable',
    message: /broke/,
    hint: /network/,
    retryable: true,
  },
  {
    name: 'another host',
    details: { status: 307, location: 'https://evil.example' },
    code: 'BadAddress',
    message: /points to https:\/\/evil\.example/,
    hint: /If you trust it/,
  },
  {
    name: 'a proxy',
    kind: 'malformed',
    details: { status: 200 },
    code: 'Io',
    message: /makes no sense/,
    hint: /proxy/,
    retryable: true,
  },
  {
    name: 'a proxy that failed',
    kind: 'malformed',
    details: { status: 502 },
    code: 'Io',
    message: /makes no sense/,
    hint: /proxy/,
    retryable: true,
  },
];

describe('what goes wrong has a code, a sentence that names the path, and advice', () => {
  test.each(cases)('$name', async ({ kind = 'status', details, code, message, hint, retryable = false }) => {
    const fault = new WireFault(kind, 'what the engine said', false, { requestId: 'R1', ...details });
    const { storage } = harness({ mishap: at('getObject', { kind: 'fault', fault }, 'all') });
    const path = 's3a://bucket/some//key';
    const error = await failure(collect(storage.openRead(path)));
    expect(error).toBeInstanceOf(ObsError);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ name: 'ObsError', code, path, retryable, mayHaveApplied: false });
    expect(error).toMatchObject({ status: details.status, requestId: 'R1', cause: fault });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`cannot read ${path}: `);
    expect(error['hint']).toMatch(hint);
    expect(error['hint']).toMatch(/\.$/);
  });

  test('how often each is tried', async () => {
    const tries = async (fault: WireFault) => {
      const { storage, wire } = harness({ mishap: at('getObject', { kind: 'fault', fault }, 'all') });
      await failure(collect(storage.openRead('obs://bucket/a')));
      return wire.count('getObject');
    };
    const status = (code: number, serviceCode = '') =>
      tries(new WireFault('status', 'x', false, { status: code, serviceCode }));
    for (const code of [408, 429, 500, 502, 503, 504]) expect(await status(code)).toBe(6);
    for (const code of [400, 401, 403, 405, 409, 412, 501]) expect(await status(code)).toBe(1);
    expect(await status(409, 'OperationAborted')).toBe(6);
    expect(await status(400, 'BadDigest')).toBe(2);
    expect(await tries(new WireFault('network', 'x', false, { networkCode: 'ECONNRESET' }))).toBe(6);
    expect(await tries(new WireFault('network', 'x', false, { networkCode: 'ENOTFOUND' }))).toBe(2);
    expect(await tries(new WireFault('network', 'x', false, { networkCode: 'CERT_HAS_EXPIRED' }))).toBe(1);
    expect(await tries(new WireFault('timeout', 'x', false))).toBe(6);
    expect(await tries(new WireFault('malformed', 'x', false, { status: 200 }))).toBe(6);
  });

  test('a write of which nobody knows says so', async () => {
    const unclear = new WireFault('network', 'reset', true, { networkCode: 'ECONNRESET' });
    const { storage, wire } = harness({
      mishap: at('putObject', { kind: 'fault', fault: unclear, applied: true }, 'all'),
    });
    const error = await failure(storage.writeAtomic('obs://bucket/a', Buffer.from('x')));
    expect(error).toMatchObject({ code: 'Unreachable', mayHaveApplied: true, retryable: true });
    expect(wire.text('a')).toBe('x');
  });

  test('an error shown whole has no line that a key could be in', async () => {
    const fault = new WireFault('status', 'no', false, { status: 403, serviceCode: 'AccessDenied' });
    const { storage } = harness({ mishap: at('headObject', { kind: 'fault', fault }) });
    const shown = inspect(await failure(storage.stat('obs://bucket/a')), { depth: 9, showHidden: true });
    expect(shown).toContain('AccessDenied');
    expect(shown).not.toMatch(/authorization|signature|secret|token/i);
  });

  test.each(['mem://a', '/bucket/a', 'https://bucket.obs.example/a', 'obs://', 'obs:///a'])(
    '%s is refused',
    async (path) => {
      const { storage, wire } = harness();
      expect(await failure(storage.stat(path))).toMatchObject({ code: 'BadAddress', path });
      expect(wire.log).toEqual([]);
    },
  );
});
