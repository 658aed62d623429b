/** Things from a producer that pushes to a consumer that pulls, one at a time. */
export class Channel<T = Uint8Array> implements AsyncIterable<T> {
  private waiting: { item: T; taken: () => void; failed: (error: unknown) => void } | undefined;
  private wanted: (() => void) | undefined;
  private isClosed = false;
  private failure: { readonly error: unknown } | undefined;

  /** Resolves when the item has been taken and is not needed any more. @throws what the consumer failed with */
  push(item: T): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure.error);
    return new Promise((taken, failed) => {
      this.waiting = { item, taken, failed };
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

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure.error;
      const { waiting } = this;
      if (waiting !== undefined) {
        this.waiting = undefined;
        yield waiting.item;
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
