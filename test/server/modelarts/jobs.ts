/**
 * How fast work goes on: a stage lasts for so many polls (requests that ask for it), or for so many ms of the clock.
 * Polls let tests run without waiting, the clock is for people.
 */
export type Pace = { readonly polls: number } | { readonly ms: number };

export interface Stage {
  readonly name: string;
  /** Done when the stage begins. */
  readonly enter?: () => void;
  /** It lasts until something else is done with the work, or all work is settled. */
  readonly lasts?: boolean;
}

/** Work that goes through stages. Whoever starts it is in the first one. */
export class Job {
  #at = 0;
  #polls = 0;
  #since: number;
  #stages: readonly Stage[];

  constructor(
    stages: readonly Stage[],
    private readonly pace: () => Pace,
    private readonly now: () => number,
  ) {
    this.#stages = stages;
    this.#since = now();
    stages[0]?.enter?.();
  }

  get stage(): string {
    return (this.#stages[this.#at] as Stage).name;
  }

  get isDone(): boolean {
    return this.#at === this.#stages.length - 1;
  }

  /** It was asked for. */
  poll(): void {
    const pace = this.pace();
    if (!('polls' in pace) || this.isDone || this.#lasts) return;
    this.#polls += 1;
    if (this.#polls >= pace.polls) this.#advance(this.now());
  }

  /** Stages that the clock has ended since. */
  catchUp(): void {
    const pace = this.pace();
    if (!('ms' in pace)) return;
    while (!this.isDone && !this.#lasts && this.now() - this.#since >= pace.ms)
      this.#advance(this.#since + pace.ms);
  }

  finish(): void {
    while (!this.isDone) this.#advance(this.now());
  }

  /** Ends here and now. To be called by `enter` of the stage that fails. */
  end(name: string): void {
    this.#stages = [...this.#stages.slice(0, this.#at + 1), { name }];
    this.#at += 1;
  }

  get #lasts(): boolean {
    return this.#stages[this.#at]?.lasts === true;
  }

  #advance(since: number): void {
    this.#polls = 0;
    this.#since = since;
    this.#at += 1;
    this.#stages[this.#at]?.enter?.();
  }
}
