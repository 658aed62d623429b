import { crc32, deflateSync } from 'node:zlib';

/** What a PNG for tests is made of; samples as {@link PngPixels} has them. */
export interface MadePng {
  readonly width: number;
  readonly height: number;
  /** As in the file: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly bitDepth: number;
  readonly samples: ArrayLike<number>;
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** Filter of each row, repeated; default 0. */
  readonly filters?: readonly number[];
  readonly interlaced?: boolean;
  /** Pixel data is cut into chunks of so many bytes. */
  readonly dataBytes?: number;
  /** Chunks before the pixels. */
  readonly extra?: readonly Buffer[];
  /** Changes the rows, filter bytes included, before they are compressed. */
  readonly mendRaw?: (raw: Buffer) => Buffer;
}

const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function pngChunk(type: string, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}

export function pngHeader(
  width: number,
  height: number,
  bitDepth: number,
  colourType: number,
  interlace = 0,
): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([bitDepth, colourType, 0, 0, interlace], 8);
  return pngChunk('IHDR', body);
}

const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function packRow(samples: readonly number[], bitDepth: number): Buffer {
  const bits = samples.map((sample) => sample.toString(2).padStart(bitDepth, '0')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

function filterRow(row: Buffer, above: Buffer, filter: number, step: number): Buffer {
  const out = Buffer.alloc(row.length + 1);
  out[0] = filter;
  for (let i = 0; i < row.length; i++) {
    const left = row[i - step] ?? 0;
    const up = above[i] ?? 0;
    const corner = above[i - step] ?? 0;
    const distance = (one: number) => Math.abs(left + up - corner - one);
    const nearest = [left, up, corner].reduce((a, b) => (distance(b) < distance(a) ? b : a));
    const guess = [0, left, up, Math.floor((left + up) / 2), nearest][filter] ?? 0;
    out[i + 1] = (row[i]! - guess) & 255;
  }
  return out;
}

/** A PNG of any kind, made the plain way. */
export function makePng(made: MadePng): Buffer {
  const { width, height, colourType, bitDepth, samples, palette, transparency, filters = [0] } = made;
  const channels = channelsOf[colourType];
  const step = Math.max(1, (channels * bitDepth) >> 3);
  const parts: Buffer[] = [];
  for (const [x0, y0, dx, dy] of made.interlaced === true ? passes : [[0, 0, 1, 1] as const]) {
    let above: Buffer = Buffer.alloc(0);
    for (let y = y0, count = 0; y < height; y += dy, count++) {
      const row: number[] = [];
      for (let x = x0; x < width; x += dx)
        for (let c = 0; c < channels; c++) row.push(samples[(y * width + x) * channels + c]!);
      if (row.length === 0) continue;
      const packed = packRow(row, bitDepth);
      parts.push(filterRow(packed, above, filters[count % filters.length]!, step));
      above = packed;
    }
  }
  const raw = Buffer.concat(parts);
  const data = deflateSync(made.mendRaw?.(raw) ?? raw);
  const size = made.dataBytes ?? data.length;
  const chunks: Buffer[] = [];
  for (let at = 0; at < data.length; at += size) chunks.push(pngChunk('IDAT', data.subarray(at, at + size)));
  return Buffer.concat([
    pngSignature,
    pngHeader(width, height, bitDepth, colourType, made.interlaced === true ? 1 : 0),
    ...(made.extra ?? []),
    ...(palette === undefined ? [] : [pngChunk('PLTE', Buffer.from(palette))]),
    ...(transparency === undefined ? [] : [pngChunk('tRNS', Buffer.from(transparency))]),
    ...chunks,
    pngChunk('IEND'),
  ]);
}
