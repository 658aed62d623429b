import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Finding, severityOf } from '../../src/model/index.js';
import { checkVoc, type MaskFacts, parseVoc, type VocCheckContext, vocRules } from '../../src/voc/index.js';
import { checkAll } from './check-all.js';

const folder = new URL('../fixtures/voc/rules/', import.meta.url);
const fixtures = readdirSync(folder).sort();

interface WrittenContext extends Omit<VocCheckContext, 'mode' | 'mask'> {
  readonly mask?: Omit<MaskFacts, 'colors'> & { readonly colors: readonly number[] };
}

function load(name: string) {
  const bytes = readFileSync(new URL(name, folder));
  const text = bytes.toString('latin1');
  const expected = /<!-- expect([ V0-9]*)-->/.exec(text)?.[1];
  if (expected === undefined) throw new Error(`${name} does not say what is expected of it`);
  const { mask, ...context } = JSON.parse(/<!-- context (.*) -->/.exec(text)?.[1] ?? '{}') as WrittenContext;
  return {
    bytes,
    expected: expected.trim() === '' ? [] : expected.trim().split(' '),
    context: mask === undefined ? context : { ...context, mask: { ...mask, colors: new Set(mask.colors) } },
  };
}

describe('rule fixtures', () => {
  for (const name of fixtures) {
    it(name, () => {
      const { bytes, expected, context } = load(name);
      for (const mode of ['lenient', 'strict'] as const) {
        // A name in another letter case is no name in strict mode, so what it should have said is missing there.
        if (mode === 'strict' && name === 'V008.xml') continue;
        const fired = checkAll(bytes, { ...context, mode });
        expect([...new Set(fired.map((finding) => finding.rule))].sort(), mode).toEqual(expected);
        for (const finding of fired) {
          expect(finding.message).not.toMatch(/\.$|undefined|NaN /);
          if (finding.pointer !== undefined) expect(finding.pointer).toMatch(/^(?:\/|$)/);
        }
      }
    });
  }

  it('has every rule fire, and a near miss of each', () => {
    const fired = new Set<string>();
    for (const name of fixtures) for (const id of load(name).expected) fired.add(id);
    expect([...fired].sort()).toEqual(vocRules.map(({ id }) => id));
    for (const { id } of vocRules) {
      const near = fixtures.filter((name) => name.startsWith(id) && name.endsWith('-near.xml'));
      expect(near.length, `near miss of ${id}`).toBeGreaterThan(0);
      for (const name of near) expect(load(name).expected).not.toContain(id);
    }
  });
});

describe('the table', () => {
  it('has unique ids and names in order, and no rule that is off', () => {
    const ids = vocRules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(vocRules.map(({ name }) => name)).size).toBe(ids.length);
    for (const rule of vocRules) {
      for (const mode of ['strict', 'lenient'] as const) {
        expect(severityOf(rule, mode, 'generic')).toMatch(/^(error|warning|info)$/);
      }
    }
  });

  it('explains itself in sentences', () => {
    for (const { id, summary, why, fix } of vocRules) {
      for (const text of [summary, why, fix]) expect(text, id).toMatch(/^[A-Za-z@].*\.$/s);
    }
  });
});

