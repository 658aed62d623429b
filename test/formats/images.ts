/** A PNG of which only the header is there, which is all that says its size. */
export function madePng(width: number, height: number): Buffer {
  const bytes = Buffer.from(
    '89504e470d0a1a0a0000000d4948445200000000000000000802000000fdd5b9b60000000049454e44ae426082',
    'hex',
  );
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}
