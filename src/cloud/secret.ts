import { inspect } from 'node:util';

const redacted = '[redacted]';

/** A text that must not be seen by accident: printing, logging and serialising it all give `[redacted]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Ask for it where it is used, and keep nothing of it. */
  reveal(): string {
    return this.#text;
  }

  /** Stars, whatever is inside. */
  toString(): string {
    return redacted;
  }

  /** Stars, whatever is inside. */
  toJSON(): string {
    return redacted;
  }

  /** Stars, whatever is inside. */
  [inspect.custom](): string {
    return redacted;
  }
}
