import type { BndBox } from './shape.js';

/**
 * The corners of a box that was turned about its centre, as x1, y1, … x4, y4: upper left first, clockwise on the screen.
 *
 * @param degrees clockwise on the screen
 */
export function rotatedCorners(box: BndBox, degrees: number): number[] {
  const cx = (box.xmin + box.xmax) / 2;
  const cy = (box.ymin + box.ymax) / 2;
  const dx = (box.xmax - box.xmin) / 2;
  const dy = (box.ymax - box.ymin) / 2;
  const [cos, sin] = directionOf(degrees);
  const corner = (x: number, y: number) => [cx + x * cos - y * sin, cy + x * sin + y * cos];
  return [...corner(-dx, -dy), ...corner(dx, -dy), ...corner(dx, dy), ...corner(-dx, dy)];
}

/** Cosine and sine of an angle in degrees, exact at right angles. */
export function directionOf(degrees: number): readonly [number, number] {
  const turned = ((degrees % 360) + 360) % 360;
  const quarters: Readonly<Record<number, readonly [number, number]>> = {
    0: [1, 0],
    90: [0, 1],
    180: [-1, 0],
    270: [0, -1],
  };
  const radians = (turned * Math.PI) / 180;
  return quarters[turned] ?? [Math.cos(radians), Math.sin(radians)];
}
