/** How markup is laid out. */
export interface XmlStyle {
  /** Between lines; empty for everything on one line, without indentation. */
  readonly lineBreak: '\n' | '\r\n' | '';
  /** Indentation of the root element's children beyond its own, and of each level below. */
  readonly indent: string;
  /** Indentation of the root element itself. */
  readonly base: string;
}

/** The layout of new files: 4 blanks per level, LF. */
export const canonicalStyle: XmlStyle = { lineBreak: '\n', indent: '    ', base: '' };

const elementNames = [
  'annotation',
  'folder',
  'filename',
  'path',
  'source',
  'database',
  'image',
  'flickrid',
  'owner',
  'size',
  'width',
  'height',
  'depth',
  'segmented',
  'mask_source',
  'object',
  'name',
  'properties',
  'property',
  'key',
  'value',
  'pose',
  'truncated',
  'difficult',
  'hard-coefficient',
  'difficult-coefficient',
  'hard-reasons',
  'mask_color',
  'occluded',
  'confidence',
  'actions',
  'attributes',
  'attribute',
  'part',
  'point',
  'line',
  'dashed',
  'bndbox',
  'polygon',
  'polyline',
  'circle',
  'x',
  'y',
  'x1',
  'y1',
  'x2',
  'y2',
  'xmin',
  'ymin',
  'xmax',
  'ymax',
  'cx',
  'cy',
  'r',
] as const;

/** An element that writers write. */
export type ElementName = (typeof elementNames)[number];

type TagTable = { readonly [name in ElementName]: Buffer };

/** The encoded tags of one depth of a style. */
export interface XmlLevel {
  /** Line break, indentation, start tag. */
  readonly open: TagTable;
  /** Line break, indentation, end tag: for elements with elements in them. */
  readonly end: TagTable;
  /** Line break and indentation alone. */
  readonly margin: Buffer;
  /** The tags around the two numbers of a vertex. @param number from 1 */
  vertex(number: number): VertexTags;
}

/** `<x1>`, `</x1><y1>` and `</y1>`, with line breaks and indentation. */
export interface VertexTags {
  readonly before: Buffer;
  readonly between: Buffer;
  readonly after: Buffer;
}

/** Vertices whose tags are kept: nearly all outlines have fewer. */
const keptVertices = 256;

/** End tags of elements that hold text. */
export const closeTags: TagTable = tagTable((name) => `</${name}>`);

const canonicalLevels: XmlLevel[] = [];

/** All levels of a style, made when first needed; those of the canonical style are shared. */
export class XmlLevels {
  readonly #style: XmlStyle;
  readonly #levels: XmlLevel[];

  constructor(style: XmlStyle) {
    this.#style = style;
    this.#levels = style === canonicalStyle ? canonicalLevels : [];
  }

  /** @param depth 0 for the root element. */
  at(depth: number): XmlLevel {
    const known = this.#levels[depth];
    if (known !== undefined) return known;
    for (let next = this.#levels.length; next <= depth; next += 1) this.#levels.push(this.#make(next));
    return this.#levels[depth]!;
  }

  #make(depth: number): XmlLevel {
    const { lineBreak, base, indent } = this.#style;
    const margin = lineBreak === '' ? '' : `${lineBreak}${base}${indent.repeat(depth)}`;
    const vertices: VertexTags[] = [];
    return {
      open: tagTable((name) => `${margin}<${name}>`),
      end: tagTable((name) => `${margin}</${name}>`),
      margin: Buffer.from(margin),
      vertex: (number) => {
        const known = vertices[number];
        if (known !== undefined) return known;
        const tags: VertexTags = {
          before: Buffer.from(`${margin}<x${number}>`),
          between: Buffer.from(`</x${number}>${margin}<y${number}>`),
          after: Buffer.from(`</y${number}>`),
        };
        if (number <= keptVertices) vertices[number] = tags;
        return tags;
      },
    };
  }
}

function tagTable(tag: (name: ElementName) => string): TagTable {
  const table: { [name: string]: Buffer } = {};
  for (const name of elementNames) table[name] = Buffer.from(tag(name));
  return table as TagTable;
}
