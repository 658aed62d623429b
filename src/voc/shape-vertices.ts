import type { XmlElement } from '../text/xml-tree.js';
import type { UnknownMarkup } from './document.js';
import { readCoordinate } from './shape-coordinate.js';
import type { TreeContext } from './tree-context.js';

const vertexPattern = /^([xyXY])([0-9]{1,15})$/;

interface Vertex {
  x?: XmlElement;
  y?: XmlElement;
}

/**
 * The vertices of a polygon or polyline as x, y, x, y, …: paired and ordered by the numbers in their names, whatever
 * their order in the file. Half vertices are dropped, gaps closed, and the last of a repeated number counts; each is
 * reported. Undefined when a coordinate is not a number, or no vertex is left.
 */
export function readVertices(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
  unknown: UnknownMarkup[],
): number[] | undefined {
  const vertices = collectVertices(context, element, pointer, unknown);
  if (vertices.size === 0) {
    context.report('V071', `${pointer} has no vertex: ${pointer}/x1 is missing`, pointer);
    return undefined;
  }
  const points: number[] = [];
  let sound = true;
  let expected = 1;
  for (const index of [...vertices.keys()].sort((a, b) => a - b)) {
    const { x, y } = vertices.get(index)!;
    if (x === undefined || y === undefined) {
      const alone = x ?? y!;
      const partner = `${x === undefined ? 'x' : 'y'}${index}`;
      context.report(
        'V079',
        `${pointer}/${alone.name} has no partner ${partner}`,
        `${pointer}/${alone.name}`,
      );
      continue;
    }
    if (index > expected) {
      const missing = index === expected + 1 ? `${expected}` : `${expected} to ${index - 1}`;
      context.report('V079', `${pointer} has no vertex ${missing} before ${x.name}`, `${pointer}/${x.name}`);
    }
    expected = index + 1;
    const xValue = readCoordinate(context, x, `${pointer}/${x.name}`);
    const yValue = readCoordinate(context, y, `${pointer}/${y.name}`);
    if (xValue === undefined || yValue === undefined) sound = false;
    else points.push(xValue, yValue);
  }
  return sound && points.length > 0 ? points : undefined;
}

function collectVertices(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
  unknown: UnknownMarkup[],
): Map<number, Vertex> {
  const vertices = new Map<number, Vertex>();
  const known = vertexNames(element);
  const visit = (name: string, child: XmlElement) => {
    const axis = name[0] as 'x' | 'y';
    const digits = name.slice(1);
    const index = Number(digits);
    const at = `${pointer}/${child.name}`;
    if (digits.startsWith('0')) context.report('V079', `${at} has a number with a leading zero`, at);
    let vertex = vertices.get(index);
    if (vertex === undefined) {
      vertex = {};
      vertices.set(index, vertex);
    } else if (vertex[axis] !== undefined) {
      context.report('V079', `${at} occurs more than once: the last one counts`, at);
    }
    vertex[axis] = child;
  };
  context.children(element, pointer, known, visit, unknown, element.name.toLowerCase());
  return vertices;
}

/** The names of the children that number a vertex, in lower case. */
function vertexNames(element: XmlElement): Set<string> {
  const names = new Set<string>();
  for (const child of element.children) {
    if (child.kind === 'element' && vertexPattern.test(child.name)) names.add(child.name.toLowerCase());
  }
  return names;
}
