import { expect, test } from 'vitest';
import { chunksOf, contentOf } from '../conformance.js';
import { refusal } from './fake-wire.js';
import { at, harness } from './harness.js';

/** How services that only resemble OBS refuse an append. */
test.each([
  ['501, NotImplemented', refusal(501, 'NotImplemented')],
  ['405, MethodNotAllowed', refusal(405, 'MethodNotAllowed')],
  [
    '403: signed what the service does not sign, as Ceph says under v2',
    refusal(403, 'SignatureDoesNotMatch'),
  ],
])('lines are added by rewriting where appends are refused with %s', async (_what, fault) => {
  const made = harness({ mishap: at('appendObject', { kind: 'fault', fault }, 'all') });
  const path = 'obs://bucket/list';
  await made.storage.append(path, chunksOf('1\n'));
  const { start } = await made.storage.append(path, chunksOf('2\n'));
  expect(start).toBe(2);
  expect(await contentOf(made.storage, path)).toBe('1\n2\n');
  // It was asked once, and is not asked again.
  expect(made.wire.count('appendObject')).toBe(1);
  expect([...made.wire.uploads.keys()]).toEqual([]);
  expect([...made.wire.objects.keys()]).toEqual(['bucket/list']);
});
