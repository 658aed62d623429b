import { threadTime } from '../support/cpu-time.js';
import { Random, seed } from '../support/random.js';

/** What parsers trip over. */
const tokens = [
  '\0',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '<',
  '>',
  '/',
  '&',
  '=',
  '\n',
  '\r',
  '\r\n',
  '\t',
  ' ',
  '-',
  '+',
  '.',
  'e',
  '0',
  '\\u',
  '\\ud800',
  '\\"',
  '1e999',
  '-0',
  'null',
  '[[[[[[[[',
  '{"source":',
  '"source":"x",',
  '__proto__',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<!DOCTYPE a>',
  '&lt;',
  '&#0;',
  '&x;',
  '</annotation>',
  '<object>',
  '\xff',
  '\xfe\xff',
  '\xff\xfe',
  '\xef\xbb\xbf',
  '\xc3',
  '\xed\xa0\x80',
  '\xf4\x90\x80\x80',
  '\xe2\x80\xa8',
  '\x81\x30',
].map((text) => Buffer.from(text, 'latin1'));

/** Bytes with one thing done to them; `other` lends pieces. */
function change(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(80));
  const insert = (piece: Uint8Array, skip = 0) =>
    Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(Math.min(bytes.length, at + skip))]);
  switch (random.below(10)) {
    case 0:
    case 1: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at]! ^= 1 << random.below(8);
      return flipped;
    }
    case 2:
      return Buffer.from(bytes.subarray(0, at));
    case 3:
      return insert(bytes.subarray(at, end));
    case 4:
      return insert(Buffer.alloc(0), end - at);
    case 5: {
      const from = random.below(other.length);
      return insert(other.subarray(from, from + 1 + random.below(200)), random.below(2) * (end - at));
    }
    case 6:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]);
    case 7: {
      const middle = random.below(at + 1);
      return Buffer.concat([bytes.subarray(middle, at), bytes.subarray(0, middle), bytes.subarray(at)]);
    }
    case 8:
      return insert(random.pick(tokens), 1);
    default:
      return insert(random.pick(tokens));
  }
}

/** Bytes with one to three things done to them. */
function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let times = 1 + random.below(3); times > 0; times--) changed = change(changed, other, random);
  return changed;
}

/** LABELKIT_FUZZ_RUNS: how many mutations each test tries. Few by default; the full check sets many. */
export const fuzzRuns = Number(process.env['LABELKIT_FUZZ_RUNS'] ?? 2000);

/** No input of a few kilobytes may have the processor for longer than this, in milliseconds. */
const longestTime = 2000;

/**
 * Tries `check` on mutations of the inputs.
 *
 * @param salt makes this test's mutations others than those of the next one
 * @throws what `check` throws, with the run's number and seed and the bytes in the message
 */
export async function fuzz(
  salt: number,
  inputs: readonly { readonly name: string; readonly bytes: Buffer }[],
  check: (bytes: Buffer, random: Random) => void | Promise<void>,
): Promise<void> {
  let slowest = 0;
  for (let run = 0; run < fuzzRuns; run++) {
    const random = new Random(seed + salt * 0x1000_0000 + run * 7919);
    const { name, bytes } = inputs[run % inputs.length]!;
    const changed = mutate(bytes, random.pick(inputs).bytes, random);
    const from = threadTime();
    try {
      await check(changed, random);
      const took = threadTime() - from;
      if (took > longestTime) throw new Error(`it took ${Math.round(took)} ms`);
      slowest = Math.max(slowest, took);
    } catch (error) {
      const where = `run ${run}, seed ${seed}, ${name}, ${changed.length} bytes`;
      throw new Error(
        `${where}: ${error instanceof Error ? error.message : error}\n${changed.toString('base64')}`,
        {
          cause: error,
        },
      );
    }
  }
  console.log(
    `${fuzzRuns} mutations of ${inputs.length} inputs, seed ${seed}, slowest ${slowest.toFixed(1)} ms`,
  );
}
