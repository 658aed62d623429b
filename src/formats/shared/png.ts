import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** What the numbers of a PNG's pixels are. */
export type PngKind = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgba';

/** The pixels of a PNG as they are stored: no colour is converted, and no palette resolved. */
export interface PngPixels {
  readonly width: number;
  readonly height: number;
  readonly kind: PngKind;
  /** Bits of one number, 1 to 16, as the file has it. */
  readonly bitDepth: number;
  /** Row by row, one number for each channel of each pixel: levels, or indices of the palette. */
  readonly samples: Uint8Array | Uint16Array;
  /** Red, green and blue of each index. */
  readonly palette?: Uint8Array;
  /** Opacity of the first indices of the palette, 0…255; the others are opaque. */
  readonly alpha?: Uint8Array;
  /** The grey level, or red × 65536 + green × 256 + blue, of pixels that are fully transparent. */
  readonly transparent?: number;
}

/** Why a PNG was not read. */
export interface PngProblem {
  /** A clause: "the chunk IDAT has a wrong checksum". */
  readonly problem: string;
  /** Where in the file it shows, in bytes. */
  readonly offset?: number;
}

export interface PngLimits {
  /** Width times height; default 2²⁶, which is 8192 × 8192. */
  readonly maxPixels?: number;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const defaultMaxPixels = 2 ** 26;
/** No deflate stream gives more bytes than this for each of its own. */
const maxDeflateRatio = 1032;

const kinds: Readonly<Record<number, { readonly kind: PngKind; readonly channels: number }>> = {
  0: { kind: 'grey', channels: 1 },
  2: { kind: 'rgb', channels: 3 },
  3: { kind: 'palette', channels: 1 },
  4: { kind: 'grey-alpha', channels: 2 },
  6: { kind: 'rgba', channels: 4 },
};

/** Depths of the PNG standard by colour type. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly kind: PngKind;
  readonly channels: number;
  readonly interlaced: boolean;
}

/** What carries a problem out of the depths of {@link decodePng}. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}

/**
 * Reads a PNG as masks are stored: palettes and grey of 1, 2, 4 and 8 bits, grey of 16, RGB and grey with or without
 * alpha of 8, plain and interlaced. Every checksum is compared. The memory it takes is known from the header and held
 * against the limits before a byte is inflated.
 *
 * @returns the pixels, or why there are none; never throws for what is in the file
 */
export function decodePng(bytes: Uint8Array, limits: PngLimits = {}): PngPixels | PngProblem {
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), limits);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: error.message, ...(error.offset === undefined ? {} : { offset: error.offset }) };
  }
}

function decode(bytes: Buffer, { maxPixels = defaultMaxPixels }: PngLimits): PngPixels {
  if (bytes.length === 0) throw new Refusal('it is empty', 0);
  if (!bytes.subarray(0, 8).equals(signature)) throw new Refusal('it does not begin as a PNG does', 0);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Buffer | undefined;
  const data: Buffer[] = [];
  let dataAt = 0;
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) throw new Refusal('it ends before its last chunk', bytes.length);
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Refusal('a chunk has no name', at + 4);
    if (length > bytes.length - at - 12) throw new Refusal(`it ends in the chunk ${type}`, bytes.length);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length))
      throw new Refusal(`the chunk ${type} has a wrong checksum`, at);
    if (header === undefined) {
      if (type !== 'IHDR') throw new Refusal(`it begins with the chunk ${type} instead of IHDR`, at);
      header = readHeader(body, at, maxPixels);
    } else if (type === 'PLTE') {
      if (length === 0 || length > 768 || length % 3 !== 0)
        throw new Refusal(`the palette has ${length} bytes, which is no list of up to 256 colours`, at);
      palette = new Uint8Array(body);
    } else if (type === 'tRNS') {
      transparency = body;
    } else if (type === 'IDAT') {
      if (data.length === 0) dataAt = at;
      data.push(body);
    } else if (type === 'IEND') {
      break;
    } else if (/^[A-Z]/.test(type)) {
      throw new Refusal(`it has a chunk ${type}, which must be understood and is not`, at);
    }
    at += length + 12;
  }
  if (data.length === 0) throw new Refusal('it has no pixels', at);
  if (header.kind === 'palette' && palette === undefined) throw new Refusal('it has no palette', dataAt);
  const samples = readSamples(header, data.length === 1 ? data[0]! : Buffer.concat(data), dataAt);
  const { width, height, kind, bitDepth } = header;
  if (kind === 'palette') checkIndices(samples, width, palette!.length / 3, dataAt);
  return {
    width,
    height,
    kind,
    bitDepth,
    samples,
    ...(kind === 'palette' ? { palette: palette! } : {}),
    ...transparencyOf(kind, transparency),
  };
}

