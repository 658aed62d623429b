import { type JsonValue, OptionError } from '../model/index.js';
import { ByteSink } from './byte-sink.js';
import { stringifyJson } from './json-write.js';

const quote = 0x22;
const backslash = 0x5c;

/** JSON under construction, spelt as {@link stringifyJson} spells it. */
export class JsonSink extends ByteSink {
  /** A string with its quotes. */
  string(text: string): void {
    const { length } = text;
    this.reserve(length + 2);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = quote;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      // Anything but plain ASCII: the general way, over what was begun.
      if (code < 0x20 || code > 0x7e || code === quote || code === backslash) {
        this.raw(stringifyJson(text));
        return;
      }
      buffer[at++] = code;
    }
    buffer[at++] = quote;
    this.length = at;
  }

  /** @throws OptionError for what JSON cannot say: NaN and infinities */
  number(value: number): void {
    if (this.quickNumber(value)) return;
    if (!Number.isFinite(value)) throw new OptionError(`JSON cannot say ${value}`);
    this.raw(Object.is(value, -0) ? '-0' : String(value));
  }

  /** Numbers with commas between them, without brackets. @throws as {@link number} */
  numbers(values: readonly number[]): void {
    for (let i = 0; i < values.length; i += 1) {
      if (i > 0) this.byte(0x2c);
      this.number(values[i]!);
    }
  }

  /** Any value. @throws OptionError for what JSON cannot say */
  value(value: JsonValue): void {
    if (typeof value === 'string') this.string(value);
    else if (typeof value === 'number') this.number(value);
    else this.raw(stringifyJson(value));
  }
}
