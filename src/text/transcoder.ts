import type { Encoding } from './encoding.js';
import { decodeStrictly } from './strict-decoder.js';

/** The text that bytes spell; undefined when any of them is invalid in the encoding. */
export function decodeBytes(encoding: Encoding, bytes: Buffer): string | undefined {
  switch (encoding) {
    case 'latin1':
      return bytes.toString('latin1');
    case 'gbk':
    case 'gb18030':
      // GBK is the part of GB18030 with sequences of up to two bytes.
      return decodeStrictly('gb18030', bytes);
    default:
      return decodeStrictly(encoding, bytes);
  }
}

/** The offset of the first byte that {@link decodeBytes} refuses. */
export function firstInvalidByte(encoding: Encoding, bytes: Buffer): number {
  let valid = 0;
  let at = 0;
  // Characters are decoded in steps of doubling size, and then of one, so a long line costs little.
  for (let step = 1; at < bytes.length; ) {
    let end = at;
    for (let i = 0; i < step && end < bytes.length; i++) end += characterLength(encoding, bytes, end);
    if (decodeBytes(encoding, bytes.subarray(at, end)) !== undefined) {
      at = end;
      valid = end;
      step *= 2;
    } else if (step === 1) {
      return valid;
    } else {
      step = 1;
    }
  }
  return valid;
}

/** How many bytes the character at `at` takes, going by its first bytes. */
function characterLength(encoding: Encoding, bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1] ?? 0;
  switch (encoding) {
    case 'utf-16le':
      return second >= 0xd8 && second <= 0xdb ? 4 : 2;
    case 'utf-16be':
      return first >= 0xd8 && first <= 0xdb ? 4 : 2;
    case 'gbk':
    case 'gb18030':
      if (first < 0x81 || first === 0xff) return 1;
      return second >= 0x30 && second <= 0x39 ? 4 : 2;
    default:
      return 1;
  }
}
