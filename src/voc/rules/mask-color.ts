const form = /^[ \t\r\n]*(\d{1,3})[ \t\r\n]*,[ \t\r\n]*(\d{1,3})[ \t\r\n]*,[ \t\r\n]*(\d{1,3})[ \t\r\n]*$/;

/**
 * Reads `R,G,B`, blanks around the numbers allowed.
 *
 * @returns red × 65536 + green × 256 + blue, or undefined when it is not three whole numbers from 0 to 255.
 */
export function parseMaskColor(text: string): number | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const red = Number(match[1]);
  const green = Number(match[2]);
  const blue = Number(match[3]);
  return red > 255 || green > 255 || blue > 255 ? undefined : red * 65536 + green * 256 + blue;
}
