import { noPart } from '../../transforms/index.js';

const lineFeed = 0x0a;
const fewest = 64 * 1024;

/** Lines by part, one behind the other, in memory that is used again. */
export class PartBuffers {
  private readonly buffers: Buffer[];
  private readonly fills: number[];

  constructor(partCount: number) {
    this.buffers = Array.from({ length: partCount }, () => Buffer.alloc(0));
    this.fills = new Array<number>(partCount).fill(0);
  }

  get partCount(): number {
    return this.fills.length;
  }

  /** Bytes of a part. */
  length(part: number): number {
    return this.fills[part]!;
  }

  /** The first {@link length} bytes are those of the part. */
  bytes(part: number): Buffer {
    return this.buffers[part]!;
  }

  clear(): void {
    this.fills.fill(0);
  }

  /**
   * Adds lines as the bytes they are, each ended by LF. Neighbouring lines of one part are copied at once.
   *
   * @param starts, ends of the lines, without their ends of line
   * @param parts from `first` on those of the lines, `noPart` for what goes nowhere
   */
  add(
    bytes: Buffer,
    starts: Uint32Array,
    ends: Uint32Array,
    count: number,
    parts: Uint8Array,
    first = 0,
  ): void {
    for (let row = 0; row < count; ) {
      const part = parts[first + row]!;
      const start = starts[row]!;
      let end = ends[row]!;
      for (
        row++;
        row < count && parts[first + row] === part && starts[row] === end + 1 && bytes[end] === lineFeed;
        row++
      )
        end = ends[row]!;
      if (part !== noPart) this.append(part, bytes, start, end);
    }
  }

  private append(part: number, bytes: Buffer, start: number, end: number): void {
    const at = this.fills[part]!;
    const fill = at + end - start + 1;
    let buffer = this.buffers[part]!;
    if (fill > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(fewest, fill, 2 * buffer.length));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
      this.buffers[part] = larger;
    }
    bytes.copy(buffer, at, start, end);
    buffer[fill - 1] = lineFeed;
    this.fills[part] = fill;
  }
}
