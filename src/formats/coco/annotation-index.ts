/** Places of a part of the index. */
const partSize = 1 << 16;

/** No image: the annotation names one that does not exist, or none. */
export const noImage = 0xffff_ffff;

interface Part {
  /** In the array, of its first annotation. */
  readonly first: number;
  /** Where in the file the first annotation of the part begins. */
  readonly base: number;
  readonly offsets: Uint32Array;
  readonly images: Uint32Array;
  count: number;
}

/**
 * Where in the file each annotation begins and of which image it is: 8 bytes for each, and 4 for each image. It is kept
 * only where annotations do not come in the order of the images.
 */
export class AnnotationIndex {
  readonly #parts: Part[] = [];
  /** Bytes of the annotations of each image. */
  readonly #bytes: Uint32Array;
  #size = 0;
  #end = 0;

  constructor(images: number) {
    this.#bytes = new Uint32Array(images);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the next annotation of the file. */
  add(image: number, start: number, end: number): void {
    let part = this.#parts[this.#parts.length - 1];
    if (part === undefined || part.count === partSize || start - part.base > 0xffff_ffff) {
      part = {
        first: this.#size,
        base: start,
        offsets: new Uint32Array(partSize),
        images: new Uint32Array(partSize),
        count: 0,
      };
      this.#parts.push(part);
    }
    part.offsets[part.count] = start - part.base;
    part.images[part.count++] = image;
    if (image !== noImage) this.#bytes[image] = Math.min(this.#bytes[image]! + end - start, 0xffff_ffff);
    this.#size++;
    this.#end = end;
  }

  /** The image that follows as many images from `first` on as have no more than `budget` bytes together; at least one. */
  windowEnd(first: number, budget: number): number {
    let sum = this.#bytes[first] ?? 0;
    let image = first + 1;
    for (; image < this.#bytes.length; image++) {
      sum += this.#bytes[image]!;
      if (sum > budget) break;
    }
    return Math.min(image, this.#bytes.length);
  }

  /** Annotations of images from `first` up to and without `last`, or of no image, in the order of the file. */
  *of(first: number, last: number): Generator<AnnotationPlace> {
    for (let p = 0; p < this.#parts.length; p++) {
      const { first: number, base, offsets, images, count } = this.#parts[p]!;
      for (let i = 0; i < count; i++) {
        const image = images[i]!;
        if (image < first || image >= last) continue;
        const next = i + 1 < count ? base + offsets[i + 1]! : (this.#parts[p + 1]?.base ?? this.#end);
        yield { index: number + i, image, start: base + offsets[i]!, end: next };
      }
    }
  }
}

export interface AnnotationPlace {
  /** In the array. */
  readonly index: number;
  readonly image: number;
  readonly start: number;
  /** Where it has ended: a comma and white space may be before. */
  readonly end: number;
}
