import { ByteSink } from '../text/byte-sink.js';
import { escapeText, formatNumber, illegalCharacter } from '../text/xml-escape.js';

/** XML under construction. */
export class XmlSink extends ByteSink {
  /** A text between tags. @returns false when XML cannot hold it; nothing is written then. */
  text(text: string): boolean {
    const { length } = text;
    this.reserve(length);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      // Anything but plain ASCII: from here on the general way, over what was begun.
      if (code < 0x20 || code > 0x7e || code === 0x26 || code === 0x3c || code === 0x3e)
        return this.#special(text);
      buffer[at++] = code;
    }
    this.length = at;
    return true;
  }

  #special(text: string): boolean {
    if (illegalCharacter(text) !== undefined) return false;
    this.raw(escapeText(text));
    return true;
  }

  /** A number. @returns false when it is not finite; nothing is written then. */
  number(value: number): boolean {
    if (this.quickNumber(value)) return true;
    if (!Number.isFinite(value)) return false;
    this.raw(formatNumber(value));
    return true;
  }
}
