/**
 * Times a fixed amount of integer work, in milliseconds. Run before each measurement it shows whether the
 * machine was quiet: the same machine gives the same number, a busy neighbour makes it larger.
 */
export function calibrate() {
  const start = performance.now();
  let state = 2463534242;
  let sum = 0;
  for (let i = 0; i < 50_000_000; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    sum = (sum + state) | 0;
  }
  const ms = performance.now() - start;
  if (sum === 0) throw new Error('the calibration loop was not executed');
  return ms;
}