describe('severities of the two halves of a rule', () => {
  const object = (shape: string) =>
    `<object><name>a</name><pose>0</pose><truncated>0</truncated><difficult>0</difficult><occluded>0</occluded>${shape}</object>`;
  const box = (...numbers: number[]) =>
    `<bndbox>${['xmin', 'ymin', 'xmax', 'ymax'].map((name, i) => `<${name}>${numbers[i]}</${name}>`).join('')}</bndbox>`;
  const file = (body: string, header = '<folder>f</folder><segmented>0</segmented>') =>
    `<annotation>${header}<filename>a.jpg</filename><size><width>100</width><height>80</height><depth>3</depth></size>${body}</annotation>`;

  it.each([
    [
      'V020',
      'folder missing',
      file(object(box(1, 2, 30, 40)), '<segmented>0</segmented>'),
      'warning',
      'warning',
    ],
    [
      'V020',
      'folder empty',
      file(object(box(1, 2, 30, 40)), '<folder/><segmented>0</segmented>'),
      'error',
      'warning',
    ],
    [
      'V025',
      'segmented missing',
      file(object(box(1, 2, 30, 40)), '<folder>f</folder>'),
      'warning',
      'warning',
    ],
    ['V076', 'side of 0', file(object(box(5, 2, 5, 40))), 'error', 'warning'],
    ['V076', 'side of 1', file(object(box(5, 2, 6, 40))), 'warning', 'warning'],
    ['V077', 'partly outside', file(object(box(5, 2, 101, 40))), 'warning', 'warning'],
    ['V077', 'entirely outside', file(object(box(200, 2, 210, 40))), 'error', 'warning'],
    ['V083', 'no radius', file(object('<circle><cx>9</cx><cy>9</cy><r>0</r></circle>')), 'error', 'warning'],
    [
      'V083',
      'leaves the image',
      file(object('<circle><cx>9</cx><cy>9</cy><r>10</r></circle>')),
      'warning',
      'warning',
    ],
    [
      'V080',
      'bow-tie',
      file(
        object(
          '<polygon><x1>0</x1><y1>0</y1><x2>9</x2><y2>9</y2><x3>9</x3><y3>0</y3><x4>0</x4><y4>9</y4></polygon>',
        ),
      ),
      'warning',
      'info',
    ],
    ['V030', 'no object', file(''), 'warning', 'info'],
  ] as const)('%s %s', (rule, _, xml, strict, lenient) => {
    expect(checkAll(xml, { mode: 'strict' })).toMatchObject([{ rule, severity: strict }]);
    expect(checkAll(xml, { mode: 'lenient' })).toMatchObject([{ rule, severity: lenient }]);
  });

  it('numbers objects as the file does when an empty one was skipped', () => {
    const findings = checkAll(file(`<object/>${object(box(5, 2, 5, 40))}`), { mode: 'lenient' });
    expect(findings.map(({ rule, pointer }) => [rule, pointer])).toEqual([
      ['V040', '/annotation/object[1]'],
      ['V076', '/annotation/object[2]/bndbox/xmin'],
    ]);
  });

  it('does not report an empty file body twice when every object was skipped', () => {
    expect(checkAll(file('<object/>'), { mode: 'lenient' }).map(({ rule }) => rule)).toEqual(['V040']);
  });
});

