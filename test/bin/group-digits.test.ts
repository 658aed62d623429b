import { expect, test } from 'vitest';
import { groupDigits } from '../../bin/group-digits.js';

test.each([
  [0, '0'],
  [7, '7'],
  [999, '999'],
  [1000, '1,000'],
  [12_345.4, '12,345'],
  [999_999.5, '1,000,000'],
  [1_234_567, '1,234,567'],
  [20_000_000_000, '20,000,000,000'],
])('%d is shown as %s', (number, text) => {
  expect(groupDigits(number)).toBe(text);
});
