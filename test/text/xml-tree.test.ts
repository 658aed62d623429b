import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxXmlDepth, parseXmlTree, textOf, type XmlElement, type XmlNode } from '../../src/text/xml-tree.js';
import { expectLinear } from '../support/cpu-time.js';

const root = (text: string): XmlElement => {
  const { root: found, problem } = parseXmlTree(text);
  if (found === undefined) throw new Error(`${problem?.kind} at ${problem?.offset}: ${problem?.message}`);
  return found;
};

describe('parseXmlTree', () => {
  test('every node knows its place', () => {
    const text =
      '<?xml version="1.0"?>\r\n<!-- p --><a x="1" y=\'&lt;\'>t&amp;&#x6807;<!-- c --><![CDATA[<z>]]><?pi body?><b/>\r\n<c >é😀</c ></a>\n<!-- end -->';
    const a = root(text);
    const slice = (node: { start: number; end: number }) => text.slice(node.start, node.end);
    expect(slice(a)).toBe(text.slice(text.indexOf('<a'), text.indexOf('</a>') + 4));
    expect(text.slice(a.start, a.startTagEnd)).toBe('<a x="1" y=\'&lt;\'>');
    expect(text.slice(a.endTagStart, a.end)).toBe('</a>');
    expect(a.attributes).toEqual([
      { name: 'x', value: '1' },
      { name: 'y', value: '<' },
    ]);
    expect(
      a.children.map((node) => [node.kind, slice(node), node.kind === 'element' ? node.name : node.text]),
    ).toEqual([
      ['text', 't&amp;&#x6807;', 't&标'],
      ['comment', '<!-- c -->', ' c '],
      ['cdata', '<![CDATA[<z>]]>', '<z>'],
      ['pi', '<?pi body?>', 'pi body'],
      ['element', '<b/>', 'b'],
      ['text', '\r\n', '\n'],
      ['element', '<c >é😀</c >', 'c'],
    ]);
    const [b, , c] = a.children.slice(4) as [XmlElement, XmlNode, XmlElement];
    expect([b.selfClosing, b.startTagEnd, b.endTagStart, b.parent]).toEqual([true, b.end, b.end, a]);
    expect([c.selfClosing, text.slice(c.endTagStart, c.end), c.parent]).toEqual([false, '</c >', a]);
  });

  test.each([
    ['EC-121', '<object><name>a</name></object>', ''],
    ['EC-122 comment', '<name>a<!-- x -->b</name>', 'ab'],
    ['EC-122 CDATA', '<name><![CDATA[a&b]]></name>', 'a&b'],
    ['EC-122 entity', '<name>a&amp;b</name>', 'a&b'],
    ['EC-123 blanks stay', '<name> a </name>', ' a '],
    ['children do not count', '<a>x<b>y</b>z</a>', 'xz'],
    ['no text', '<a/>', ''],
  ])('textOf: %s', (_, text, expected) => {
    expect(textOf(root(text))).toBe(expected);
  });

  test.each([
    ['U+1680', '\u1680'],
    ['U+1680 at the end', 'a\u1680'],
    ['U+FEFF', '\ufeff'],
    ['U+FEFF around', '\ufeffa\ufeff'],
  ])('a name may hold what the language takes for white space: %s', (_, name) => {
    const { children } = root(`<a><${name}>x</${name} \t\r\n><${name}/></a>`);
    expect(children.map((child) => child.kind === 'element' && child.name)).toEqual([name, name]);
    expect(parseXmlTree(`<${name}></a>`).problem?.message).toBe(`</a> does not close <${name}>`);
  });

  test.each(['\u00a0', '\u2003', '\u2028', '\u202f', '\u3000', '\v', '\f'])(
    '%j is neither a name nor white space',
    (character) => {
      for (const text of [`<a></a${character}>`, `<${character}></${character}>`, `${character}<a></a>`])
        expect(parseXmlTree(text).problem?.kind).toBe('malformed');
    },
  );

  test('names of the language are ordinary names', () => {
    const a = root(
      '<__proto__ constructor="1" __proto__="2"><constructor/><toString>x</toString></__proto__>',
    );
    expect([a.name, a.attributes.map((x) => x.name)]).toEqual(['__proto__', ['constructor', '__proto__']]);
    expect(a.children.map((child) => child.kind === 'element' && child.name)).toEqual([
      'constructor',
      'toString',
    ]);
    expect(root('<annotation xmlns="urn:x" x:y="1"><x:z/></annotation>').children).toHaveLength(1);
  });

  test.each<[string, string, string, number, RegExp?]>([
    ['EC-125 bare &', '<a>\n<f>a&b.jpg</f></a>', 'malformed', 8, /bare &/],
    ['bare & and later ;', '<a>x & y &amp; z;</a>', 'malformed', 5, /bare &/],
    ['bare & after a good one', '<a>&amp; &lt; a&b</a>', 'malformed', 15, /bare &/],
    ['bare & in an attribute', '<a b="x&y"/>', 'malformed', 7, /bare &/],
    ['bare & at the end', '<a>&', 'malformed', 3, /bare &/],
    ['empty reference', '<a>&;</a>', 'malformed', 3],
    ['entity', '<a>x&nbsp;</a>', 'entity', 4, /&nbsp;/],
    ['entity named as a member of Object', '<a>&constructor;&toString;</a>', 'entity', 3],
    ['entity in an attribute', '<a b="&x;"/>', 'entity', 6],
    ['character 0', '<a>&#0;</a>', 'entity', 3],
    ['surrogate reference', '<a>&#xD800;</a>', 'entity', 3],
    ['reference above Unicode', '<a>&#x110000;</a>', 'entity', 3],
    ['reference to a control character', '<a>&amp;&#8;</a>', 'entity', 8],
    ['reference without digits', '<a>&#;</a>', 'malformed', 3],
    ['EC-124 DOCTYPE', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'doctype', 0],
    [
      'DOCTYPE after declaration and comment',
      '<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE a><a/>',
      'doctype',
      33,
    ],
    ['DOCTYPE in lower case', '<!doctype html><html></html>', 'doctype', 0],
    ['DOCTYPE without an end', '<!DOCTYPE a [<!ENTITY', 'doctype', 0],
    ['DOCTYPE inside', '<a><!DOCTYPE b></a>', 'doctype', 3],
    ['EC-124 external', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'doctype', 0],
    [
      'EC-127 line break before the declaration',
      '\n<?xml version="1.0"?><a/>',
      'malformed',
      1,
      /not at the start/,
    ],
    ['declaration inside', '<a><?xml version="1.0"?></a>', 'malformed', 3, /not at the start/],
    ['text before', 'x<a/>', 'malformed', 0, /outside/],
    ['text after', '<a/>\n junk', 'malformed', 6, /outside/],
    ['CDATA after', '<a/><![CDATA[x]]>', 'malformed', 4, /outside/],
    ['two roots', '<a/>\n<b/>', 'malformed', 5, /second root/],
    ['an end tag too many', '<a/></b>', 'malformed', 4, /closes nothing/],
    ['an end tag only', '</a>', 'malformed', 0],
    ['wrong end tag', '<a><b></a>', 'malformed', 6, /<\/a> does not close <b>/],
    ['wrong case', '<a></A>', 'malformed', 3],
    ['never closed', '<a><b>x</b>', 'malformed', 0, /<a> is never closed/],
    ['ends in a tag', '<a><b x="1', 'malformed', 3, /inside markup/],
    ['ends in a comment', '<a>x<!-- & ', 'malformed', 4, /inside markup/],
    ['ends in the end of a comment', '<a>x<!-- & --', 'malformed', 4, /inside markup/],
    ['ends in the end of a comment after the root', '<a/><!--<!--', 'malformed', 4, /inside markup/],
    ['ends in CDATA', '<a><![CDATA[ & ', 'malformed', 3, /inside markup/],
    ['ends after <', '<a>x<', 'malformed', 4],
    ['ends in an end tag', '<a></a', 'malformed', 3],
    ['empty', '', 'malformed', 0, /no root/],
    ['blanks', ' \n', 'malformed', 2, /no root/],
    ['a comment only', '<!-- x -->', 'malformed', 10, /no root/],
    ['-- in a comment', '<a><!-- x -- y --></a>', 'malformed', 12],
    [']]> in text', '<a>x]]>y</a>', 'malformed', 6],
    ['< in an attribute', '<a b="<"/>', 'malformed', 6],
    ['attribute twice', '<a b="1" b="2"/>', 'malformed', 0, /duplicate attribute/],
    ['unquoted attribute', '<a b=1/>', 'malformed', 5],
    ['attribute without value', '<a b/>', 'malformed', 4],
    ['no blank between attributes', '<a b="1"c="2"/>', 'malformed', 8],
    ['control character', '<a>\u0001</a>', 'malformed', 3],
    ['half of a pair', '<a>x\ud800y</a>', 'malformed', 4],
    ['U+FFFE', '<a>\uFFFE</a>', 'malformed', 3],
    ['a digit starts a name', '<a><1/></a>', 'malformed', 4],
    ['blank before a name', '<a>< b/></a>', 'malformed', 4],
    ['not XML', '{"a":1}', 'malformed', 0],
  ])('refuses %s', (_, text, kind, offset, message) => {
    const { problem, root: found } = parseXmlTree(text);
    expect(found).toBeUndefined();
    expect([problem?.kind, problem?.offset]).toEqual([kind, offset]);
    if (message !== undefined) expect(problem?.message).toMatch(message);
  });

  test('depth', () => {
    const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parseXmlTree(deep(maxXmlDepth)).root).toBeDefined();
    expect(parseXmlTree(deep(maxXmlDepth + 1)).problem).toMatchObject({
      kind: 'depth',
      offset: 3 * maxXmlDepth,
    });
    expect(parseXmlTree(deep(3), { depth: 2 }).problem).toMatchObject({ kind: 'depth', offset: 6 });
    expect(parseXmlTree(deep(10_000)).problem?.offset).toBe(3 * maxXmlDepth);
  });

  test('EC-124 billion laughs are refused before the first', () => {
    const entities = Array.from(
      { length: 10 },
      (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
    ).join('');
    expect(
      parseXmlTree(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">${entities}]><l>&l10;</l>`).problem,
    ).toMatchObject({ kind: 'doctype', offset: 21 });
  });

  test.each<[string, number, (size: number) => string]>([
    ['references', 200_000, (size) => `<a>${'&amp;'.repeat(size)}&x;</a>`],
    ['bare &', 300_000, (size) => `<a>${'&'.repeat(size)}</a>`],
    [
      'attributes',
      40_000,
      (size) => `<a ${Array.from({ length: size }, (_, i) => `b${i}="x"`).join(' ')}/>x`,
    ],
    ['elements', 100_000, (size) => `<a>${'<b/>'.repeat(size)}`],
    ['<', 300_000, (size) => `<a>${'<'.repeat(size)}`],
    ['blanks', 500_000, (size) => ' '.repeat(size)],
    [']', 500_000, (size) => `<a>${']'.repeat(size)}`],
    ['<?', 200_000, (size) => '<?'.repeat(size)],
    ['<!--', 200_000, (size) => '<!--'.repeat(size)],
    ['</', 200_000, (size) => `<a>${'</'.repeat(size)}`],
    ['an end tag', 500_000, (size) => `<a></a${' '.repeat(size)}`],
    ['end tags', 100_000, (size) => `<a>${'<b></b>'.repeat(size)}`],
  ])('takes time by the length of a bomb: %s', (_, size, bomb) => {
    expectLinear(size, (part) => expect(parseXmlTree(bomb(part)).problem).toBeDefined());
  });

  test('what is written is what is read, at its place', () => {
    const word = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,5}$/);
    const chars = fc.stringMatching(/^[ \t\nA-z0-9&<>"'\u00e9\u6807]{1,8}$/).filter((s) => !s.includes('\\'));
    const escaped = (s: string) => s.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        chars.map(escaped),
        chars.filter((s) => !s.includes(']]>')).map((s) => `<![CDATA[${s}]]>`),
        chars.filter((s) => !s.includes('-')).map((s) => `<!--${s}-->`),
        word.map((name) => `<${name} />`),
        fc
          .tuple(word, fc.array(tie('node'), { maxLength: 4 }))
          .map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
      ),
    }));
    fc.assert(
      fc.property(fc.array(node, { maxLength: 5 }), (nodes) => {
        const text = `<root>${nodes.join('')}</root>`;
        const check = (element: XmlElement): void => {
          let at = element.startTagEnd;
          for (const child of element.children) {
            expect(child.start).toBe(at);
            at = child.end;
            if (child.kind === 'element') {
              expect(text.startsWith(`<${child.name}`, child.start)).toBe(true);
              expect(text[child.end - 1]).toBe('>');
              check(child);
            } else if (child.kind === 'cdata') {
              expect(text.slice(child.start, child.end)).toBe(`<![CDATA[${child.text}]]>`);
            } else if (child.kind === 'text') {
              expect(
                text
                  .slice(child.start, child.end)
                  .replace(/&#(\d+);/g, (_, n) => String.fromCharCode(Number(n))),
              ).toBe(child.text);
            }
          }
          expect(at).toBe(element.endTagStart);
        };
        check(root(text));
      }),
      { numRuns: 500 },
    );
  });

  test('any text ends in a tree or a problem inside it', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<b',
      '/>',
      '>',
      '<',
      '&',
      ';',
      '&amp;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!',
      'x',
      '"',
      "'",
      '=',
      ' ',
      '\r',
      '\n',
      '😀',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const { root: found, problem } = parseXmlTree(text);
        expect((found === undefined) !== (problem === undefined)).toBe(true);
        if (problem !== undefined) {
          expect(problem.offset).toBeGreaterThanOrEqual(0);
          expect(problem.offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