describe('named cases', () => {
  const ids = (xml: string) => checkAll(xml, { mode: 'lenient' }).map(({ rule }) => rule);
  const wrap = (
    objects: string,
    size = '<size><width>100</width><height>80</height><depth>3</depth></size>',
  ) =>
    `<annotation><folder>f</folder><filename>a.jpg</filename>${size}<segmented>0</segmented>${objects}</annotation>`;
  const flags = '<pose>0</pose><truncated>0</truncated><difficult>0</difficult><occluded>0</occluded>';
  const box = (a: number, b: number, c: number, d: number) =>
    `<bndbox><xmin>${a}</xmin><ymin>${b}</ymin><xmax>${c}</xmax><ymax>${d}</ymax></bndbox>`;
  const object = (shape: string, name = 'a') => `<object><name>${name}</name>${flags}${shape}</object>`;

  it('EC-121: an object on one line with a name alone has no shape', () => {
    const xml = wrap('<object><name>a</name></object>');
    expect(parseVoc(xml).document?.objects[0]?.name).toBe('a');
    expect(ids(xml)).toEqual(['V043', 'V044', 'V050']);
  });

  it('EC-123: a padded name is kept, a blank one is none', () => {
    const xml = wrap(object(box(1, 2, 30, 40), ' a '));
    expect(parseVoc(xml).document?.objects[0]?.name).toBe(' a ');
    expect(ids(xml)).toEqual(['V041']);
    expect(ids(wrap(object(box(1, 2, 30, 40), ' ')))).toEqual(['V042']);
  });

  it.each([
    ['\u3000a\u2003', '"a"'],
    ['a \r\n\n\t b', '"a b"'],
    [`a${' '.repeat(200_000)}b\n`, undefined],
    ['\u00a0', undefined],
  ])('V041 says what to write for %j', (name, meant) => {
    const { document } = parseVoc(wrap(object(box(1, 2, 30, 40), name)));
    const found: Finding[] = [];
    checkVoc(document!, { mode: 'strict' }, (finding) => found.push(finding));
    expect(found.map(({ rule }) => rule)).toEqual(['V041']);
    if (meant !== undefined) expect(found[0]!.hint).toBe(`write ${meant}`);
    else if (name === '\u00a0') expect(found[0]!.hint).toBe('give it a visible name');
  });

  it('EC-130: swapped corners are reported and left', () => {
    const xml = wrap(object(box(50, 2, 40, 40)));
    expect(ids(xml)).toEqual(['V075']);
    expect(parseVoc(xml).document?.objects[0]?.shape).toMatchObject({ xmin: 50, xmax: 40 });
  });

  it('EC-131: a box without width, and one of 1 pixel', () => {
    expect(ids(wrap(object(box(5, 2, 5, 40))))).toEqual(['V076']);
    expect(ids(wrap(object(box(5, 2, 6, 40))))).toEqual(['V076']);
  });

  it('EC-132: the image border belongs to the image; an unknown size allows everything', () => {
    expect(ids(wrap(object(box(0, 0, 100, 80))))).toEqual([]);
    expect(ids(wrap(object(box(0, 0, 101, 80))))).toEqual(['V077']);
    const zero = '<size><width>0</width><height>0</height><depth>3</depth></size>';
    expect(ids(wrap(object(box(200, 2, 210, 40)), zero))).toEqual(['V023', 'V023']);
  });

  it('EC-139: degenerate and crossing outlines', () => {
    const polygon = (...points: number[]) =>
      object(
        `<polygon>${points.map((value, i) => `<${i % 2 ? 'y' : 'x'}${(i >> 1) + 1}>${value}</${i % 2 ? 'y' : 'x'}${(i >> 1) + 1}>`).join('')}</polygon>`,
      );
    expect(ids(wrap(polygon(1, 2, 30, 40)))).toEqual(['V078']);
    expect(ids(wrap(polygon(1, 1, 5, 5, 9, 9)))).toEqual(['V081']);
    expect(ids(wrap(polygon(0, 0, 10, 10, 10, 0, 0, 10)))).toEqual(['V080']);
    expect(ids(wrap(polygon(0, 0, 10, 0, 0, 10, 0, 0)))).toEqual(['V082']);
  });

  it('EC-140: circles', () => {
    const circle = (r: number) => object(`<circle><cx>50</cx><cy>40</cy><r>${r}</r></circle>`);
    expect(ids(wrap(circle(0)))).toEqual(['V083']);
    expect(ids(wrap(circle(41)))).toEqual(['V083']);
    expect(ids(wrap(circle(40)))).toEqual([]);
  });

  it('EC-149: confidence', () => {
    const score = (text: string) => ids(wrap(object(`<confidence>${text}</confidence>${box(1, 2, 30, 40)}`)));
    expect(score('')).toEqual(['V047']);
    expect(score('1.2')).toEqual(['V047']);
    expect(score('1')).toEqual([]);
    expect(score('0')).toEqual([]);
  });

  it('EC-150: an absent flag is no bad flag', () => {
    const difficult = (xml: string) =>
      ids(
        wrap(
          `<object><name>a</name><pose>0</pose><truncated>0</truncated>${xml}<occluded>0</occluded>${box(1, 2, 30, 40)}</object>`,
        ),
      );
    expect(difficult('')).toEqual(['V043']);
    expect(difficult('<difficult>True</difficult>')).toEqual([]);
    expect(difficult('<difficult>Unspecified</difficult>')).toEqual(['V045']);
  });

  it('EC-151: parts need no flags', () => {
    expect(ids(wrap(object(`${box(1, 2, 30, 40)}<part><name>head</name>${box(2, 3, 9, 9)}</part>`)))).toEqual(
      [],
    );
  });

  it('EC-152: a file without objects is background', () => {
    expect(ids(wrap(''))).toEqual(['V030']);
    expect(checkAll(wrap(''), { mode: 'lenient' })[0]?.severity).toBe('info');
  });
});
