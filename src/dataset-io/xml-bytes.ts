/** XML of an encoding in which each unit has two bytes; of all others, line ends are single bytes. */
function unitsOf(bytes: Uint8Array): 'little' | 'big' | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'little';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'big';
  return undefined;
}

/**
 * An XML file whose lines end with LF alone. A CR that no LF follows stays.
 *
 * @returns the input itself when there is nothing to change
 */
export function withoutCarriageReturns<T extends Uint8Array | string>(xml: T): T {
  if (typeof xml === 'string') return (xml.includes('\r\n') ? xml.replaceAll('\r\n', '\n') : xml) as T;
  const units = unitsOf(xml);
  const step = units === undefined ? 1 : 2;
  // The byte of a unit that holds ASCII, and the one that is 0 beside it.
  const low = units === 'big' ? 1 : 0;
  const is = (at: number, code: number) =>
    xml[at + low] === code && (units === undefined || xml[at + 1 - low] === 0);
  const kept = Buffer.allocUnsafe(xml.length);
  let length = 0;
  for (let at = 0; at < xml.length; at += step) {
    if (is(at, 0x0d) && is(at + step, 0x0a)) continue;
    for (let i = at; i < at + step && i < xml.length; i++) kept[length++] = xml[i]!;
  }
  return (length === xml.length ? xml : kept.subarray(0, length)) as T;
}

/**
 * An XML file without the mark that UTF-8 does not need. That of UTF-16 says which it is, and stays.
 *
 * @returns the input itself when there is none
 */
export function withoutMark<T extends Uint8Array | string>(xml: T): T {
  if (typeof xml === 'string') return (xml.startsWith('\ufeff') ? xml.slice(1) : xml) as T;
  return (xml[0] === 0xef && xml[1] === 0xbb && xml[2] === 0xbf ? xml.subarray(3) : xml) as T;
}
