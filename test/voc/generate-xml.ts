import type { Random } from '../support/random.js';

const labels = ['cat', 'car', 'person', '行人', 'traffic light', 'bird &amp; bee', 'a]]b', '😀 face', 'x'];
const keys = ['color', '颜色', 'key', 'property', '_a.b-c', 'name', 'constructor', '__proto__'];
const values = ['green', '红色', 'a&lt;b&gt;c', '&quot;&apos;', '1', 'trailing '];
const flags = ['0', '1', 'true', 'Unspecified', '0.31'];

/** An annotation file that a labelling tool could have written: nothing for the parser to report but V073. */
export function ordinaryXml(random: Random): string {
  const unit = random.pick(['    ', '\t', ' ', '']);
  const lineEnd = unit === '' ? '' : random.pick(['\n', '\r\n']);
  const lines: string[] = [];
  const add = (depth: number, text: string) => lines.push(unit.repeat(depth) + text);
  if (random.chance(0.7))
    add(
      0,
      `<?xml version="1.0"${random.pick(['', ' encoding="utf-8"', ' encoding="UTF-8" standalone="no"'])}?>`,
    );
  add(0, random.chance(0.1) ? '<annotation verified="yes">' : '<annotation>');
  if (random.chance(0.9)) add(1, '<folder>Images</folder>');
  if (random.chance(0.9)) add(1, `<filename>${random.below(1e9)}.jpg</filename>`);
  if (random.chance(0.3)) add(1, '<path>C:\\data\\图片\\1.jpg</path>');
  if (random.chance(0.6)) {
    add(1, '<source>');
    add(2, '<database>The VOC2007 Database</database>');
    if (random.chance(0.4)) add(2, '<annotation>PASCAL VOC2007</annotation>');
    if (random.chance(0.4)) add(2, '<image>flickr</image>');
    if (random.chance(0.3)) add(2, '<flickrid>341012865</flickrid>');
    add(1, '</source>');
  }
  if (random.chance(0.2)) {
    add(1, '<owner>');
    add(2, '<flickrid>Fried Camels</flickrid>');
    add(2, '<name>Jinky the Fruit Bat</name>');
    add(1, '</owner>');
  }
  const lengths = ['width', 'height', 'depth'].filter(() => random.chance(0.9));
  if (lengths.length > 0) {
    add(1, '<size>');
    for (const name of lengths) add(2, `<${name}>${1 + random.below(900)}</${name}>`);
    add(1, '</size>');
  }
  if (random.chance(0.8)) add(1, `<segmented>${random.pick(['0', '1', '2'])}</segmented>`);
  if (random.chance(0.1)) add(1, '<mask_source>obs://b/annotations/1.png</mask_source>');
  for (let i = random.below(4); i > 0; i--) addObject(random, add, 'object', 1);
  add(0, '</annotation>');
  return lines.join(lineEnd) + random.pick(['', '\n', ' \r\n\t']);
}

function addObject(
  random: Random,
  add: (depth: number, text: string) => void,
  tag: string,
  depth: number,
): void {
  const children: (() => void)[] = [() => add(depth + 1, `<name>${random.pick(labels)}</name>`)];
  const maybe = (share: number, make: () => void) => {
    if (random.chance(share)) children.push(make);
  };
  const leaf = (name: string, text: string) => add(depth + 1, `<${name}>${text}</${name}>`);
  maybe(0.4, () => addProperties(random, add, depth + 1));
  maybe(0.7, () => leaf('pose', random.pick(['Unspecified', 'Left', '0'])));
  for (const name of ['truncated', 'difficult', 'occluded']) maybe(0.6, () => leaf(name, random.pick(flags)));
  maybe(0.2, () => leaf(random.pick(['hard-coefficient', 'difficult-coefficient']), number(random)));
  maybe(0.1, () => leaf('hard-reasons', '0-20-21-19'));
  maybe(0.3, () => leaf('confidence', random.pick(['0.8', '1', '0', '1.2', '0.123456789'])));
  maybe(0.1, () => leaf('mask_color', '255, 0, 0'));
  maybe(0.05, () => leaf('mask_source', 'a.png'));
  maybe(0.1, () => {
    add(depth + 1, '<actions>');
    add(depth + 2, '<jumping>1</jumping>');
    add(depth + 2, '<playinginstrument>0</playinginstrument>');
    add(depth + 1, '</actions>');
  });
  maybe(0.9, () => addShape(random, add, depth + 1));
  if (random.chance(0.2)) children.reverse();
  for (let i = depth < 4 && random.chance(0.2) ? 1 + random.below(3) : 0; i > 0; i--) {
    children.push(() => addObject(random, add, 'part', depth + 1));
  }
  add(depth, `<${tag}>`);
  for (const child of children) child();
  add(depth, `</${tag}>`);
}

function addProperties(random: Random, add: (depth: number, text: string) => void, depth: number): void {
  add(depth, '<properties>');
  const used = new Set<string>();
  for (let i = random.below(4); i > 0; i--) {
    const key = random.pick(keys);
    if (used.has(key)) continue;
    used.add(key);
    const value = random.pick(values);
    if (random.chance(0.5)) add(depth + 1, `<${key}>${value}</${key}>`);
    else {
      add(depth + 1, '<property>');
      add(depth + 2, `<key>${key}</key>`);
      add(depth + 2, `<value>${value}</value>`);
      add(depth + 1, '</property>');
    }
  }
  add(depth, '</properties>');
}

const coordinates: { readonly [kind: string]: readonly string[] } = {
  bndbox: ['xmin', 'ymin', 'xmax', 'ymax'],
  point: ['x', 'y'],
  line: ['x1', 'y1', 'x2', 'y2'],
  dashed: ['x1', 'y1', 'x2', 'y2'],
  circle: ['cx', 'cy', 'r'],
};

function addShape(random: Random, add: (depth: number, text: string) => void, depth: number): void {
  const kind = random.pick(['bndbox', 'bndbox', 'polygon', 'polyline', 'point', 'line', 'dashed', 'circle']);
  let names = coordinates[kind] ?? [];
  if (kind.startsWith('poly')) {
    for (let i = 1 + random.below(11), n = 1; n <= i; n++) names = [...names, `x${n}`, `y${n}`];
  }
  if (kind === 'bndbox' && random.chance(0.3)) names = [...names].reverse();
  add(depth, `<${kind}>`);
  for (const name of names) add(depth + 1, `<${name}>${number(random)}</${name}>`);
  add(depth, `</${kind}>`);
}

function number(random: Random): string {
  const whole = String(random.below(700));
  if (random.chance(0.9)) return whole;
  return random.pick([`-${whole}`, `${whole}.5`, `${whole}.0001`, `-0.25`, `007`, '-0', '123456789012345']);
}
