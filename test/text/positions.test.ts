import { expect, test } from 'vitest';
import { lineColumn, utf8Offset } from '../../src/text/index.js';

test.each([
  ['', 0, 1, 1, 0],
  ['abc', 2, 1, 3, 2],
  ['a\nb', 1, 1, 2, 1],
  ['a\nb', 2, 2, 1, 2],
  ['a\r\nb', 3, 2, 1, 3],
  ['a\rb\u2028c', 4, 1, 5, 6],
  ['标é😀x', 4, 1, 5, 9],
  ['标é😀x', 3, 1, 4, 5],
  ['\ud800x', 1, 1, 2, 3],
  ['ab', 9, 1, 3, 2],
  ['ab', -1, 1, 1, 0],
  ['\n\n\n', 3, 4, 1, 3],
])('%j at %i', (text, offset, line, column, bytes) => {
  expect(lineColumn(text, offset)).toEqual({ line, column });
  expect(utf8Offset(text, offset)).toBe(bytes);
});
