import { expect, test } from 'vitest';
import { sizeFinding } from '../../src/model/index.js';

const mega = 1024 * 1024;

test.each([
  ['image', 5 * mega, undefined],
  ['image', 5 * mega + 1, 'warning a has 5242881 bytes, more than 5 MB'],
  ['image', 25 * mega, 'warning a has 26214400 bytes, more than 5 MB'],
  ['image', 25 * mega + 1, 'error a has 26214401 bytes, more than 25 MB'],
  ['label', 100 * mega, undefined],
  ['label', 100 * mega + 1, 'error a has 104857601 bytes, more than 100 MB'],
  ['other', 5 * 1024 * mega, undefined],
  ['other', 5 * 1024 * mega + 1, 'error a has 5368709121 bytes, more than 5 GB'],
] as const)('%s of %i bytes', (kind, size, expected) => {
  const finding = sizeFinding(kind, 'a', () => size, 'in/a', 'modelarts-import');
  expect(finding && `${finding.severity} ${finding.message}`).toBe(expected);
  expect(finding?.file).toBe(expected && 'in/a');
  const never = () => {
    throw new Error('the size is not asked for');
  };
  expect(sizeFinding(kind, 'a', never, 'in/a', 'generic')).toBeUndefined();
});
