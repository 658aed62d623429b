import type { FormatSource } from '../contract.js';
import type { AnnotationPlace } from './annotation-index.js';

/** Bytes between two annotations up to which they are read through rather than left out. */
const smallestGap = 64 * 1024;

const comma = 0x2c;

/** Annotations of some images, by image. */
export class Gathered {
  readonly bytes: Buffer;
  readonly #places: readonly AnnotationPlace[];
  /** Where each of the places is in the bytes. */
  readonly #starts: readonly number[];
  #next = 0;

  /** @param places by image */
  constructor(bytes: Buffer, places: readonly AnnotationPlace[], starts: readonly number[]) {
    this.bytes = bytes;
    this.#places = places;
    this.#starts = starts;
  }

  /** The next annotation of an image, undefined when there is no more; images are asked for in their order. */
  take(image: number): { readonly place: AnnotationPlace; readonly bytes: Buffer } | undefined {
    const place = this.#places[this.#next];
    if (place === undefined || place.image !== image) return undefined;
    const start = this.#starts[this.#next++]!;
    const bytes = this.bytes.subarray(start, start + place.end - place.start);
    return { place, bytes: bytes.subarray(0, trimmedEnd(bytes)) };
  }
}

/**
 * Reads annotations, as few times as needed.
 *
 * @param places in the order of the file
 */
export async function gather(
  source: FormatSource,
  name: string,
  places: readonly AnnotationPlace[],
): Promise<Gathered> {
  const starts: number[] = [];
  let total = 0;
  for (const { start, end } of places) {
    starts.push(total);
    total += end - start;
  }
  const bytes = Buffer.allocUnsafeSlow(total);
  for (let from = 0; from < places.length; ) {
    let to = from + 1;
    while (to < places.length && places[to]!.start - places[to - 1]!.end <= smallestGap) to++;
    let at = places[from]!.start;
    let next = from;
    for await (const chunk of source.chunks(name, { start: at, end: places[to - 1]!.end })) {
      const chunkEnd = at + chunk.length;
      for (; next < to && places[next]!.start < chunkEnd; next++) {
        const { start, end } = places[next]!;
        const [low, high] = [Math.max(start, at), Math.min(end, chunkEnd)];
        bytes.set(chunk.subarray(low - at, high - at), starts[next]! + low - start);
        if (end > chunkEnd) break;
      }
      at = chunkEnd;
    }
    from = to;
  }
  const order = places.map((_, at) => at).sort((a, b) => places[a]!.image - places[b]!.image || a - b);
  return new Gathered(
    bytes,
    order.map((at) => places[at]!),
    order.map((at) => starts[at]!),
  );
}

/** Without the comma and the white space behind an element. */
function trimmedEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1]! <= 0x20 || bytes[end - 1] === comma)) end--;
  return end;
}
