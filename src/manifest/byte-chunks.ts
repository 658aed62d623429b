const lineFeed = 0x0a;
const smallest = 1024;
/** From here on a run of bytes is not worth copying. */
const copyLimit = 64 * 1024;

/** Gathers lines into buffers of a fixed size, so that whoever writes them sees few large chunks. */
export class ByteChunks {
  private readonly size: number;
  private buffer: Buffer;
  private used = 0;
  private done: Buffer[] = [];

  constructor(size = 512 * 1024) {
    this.size = Math.max(size, smallest);
    this.buffer = Buffer.allocUnsafeSlow(this.size);
  }

  /** There are chunks to {@link take}. */
  get full(): boolean {
    return this.done.length > 0;
  }

  /** Adds a text and LF. */
  addLine(text: string): void {
    // A UTF-16 unit takes at most three bytes.
    if (text.length * 3 + 1 > this.buffer.length - this.used) {
      this.reserve(Buffer.byteLength(text) + 1);
    }
    this.used += this.buffer.write(text, this.used, 'utf8');
    this.buffer[this.used++] = lineFeed;
  }

  /** Adds bytes, which LF follows or is made to. Many bytes are given out as they are, fewer are copied. */
  addLineBytes(bytes: Buffer, start: number, end: number): void {
    if (end - start >= copyLimit && bytes[end] === lineFeed) {
      this.close();
      this.done.push(bytes.subarray(start, end + 1));
      return;
    }
    this.reserve(end - start + 1);
    this.used += bytes.copy(this.buffer, this.used, start, end);
    this.buffer[this.used++] = lineFeed;
  }

  /** Adds bytes that LF ends, as they are, without copying them. */
  addChunk(bytes: Buffer): void {
    this.close();
    this.done.push(bytes);
  }

  /** Makes room; what is longer than a chunk gets a chunk of its own. */
  private reserve(bytes: number): void {
    if (bytes <= this.buffer.length - this.used) return;
    this.close();
    if (bytes > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(Math.max(bytes, this.size));
  }

  /** Hands on what is in the buffer and goes on in the rest of it. */
  private close(): void {
    if (this.used === 0) return;
    this.done.push(this.buffer.subarray(0, this.used));
    this.buffer = this.buffer.subarray(this.used);
    this.used = 0;
  }

  /** The chunks that are full. They are not used again here. */
  take(): Buffer[] {
    const { done } = this;
    this.done = [];
    return done;
  }

  /** All that is left. */
  rest(): Buffer[] {
    this.close();
    return this.take();
  }
}
