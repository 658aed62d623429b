/** The text without blanks, tabs and line ends around it, which are the white space of XML and JSON. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankCode(text.charCodeAt(start))) start += 1;
  while (end > start && isBlankCode(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x9 || code === 0xd || code === 0xa;
}
