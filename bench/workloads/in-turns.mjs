/**
 * Does a piece of work for every number below `count`, `width` at a time, and adds up what each gives.
 * @param {number} count
 * @param {number} width
 * @param {(index: number) => Promise<number>} work
 */
export async function inTurns(count, width, work) {
  let next = 0;
  let sum = 0;
  const lane = async () => {
    while (next < count) {
      const got = await work(next++);
      sum += got;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return sum;
}
