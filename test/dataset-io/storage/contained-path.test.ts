import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { containedPath, nameProblem } from '../../../src/dataset-io/storage/index.js';

describe('containedPath', () => {
  test.each([
    ['', 'is empty'],
    ['..', 'climbs out'],
    ['a/../../b', 'climbs out'],
    ['.', 'only a dot'],
    ['./a', 'only a dot'],
    ['/a', 'absolute'],
    ['//server/share', 'absolute'],
    ['a//b', 'empty part'],
    ['a/', 'empty part'],
    ['C:a', 'drive'],
    ['c:/a', 'drive'],
    ['..\\a', 'backslash'],
    ['a\u0000b', 'control'],
    ['a\nb', 'control'],
    ['a\u007f', 'control'],
    ['a\u0085b', 'control'],
    ['a\ud800', 'surrogate'],
    ['CON', 'device'],
    ['a/nul.xml', 'device'],
    ['COM1.tar.gz', 'device'],
    ['a.', 'dot or a space'],
    ['a ', 'dot or a space'],
    ['a?b', 'Windows forbids'],
    ['x.jpg:stream', 'Windows forbids'],
    ['中'.repeat(86), 'longer than 255 bytes'],
    [Array(50).fill('a'.repeat(100)).join('/'), 'longer than 4095 bytes'],
  ])('EC-197: refuses %j', (name, message) => {
    expect(() => containedPath('/out', name)).toThrow(
      expect.objectContaining({ code: 'UnsafePath', message: expect.stringContaining(message), path: name }),
    );
  });

  test.each([
    'a.jpg',
    'a/b c.jpg',
    '..a',
    'a..b',
    '中.xml',
    '-',
    'console',
    'con1',
    '\u{1f600}',
    '中'.repeat(85),
  ])('accepts %j', (name) => {
    expect(resolve(containedPath('/out', name))).toBe(`/out/${name}`);
    expect(containedPath('obs://b/out', name)).toBe(`obs://b/out/${name}`);
  });

  test('a label is one name', () => {
    expect(() => containedPath('/out', 'a/b', { single: true })).toThrow(
      expect.objectContaining({ code: 'UnsafePath' }),
    );
  });

  test('names that only Windows cannot store can be allowed elsewhere', () => {
    expect(nameProblem('CON')?.windowsOnly).toBe(true);
    expect(nameProblem('..')?.windowsOnly).toBe(false);
    expect(nameProblem('CON/..')?.windowsOnly).toBe(false);
    if (process.platform !== 'win32')
      expect(containedPath('/out', 'aux.jpg', { portable: false })).toBe('/out/aux.jpg');
  });

  test('a key may have 1024 bytes', () => {
    const name = Array(10).fill('a'.repeat(100)).join('/');
    expect(containedPath('obs://b/x', name)).toBe(`obs://b/x/${name}`);
    expect(() => containedPath('obs://b/x', `${name}/${'b'.repeat(100)}`)).toThrow(/longer than 1024 bytes/);
  });

  test('whatever is accepted is inside', () => {
    const text = fc.string({
      maxLength: 12,
      unit: fc.constantFrom('a', '.', '/', '\\', ':', ' ', '~', '%', '\0'),
    });
    fc.assert(
      fc.property(text, (name) => {
        if (nameProblem(name) !== undefined) return;
        expect(resolve(containedPath('/out/deep', name)).startsWith(`${resolve('/out/deep')}${sep}`)).toBe(
          true,
        );
      }),
      { numRuns: 5000 },
    );
  });
});
