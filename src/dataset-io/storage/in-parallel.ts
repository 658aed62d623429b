/**
 * Does a piece of work for each item, so many at a time. The first failure ends it: nothing more is begun, what is
 * under way is waited for, and the failure is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  atATime: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async () => {
    for (let step = iterator.next(); step.done !== true && failures.length === 0; step = iterator.next()) {
      try {
        await work(step.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  if (failures.length > 0) throw failures[0];
}
