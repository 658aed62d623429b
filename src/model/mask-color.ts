/**
 * The colour of an index in the palette of official VOC masks: red, green, blue, each 0…255. Instance masks use the same
 * palette, numbering the objects of an image from 1.
 */
export function paletteColor(index: number): readonly [red: number, green: number, blue: number] {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let rest = index & 0xff, shift = 7; rest > 0; rest >>= 3, shift -= 1) {
    red |= (rest & 1) << shift;
    green |= ((rest >> 1) & 1) << shift;
    blue |= ((rest >> 2) & 1) << shift;
  }
  return [red, green, blue];
}

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
