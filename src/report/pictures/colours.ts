import { unitHash } from '../../transforms/index.js';

/** A label's colour, and the one that text on it is legible in: `#rrggbb`. */
export interface LabelColour {
  readonly fill: string;
  readonly ink: string;
}

/** What has no label. */
const nameless: LabelColour = { fill: '#9aa0a6', ink: '#000000' };
/** Lightness and chroma of a hue, so that labels of neighbouring hues still differ. */
const tones: readonly (readonly [number, number])[] = [
  [0.68, 0.2],
  [0.82, 0.14],
  [0.5, 0.19],
];
const hues = 24;

/** The colour of a label: the same in every picture, page and run. */
export function labelColour(label: string | undefined): LabelColour {
  if (label === undefined || label === '') return nameless;
  const number = Math.floor(unitHash(label) * hues * tones.length);
  const [lightness, chroma] = tones[number % tones.length]!;
  const rgb = rgbOf(lightness, chroma, (Math.floor(number / tones.length) / hues) * 2 * Math.PI);
  const fill = `#${rgb
    .map((part) =>
      Math.round(encoded(part) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
  // Relative luminance as WCAG 2 has it: at 0.18 black and white are equally legible.
  const luminance = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  return { fill, ink: luminance > 0.18 ? '#000000' : '#ffffff' };
}

/** Linear red, green and blue, 0…1, of a colour in OKLCH, where equal steps look equal. What sRGB lacks is cut. */
function rgbOf(lightness: number, chroma: number, hue: number): [number, number, number] {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (part: number) => Math.max(0, Math.min(1, part));
  return [
    cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function encoded(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
