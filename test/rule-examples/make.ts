import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExampleFile, ExampleFiles } from '../../src/rule-examples/index.js';
import { paletteBytes } from '../../src/voc/index.js';
import { makePng } from '../formats/shared/png-maker.js';

type Mask = Extract<ExampleFile, { readonly mask: readonly string[] }>;
type Image = Extract<ExampleFile, { readonly image: string }>;

function maskBytes({ mask, as }: Mask): Uint8Array {
  const indices = [...mask.join('')].map((sign) => (sign === '.' ? 0 : sign === 'v' ? 255 : Number(sign)));
  const size = { width: mask[0]!.length, height: mask.length };
  const palette = [...paletteBytes()];
  switch (as) {
    case 'palette':
      return makePng({ ...size, colourType: 3, bitDepth: 8, samples: indices, palette });
    case 'rgb': {
      const samples = indices.flatMap((index) => palette.slice(index * 3, index * 3 + 3));
      return makePng({ ...size, colourType: 2, bitDepth: 8, samples });
    }
    default:
      return makePng({ ...size, colourType: 0, bitDepth: as === 'grey' ? 8 : 16, samples: indices });
  }
}

/** An Exif segment that has an orientation and nothing else. */
function exif(orientation: number): Buffer {
  const body = Buffer.from(
    '457869660000' + '4d4d002a00000008' + '00010112000300000001' + '0000000000000000',
    'hex',
  );
  body.writeUInt16BE(orientation, 24);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function imageBytes({ image, width, height, orientation }: Image): Uint8Array {
  if (image === 'png') {
    const samples = new Uint8Array(width * height);
    return makePng({ width, height, colourType: 0, bitDepth: 8, samples });
  }
  const size = Buffer.alloc(4);
  if (image === 'gif') {
    size.writeUInt16LE(width, 0);
    size.writeUInt16LE(height, 2);
    return Buffer.concat([Buffer.from('GIF89a'), size, Buffer.from('0000003b', 'hex')]);
  }
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    ...(orientation === undefined ? [] : [exif(orientation)]),
    Buffer.from('ffc0001108', 'hex'),
    size,
    Buffer.from('03011100021101031101ffd9', 'hex'),
  ]);
}

function contentOf(file: Exclude<ExampleFile, { readonly link: string }>): string | Uint8Array {
  if (typeof file === 'string') return file;
  if ('image' in file) {
    const made = imageBytes(file);
    return file.bytes === undefined ? made : Buffer.concat([made, Buffer.alloc(file.bytes - made.length)]);
  }
  if ('mask' in file) return maskBytes(file);
  if ('hex' in file) return Buffer.from(file.hex, 'hex');
  const { repeat, times, before = '', after = '' } = file;
  const body = Array.from({ length: times }, (_, at) => repeat.replaceAll('#', `${at + 1}`)).join('');
  return `${before}${body}${after}`;
}

/** Puts the files of an example into a folder. */
export function putFiles(folder: string, files: ExampleFiles): void {
  for (const [name, file] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof file === 'object' && 'link' in file) symlinkSync(file.link, path);
    else writeFileSync(path, contentOf(file));
  }
}
