/** Keys of objects that something on the way could take for something else, and that every service takes. */
export const oddKeys: readonly string[] = [
  'plain.txt',
  'a b/c d.txt',
  'plus+sign',
  '%41%2F%',
  'q?x=1&y=2#z',
  `quotes'"<&>`,
  'names!~*().txt',
  '目录/图像 1.jpg',
  '\u{1F600}/\u00e5.xml',
  'a//b///c',
  'trailing/',
  'dots/../x/./y',
  ';:@,=$[]{}|\\^`',
];
