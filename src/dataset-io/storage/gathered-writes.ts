/**
 * Turns pieces of any size into few large writes: bytes are gathered in one buffer while another is being
 * written. Starts small, so that many open writers of little content cost little memory.
 */
export class GatheredWrites {
  readonly #write: (bytes: Uint8Array, then?: Uint8Array) => Promise<void>;
  readonly #size: number;
  readonly #wholePieces: boolean;
  #buffer: Uint8Array = new Uint8Array(0);
  #fill = 0;
  #spare: Uint8Array | undefined;
  #pending: Promise<void> | undefined;
  #failed = false;
  #failure: unknown;

  /**
   * @param write puts bytes into the file, and others behind them when pieces are {@link lend lent}; called one at a
   *   time, the bytes stay unchanged until it resolves
   * @param size bytes per write
   * @param wholePieces never split a piece between two writes
   */
  constructor(
    write: (bytes: Uint8Array, then?: Uint8Array) => Promise<void>,
    size: number,
    wholePieces = false,
  ) {
    this.#write = write;
    this.#size = Math.max(1, size);
    this.#wholePieces = wholePieces;
  }

  /** Takes a copy of the bytes. */
  async add(piece: Uint8Array): Promise<void> {
    if (this.#wholePieces && this.#fill + piece.length > this.#size) {
      await this.flush();
      if (piece.length > this.#size) {
        await this.#write(piece);
        return;
      }
    }
    let from = 0;
    while (from < piece.length) {
      if (this.#fill === this.#buffer.length) await this.#makeRoom(piece.length - from);
      const count = Math.min(this.#buffer.length - this.#fill, piece.length - from);
      this.#buffer.set(piece.subarray(from, from + count), this.#fill);
      this.#fill += count;
      from += count;
    }
  }

  /**
   * As {@link add} for `bytes[start]` up to `bytes[end]`, at once and where there is room. False: nothing was taken.
   * Pieces must not be kept whole.
   */
  take(bytes: Buffer, start: number, end: number): boolean {
    if (end - start > this.#buffer.length - this.#fill) return false;
    this.#fill += bytes.copy(this.#buffer, this.#fill, start, end);
    return true;
  }

  /**
   * Takes the bytes without copying them when they are many: they must stay unchanged until {@link pending} resolves.
   * Resolves when their writing has begun.
   */
  async lend(piece: Uint8Array): Promise<void> {
    if (piece.length < worthLending) {
      await this.add(piece);
      return;
    }
    await this.#settle();
    const gathered = this.#buffer.subarray(0, this.#fill);
    this.#begin(gathered.length === 0 ? this.#write(piece) : this.#write(gathered, piece));
    if (gathered.length === 0) return;
    const buffer = this.#buffer;
    this.#buffer = this.#spare ?? new Uint8Array(0);
    this.#spare = buffer;
    this.#fill = 0;
  }

  /** The write under way, if any; resolves when it has ended, whatever becomes of it. */
  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  /** Resolves when everything given so far has been written. */
  async flush(): Promise<void> {
    await this.#settle();
    if (this.#fill === 0) return;
    const bytes = this.#buffer.subarray(0, this.#fill);
    this.#fill = 0;
    await this.#write(bytes);
  }

  /** Waits for the write under way, whatever becomes of it: afterwards the file can be closed. */
  async stop(): Promise<void> {
    await this.#pending;
    this.#fill = 0;
  }

  async #makeRoom(wanted: number): Promise<void> {
    if (this.#buffer.length < this.#size) {
      const grown = Math.min(this.#size, Math.max(firstBytes, this.#buffer.length * 4, this.#fill + wanted));
      const larger = Buffer.allocUnsafeSlow(grown);
      larger.set(this.#buffer.subarray(0, this.#fill));
      this.#buffer = larger;
      return;
    }
    await this.#settle();
    const full = this.#buffer;
    this.#begin(this.#write(full));
    this.#buffer = this.#spare ?? Buffer.allocUnsafeSlow(this.#size);
    this.#spare = full;
    this.#fill = 0;
  }

  #begin(write: Promise<void>): void {
    this.#pending = write.then(undefined, (error: unknown) => {
      this.#failed = true;
      this.#failure = error;
    });
  }

  async #settle(): Promise<void> {
    await this.#pending;
    this.#pending = undefined;
    if (this.#failed) throw this.#failure;
  }
}

const firstBytes = 16 * 1024;
/** Fewer bytes are copied in less time than a write of their own takes. */
const worthLending = 64 * 1024;
