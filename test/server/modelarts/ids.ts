import { createHash } from 'node:crypto';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Names of things, the same in every run. */
export class Ids {
  #made = 0;

  /** 19 characters of both cases, as the service gives. */
  next(what: string): string {
    this.#made += 1;
    const digest = createHash('sha256').update(`${what} ${this.#made}`).digest();
    return [...digest.subarray(0, 19)].map((byte) => letters[byte % letters.length]).join('');
  }

  /** 8-4-4-4-12 hexadecimal digits. */
  uuid(what: string): string {
    this.#made += 1;
    return this.hash(what, this.#made).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** 32 hexadecimal digits. */
  hash(...parts: readonly (string | number)[]): string {
    return createHash('md5').update(parts.join('\n')).digest('hex');
  }
}