function readHeader(body: Buffer, at: number, maxPixels: number): Header {
  if (body.length !== 13) throw new Refusal(`its header has ${body.length} bytes instead of 13`, at);
  const width = body.readUInt32BE(0);
  const height = body.readUInt32BE(4);
  const [bitDepth, colourType, compression, filter, interlace] = body.subarray(8);
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff)
    throw new Refusal(`its header says that it is ${width}×${height}`, at);
  if (width * height > maxPixels)
    throw new Refusal(`it is ${width}×${height}, more than the ${maxPixels} pixels that are read`, at);
  if (!depths[colourType!]?.includes(bitDepth!))
    throw new Refusal(`colour type ${colourType} does not go with ${bitDepth} bits`, at);
  if (compression !== 0 || filter !== 0 || interlace! > 1)
    throw new Refusal('its header names a method of compression that is not known', at);
  const { kind, channels } = kinds[colourType!]!;
  if (bitDepth === 16 && kind !== 'grey')
    throw new Refusal(`it has 16 bits for each of ${channels} channels, where 8 are read`, at);
  return { width, height, bitDepth: bitDepth!, kind, channels, interlaced: interlace === 1 };
}

function transparencyOf(kind: PngKind, body: Buffer | undefined): Pick<PngPixels, 'alpha' | 'transparent'> {
  if (body === undefined) return {};
  if (kind === 'palette') return { alpha: new Uint8Array(body) };
  if (kind === 'grey' && body.length >= 2) return { transparent: body.readUInt16BE(0) };
  if (kind === 'rgb' && body.length >= 6)
    return { transparent: (body[1]! << 16) | (body[3]! << 8) | body[5]! };
  return {};
}

function checkIndices(samples: Uint8Array | Uint16Array, width: number, colours: number, at: number): void {
  if (colours === 256) return;
  for (let i = 0; i < samples.length; i++) {
    if (samples[i]! < colours) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    throw new Refusal(
      `the pixel ${x},${y} has index ${samples[i]}, but the palette has ${colours} colours`,
      at,
    );
  }
}

/** One of the pictures that an interlaced file consists of: which pixels it has. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

const whole: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
const adam7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

function readSamples(header: Header, data: Buffer, at: number): Uint8Array | Uint16Array {
  const { width, height, bitDepth, channels, interlaced } = header;
  const passes = (interlaced ? adam7 : whole)
    .map((pass) => ({
      ...pass,
      columns: Math.ceil((width - pass.x) / pass.stepX),
      rows: Math.ceil((height - pass.y) / pass.stepY),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const bytesOf = (columns: number) => Math.ceil((columns * channels * bitDepth) / 8);
  const expected = passes.reduce((sum, { columns, rows }) => sum + rows * (bytesOf(columns) + 1), 0);
  const raw = inflated(data, expected, at);
  const step = Math.max(1, (channels * bitDepth) >> 3);
  if (!interlaced) return unpacked(unfiltered(raw, 0, bytesOf(width), height, step, at), width, header);
  const samples = sampleArray(bitDepth, width * height * channels);
  let from = 0;
  for (const { x, y, stepX, stepY, columns, rows } of passes) {
    const rowBytes = bytesOf(columns);
    const part = unpacked(unfiltered(raw, from, rowBytes, rows, step, at), columns, header);
    from += rows * (rowBytes + 1);
    let read = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const to = ((y + row * stepY) * width + x + column * stepX) * channels;
        for (let channel = 0; channel < channels; channel++) samples[to + channel] = part[read++]!;
      }
    }
  }
  return samples;
}

function inflated(data: Buffer, expected: number, at: number): Buffer {
  const short = () => new Refusal('its pixels end early', at);
  if (data.length * maxDeflateRatio < expected) throw short();
  let raw: Buffer;
  try {
    // With a little room at the end one call does it, and the memory is asked for once.
    raw = inflateSync(data, { chunkSize: expected + 64, maxOutputLength: expected });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new Refusal('it has more pixels than its header says', at);
    if (code === 'Z_BUF_ERROR') throw short();
    if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT')
      throw new Refusal('its pixels cannot be uncompressed', at);
    throw error;
  }
  if (raw.length < expected) throw short();
  return raw;
}

/**
 * Takes the filters of rows back.
 *
 * @param step bytes of a pixel, at least 1
 */
