import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareUtf8, sortUtf8 } from '../../../src/dataset-io/storage/byte-order.js';

const texts = fc.array(
  fc.string({
    unit: fc.constantFrom('a', 'b', '/', '\u00e9', '\ud7ff', '\ue000', '\uff21', '\u{1f600}', '\u{10ffff}'),
  }),
);
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('texts are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(texts, (list) => {
      const sorted = [...list].sort(byBytes);
      expect([...list].sort(compareUtf8)).toEqual(sorted);
      const inPlace = [...list];
      sortUtf8(inPlace);
      expect(inPlace).toEqual(sorted);
    }),
  );
});
