/**
 * The workload's arguments after the script's name, in order.
 * @param {string} what names the argument in the complaint when it is missing
 * @param {number} [index]
 */
export function argument(what, index = 0) {
  const text = process.argv[2 + index];
  if (text === undefined) throw new Error(`argument ${index + 1} is missing: ${what}`);
  return text;
}