function unfiltered(
  raw: Buffer,
  from: number,
  rowBytes: number,
  rows: number,
  step: number,
  at: number,
): Uint8Array {
  const out = new Uint8Array(rowBytes * rows);
  for (let row = 0; row < rows; row++) {
    const start = from + row * (rowBytes + 1);
    const filter = raw[start]!;
    const line = raw.subarray(start + 1, start + 1 + rowBytes);
    const to = row * rowBytes;
    // Above the first row there are zeros: Up does nothing there, and Paeth is Sub.
    const above = row === 0 ? -1 : to - rowBytes;
    if (filter === 0 || (filter === 2 && above < 0)) out.set(line, to);
    else if (filter === 1 || (filter === 4 && above < 0)) {
      for (let i = 0; i < rowBytes; i++) out[to + i] = line[i]! + (i < step ? 0 : out[to + i - step]!);
    } else if (filter === 2) {
      for (let i = 0; i < rowBytes; i++) out[to + i] = line[i]! + out[above + i]!;
    } else if (filter === 3) {
      for (let i = 0; i < rowBytes; i++) {
        const left = i < step ? 0 : out[to + i - step]!;
        const up = above < 0 ? 0 : out[above + i]!;
        out[to + i] = line[i]! + ((left + up) >> 1);
      }
    } else if (filter === 4) {
      for (let i = 0; i < rowBytes; i++) {
        const left = i < step ? 0 : out[to + i - step]!;
        const corner = i < step ? 0 : out[above + i - step]!;
        out[to + i] = line[i]! + paeth(left, out[above + i]!, corner);
      }
    } else {
      throw new Refusal(`a row is filtered in way ${filter}, which there is not`, at);
    }
  }
  return out;
}

/** Which of left, up and corner is nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function sampleArray(bitDepth: number, length: number): Uint8Array | Uint16Array {
  return bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length);
}

/** One number for each sample of rows that begin at whole bytes. */
function unpacked(
  packed: Uint8Array,
  columns: number,
  { bitDepth, channels }: Header,
): Uint8Array | Uint16Array {
  if (bitDepth === 8) return packed;
  const perRow = columns * channels;
  const rowBytes = Math.ceil((perRow * bitDepth) / 8);
  const rows = packed.length / rowBytes;
  const samples = sampleArray(bitDepth, perRow * rows);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * rowBytes;
    if (bitDepth === 16) {
      for (let i = 0; i < perRow; i++)
        samples[to++] = (packed[from + 2 * i]! << 8) | packed[from + 2 * i + 1]!;
      continue;
    }
    const mask = (1 << bitDepth) - 1;
    for (let i = 0; i < perRow; i++) {
      const bit = i * bitDepth;
      samples[to++] = (packed[from + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & mask;
    }
  }
  return samples;
}

/** A picture of up to 256 colours. */
export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly indices: Uint8Array;
  /** Red, green and blue of each index, up to 256 of them. */
  readonly palette: Uint8Array;
}

/**
 * Writes a PNG with a palette, 8 bits for each pixel, the palette in the order given.
 *
 * @throws RangeError when there are not as many indices as pixels, or one of them is outside the palette
 */
export function encodePng({ width, height, indices, palette }: IndexedImage): Buffer {
  const colours = palette.length / 3;
  if (indices.length !== width * height)
    throw new RangeError(`${indices.length} pixels for ${width}×${height}`);
  const raw = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++)
    raw.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  if (colours < 256 && indices.some((index) => index >= colours))
    throw new RangeError(`an index is outside the palette of ${colours} colours`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    // Large areas of one index: higher levels take several times as long and save next to nothing.
    chunk('IDAT', deflateSync(raw, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}
