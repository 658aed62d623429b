/** Chunks from a producer that pushes to a consumer that pulls, one at a time. */
export class Channel implements AsyncIterable<Uint8Array> {
  private waiting: { chunk: Uint8Array; taken: () => void; failed: (error: unknown) => void } | undefined;
  private wanted: (() => void) | undefined;
  private isClosed = false;
  private failure: { readonly error: unknown } | undefined;

  /** Resolves when the chunk has been taken and is not needed any more. @throws what the consumer failed with */
  push(chunk: Uint8Array): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure.error);
    return new Promise((taken, failed) => {
      this.waiting = { chunk, taken, failed };
      this.wanted?.();
    });
  }

  /** Nothing more comes. */
  close(): void {
    this.isClosed = true;
    this.wanted?.();
  }

  /** Nothing more is taken. */
  fail(error: unknown): void {
    this.failure = { error };
    this.waiting?.failed(error);
    this.waiting = undefined;
  }

  /** Ends the consumer with an error, so that what it has taken so far is given up. */
  abort(error: unknown): void {
    this.failure = { error };
    this.wanted?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure.error;
      const { waiting } = this;
      if (waiting !== undefined) {
        this.waiting = undefined;
        yield waiting.chunk;
        waiting.taken();
        continue;
      }
      if (this.isClosed) return;
      await new Promise<void>((wake) => {
        this.wanted = wake;
      });
      this.wanted = undefined;
    }
  }
}
