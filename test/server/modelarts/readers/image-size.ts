/** Width and height that the header of a PNG, JPEG or BMP says. @throws Error when none does */
export function imageSizeOf(bytes: Buffer): readonly [width: number, height: number] {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47)
    return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (bytes.length >= 26 && bytes.toString('latin1', 0, 2) === 'BM')
    return [bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22))];
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8) {
    for (let at = 2; at + 9 < bytes.length; ) {
      if (bytes[at] !== 0xff) break;
      const marker = bytes[at + 1] as number;
      if (marker === 0xff) {
        at += 1;
        continue;
      }
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  throw new Error('no image whose size can be read');
}
