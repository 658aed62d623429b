/**
 * UTF-8 text of a range. `utf8Slice` is what `toString` ends up calling, and the fastest that Node 20 has for
 * short ranges; its typings leave it out.
 * @param {Buffer} bytes
 * @param {number} start
 * @param {number} end
 * @returns {string}
 */
export const decode = (bytes, start, end) => /** @type {any} */ (bytes).utf8Slice(start, end);
